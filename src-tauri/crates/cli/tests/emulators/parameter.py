"""Puts and reads parameters with boto3 and prints what came of each step, so that one Parameter Store can be
held beside another.

The endpoint and the credentials come from the environment.
"""

import json

import boto3
from botocore.exceptions import ClientError

ONE, SECRET, LIST = "/tis/one", "/tis/secret", "/tis/list"
ssm = boto3.client("ssm")
seen = {}


def step(name, call, look):
    try:
        seen[name] = look(call())
    except ClientError as error:
        seen[name] = error.response["Error"]["Code"]


def put(name, step_name, look=lambda answer: answer["Version"], **words):
    step(step_name, lambda: ssm.put_parameter(Name=name, **words), look)


def get(name, step_name, *fields, **words):
    def told(answer):
        return [answer["Parameter"].get(field) for field in fields]

    step(step_name, lambda: ssm.get_parameter(Name=name, **words), told)


def fact(name, step_name, field):
    def found(pages):
        return [one.get(field) for page in pages for one in page["Parameters"]]

    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    pages = ssm.get_paginator("describe_parameters")
    step(step_name, lambda: list(pages.paginate(ParameterFilters=filters)), found)


put(ONE, "a type is needed", Value="1")
put(
    ONE,
    "made",
    look=lambda answer: [answer["Version"], answer["Tier"]],
    Value="1",
    Type="String",
    Description="One",
    AllowedPattern=r"\d{1,4}",
)
put(ONE, "made again", Value="2", Type="String")
put(ONE, "overwritten", Value="2", Overwrite=True)
get(ONE, "read", "Value", "Version", "Type", "DataType")
step(
    "arn",
    lambda: ssm.get_parameter(Name=ONE),
    lambda answer: answer["Parameter"]["ARN"].rsplit(":", 1)[-1],
)
get(ONE + ":1", "first version", "Value", "Version")
get(ONE + ":1", "selector", "Selector")
get(ONE + ":9", "no such version", "Value")
get("/tis/none", "no such parameter", "Value")
step(
    "history",
    lambda: ssm.get_parameter_history(Name=ONE),
    lambda answer: [[one["Version"], one["Value"], one["Labels"]] for one in answer["Parameters"]],
)
for version in (1, 2):
    step(
        f"label on {version}",
        lambda: ssm.label_parameter_version(Name=ONE, ParameterVersion=version, Labels=["live"]),
        lambda answer: answer["InvalidLabels"],
    )
    get(ONE + ":live", f"read by the label on {version}", "Version")
step(
    "bad label",
    lambda: ssm.label_parameter_version(Name=ONE, Labels=["1st"]),
    lambda answer: answer["InvalidLabels"],
)
fact(ONE, "description after an overwrite", "Description")
fact(ONE, "pattern after an overwrite", "AllowedPattern")
put(ONE, "against the pattern", Value="10,000", Overwrite=True)
put(ONE, "another type", Value="3", Type="SecureString", Overwrite=True)
put(ONE, "too large", Value="1" * 4097, AllowedPattern=r"\d+", Overwrite=True)
put("/aws/one", "reserved name", Value="1", Type="String")
put("tis/one", "name without its slash", Value="1", Type="String")

put(SECRET, "secret made", Value="open sesame", Type="SecureString", KeyId="alias/tis-usermanagement")
step(
    "secret sealed",
    lambda: ssm.get_parameter(Name=SECRET),
    lambda answer: answer["Parameter"]["Value"] != "open sesame",
)
get(SECRET, "secret opened", "Value", WithDecryption=True)
fact(SECRET, "key", "KeyId")
put(SECRET, "secret overwritten", Value="open barley", Overwrite=True)
fact(SECRET, "key after an overwrite", "KeyId")

put(LIST, "list made", look=lambda answer: answer["Tier"], Value="a,b", Type="StringList", Tier="Advanced")
put(LIST, "tier after an overwrite", look=lambda answer: answer["Tier"], Value="a,b,c", Overwrite=True)
put(LIST, "to the standard tier", Value="a", Tier="Standard", Overwrite=True)
step(
    "several",
    lambda: ssm.get_parameters(Names=[SECRET, LIST, "/tis/none"]),
    lambda answer: [sorted(one["Name"] for one in answer["Parameters"]), answer["InvalidParameters"]],
)
step("deleted", lambda: ssm.delete_parameter(Name=LIST), lambda answer: "gone")
get(LIST, "after it was deleted", "Value")
put(LIST, "made anew", Value="x", Type="String")
print(json.dumps(seen))
