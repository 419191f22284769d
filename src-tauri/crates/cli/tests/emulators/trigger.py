"""Makes a function that user pools may invoke, with boto3, and breaks it.

trigger.py create          a function with an alias, and no policy; prints the ARN of the function
trigger.py allow [alias]   lets the pool invoke it, or an alias of it
trigger.py slow            gives it 30 s
trigger.py off             sets its reserved concurrency to 0

The endpoint and the credentials come from the environment.
"""

import io
import json
import sys
import zipfile

import boto3

NAME = "migrate-user"
POOL = "arn:aws:cognito-idp:eu-west-2:{account}:userpool/eu-west-2_EXAMPLE"


def create(functions):
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]}
    role = boto3.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    made = functions.create_function(
        FunctionName=NAME,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=4,
        Publish=True,
    )
    # A new function is Pending first, and what is changed is being updated, as in AWS (Lambda developer guide, "Lambda
    # function states"): for how long is the emulator's affair.
    functions.get_waiter("function_active_v2").wait(FunctionName=NAME)
    functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    functions.get_waiter("function_active_v2").wait(FunctionName=NAME, Qualifier="live")
    return {"arn": made["FunctionArn"].removesuffix(":1").removesuffix(":$LATEST")}


def allow(functions, alias=None):
    qualified = {"Qualifier": alias} if alias else {}
    account = boto3.client("sts").get_caller_identity()["Account"]
    functions.add_permission(
        FunctionName=NAME,
        StatementId="cognito-" + (alias or "bare"),
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=POOL.format(account=account),
        **qualified,
    )
    return {}


def slow(functions):
    functions.update_function_configuration(FunctionName=NAME, Timeout=30)
    functions.get_waiter("function_updated_v2").wait(FunctionName=NAME)
    functions.get_waiter("function_active_v2").wait(FunctionName=NAME)
    return {}


def off(functions):
    functions.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    return {}


STEPS = {"create": create, "allow": allow, "slow": slow, "off": off}
print(json.dumps(STEPS[sys.argv[1]](boto3.client("lambda"), *sys.argv[2:])))
