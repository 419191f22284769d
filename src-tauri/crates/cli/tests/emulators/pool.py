"""Prepares user pools with boto3, so that what Switchback says of them is known from other code.

pool.py create    a pool as the runbook wants it, with a client, a domain and 64 users; prints their ids
pool.py bare      a pool with nothing set; prints its id
pool.py partial   a pool whose password policy was declared in part; prints its id

The endpoint and the credentials come from the environment.
"""

import json
import sys

import boto3

LAMBDA = "arn:aws:lambda:eu-west-2:123456789012:function:example"
DOMAIN = "auth.apps.example.nhs.test"
PEOPLE = [
    ("anna.baker@example.nhs.test", "Anna", "Baker"),
    ("pat.oneil@example.nhs.test", 'Pat "Paddy"', "O'Neil"),
    ("rhys.back@example.nhs.test", "Rhys", "Back\\slash"),
    ("chloe.davis@example.nhs.test", "Chloe", "Davis"),
]


def add(cognito, pool, email, given_name, family_name):
    values = {"email": email, "email_verified": "true", "given_name": given_name, "family_name": family_name}
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": name, "Value": value} for name, value in values.items()],
    )


def create(cognito):
    pool = cognito.create_user_pool(
        PoolName="admins",
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "TemporaryPasswordValidityDays": 7,
            }
        },
        DeletionProtection="ACTIVE",
        LambdaConfig={
            "UserMigration": LAMBDA,
            "PreTokenGeneration": LAMBDA,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": LAMBDA},
        },
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        EmailConfiguration={
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:eu-west-2:123456789012:identity/example.nhs.test",
            "From": "Example <no-reply@example.nhs.test>",
        },
        UserPoolTier="ESSENTIALS",
        MfaConfiguration="OFF",
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="admins",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=["https://apps.example.nhs.test/"],
        LogoutURLs=["https://apps.example.nhs.test/signed-out"],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        AllowedOAuthFlowsUserPoolClient=True,
    )["UserPoolClient"]["ClientId"]
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
    cognito.create_user_pool_domain(
        UserPoolId=pool, Domain=DOMAIN, CustomDomainConfig={"CertificateArn": certificate}
    )
    for email, given_name, family_name in PEOPLE:
        add(cognito, pool, email, given_name, family_name)
    for n in range(60):
        add(cognito, pool, f"user{n:03}@example.nhs.test", "User", f"Number {n:03}")
    return {"pool": pool, "client": client, "domain": DOMAIN, "lambda": LAMBDA}


def made(cognito, **settings):
    return {"pool": cognito.create_user_pool(PoolName="other", **settings)["UserPool"]["Id"]}


def main(word):
    cognito = boto3.client("cognito-idp")
    if word == "create":
        answer = create(cognito)
    elif word == "bare":
        answer = made(cognito)
    else:
        answer = made(cognito, Policies={"PasswordPolicy": {"MinimumLength": 8, "RequireLowercase": True}})
    print(json.dumps(answer))


main(*sys.argv[1:])
