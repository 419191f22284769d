"""Reads every rehearsed operation of Cognito with boto3 and prints what it saw as one JSON object.

It also holds every raw answer against botocore's model of the service: a member that the model does not
know is one that boto3, and every other SDK, would drop without a word.

The endpoint and the credentials come from the environment.
"""

import json

import boto3
from botocore.exceptions import ClientError

ADMINS, OLD = "eu-west-2_REHEARSAL1", "eu-west-2_REHEARSAL0"
CLIENT = "rehearsaladminsclient000001"
JSON_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "timestamp": (int, float),
}

cognito = boto3.client("cognito-idp")
unknown = []


def compare(shape, value, path):
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name in shape.members:
                compare(shape.members[name], inner, path + "." + name)
            else:
                unknown.append(path + "." + name)
        for name in shape.required_members:
            if name not in value:
                unknown.append(path + "." + name + " is missing")
    elif shape.type_name == "list":
        for inner in value:
            compare(shape.member, inner, path + "[]")
    elif shape.type_name == "map":
        for name, inner in value.items():
            compare(shape.value, inner, path + "." + name)
    else:
        if not isinstance(value, JSON_TYPES[shape.type_name]):
            unknown.append(f"{path} is no {shape.type_name}")
        if getattr(shape, "enum", None) and value not in shape.enum:
            unknown.append(f"{path} has the word {value}")


def before_parse(operation_model, response_dict, **_):
    if response_dict["status_code"] == 200:
        compare(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


cognito.meta.events.register("before-parse.cognito-idp", before_parse)


def refusal(call, **words):
    try:
        call(**words)
    except ClientError as error:
        # The class is the model's own where the code is one of the model's.
        return type(error).__name__ + " " + error.response["Error"]["Code"]
    return "nothing"


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
                refusal(cognito.admin_delete_user, UserPoolId=ADMINS, Username=anna["Username"]),
            ],
            "not in the model": unknown,
        }
    )
)
