"""Makes a user pool with boto3 and puts people into it; prints its id as JSON.

pool.py NUMBER    that many made-up people, user00000@example.nhs.test and so on
"""

import json
import sys

import boto3


def person(number):
    return {
        "email": f"user{number:05}@example.nhs.test",
        "email_verified": "true",
        "given_name": "User",
        "family_name": f"Number {number:05}",
    }


cognito = boto3.client("cognito-idp")
pool = cognito.create_user_pool(
    PoolName="admins", AutoVerifiedAttributes=["email"], UsernameConfiguration={"CaseSensitive": False}
)["UserPool"]["Id"]
for number in range(int(sys.argv[1])):
    who = person(number)
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=who["email"],
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": name, "Value": value} for name, value in who.items()],
    )
print(json.dumps({"pool": pool}))
