"""Reads the pools of the rehearsal with boto3; begins with model.py."""

ADMINS, OLD = "eu-west-2_REHEARSAL1", "eu-west-2_REHEARSAL0"
CLIENT = "rehearsaladminsclient000001"

cognito = client_of("cognito-idp")


def users(pool, **words):
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool, **words)
    return [user for page in pages for user in page["Users"]]


pool = cognito.describe_user_pool(UserPoolId=ADMINS)["UserPool"]
client = cognito.describe_user_pool_client(UserPoolId=ADMINS, ClientId=CLIENT)["UserPoolClient"]
domain = cognito.describe_user_pool_domain(Domain=pool["CustomDomain"])["DomainDescription"]
anna = cognito.admin_get_user(UserPoolId=ADMINS, Username="Anna.Baker@example.nhs.test")
everybody = users(ADMINS, PaginationConfig={"PageSize": 5})
starting = users(ADMINS, Filter='email ^= "anna."')
pools = cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 1})
clients = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=ADMINS)
print(
    json.dumps(
        {
            "pools": [(one["Id"], one["Name"]) for page in pools for one in page["UserPools"]],
            "clients": [one["ClientId"] for page in clients for one in page["UserPoolClients"]],
            "policy": pool["Policies"]["PasswordPolicy"],
            "triggers": pool["LambdaConfig"],
            "mail": pool["EmailConfiguration"]["EmailSendingAccount"],
            "protection": pool["DeletionProtection"],
            "mfa": cognito.get_user_pool_mfa_config(UserPoolId=ADMINS)["MfaConfiguration"],
            "flows": client["ExplicitAuthFlows"],
            "secret": "ClientSecret" in client,
            "domain": domain["Status"],
            "factors": anna["UserMFASettingList"],
            "created before changed": anna["UserCreateDate"] <= anna["UserLastModifiedDate"],
            "everybody": len({user["Username"] for user in everybody}),
            "statuses": sorted({user["UserStatus"] for user in everybody}),
            "disabled": sum(not user["Enabled"] for user in everybody),
            "starting": [user["Username"] for user in starting] == [anna["Username"]],
            "refusals": [
                refusal(cognito.describe_user_pool, UserPoolId="eu-west-2_NONE"),
                refusal(cognito.describe_user_pool_client, UserPoolId=OLD, ClientId=CLIENT),
                refusal(cognito.admin_get_user, UserPoolId=ADMINS, Username="nobody"),
                refusal(cognito.list_users, UserPoolId=ADMINS, Filter="email is anna"),
                refusal(cognito.list_users, UserPoolId=ADMINS, PaginationToken="x"),
                refusal(cognito.admin_user_global_sign_out, UserPoolId=ADMINS, Username=anna["Username"]),
            ],
            "not in the model": unknown,
        }
    )
)
