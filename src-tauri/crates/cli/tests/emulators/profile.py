"""Makes and reads a parameter with boto3, so that what Switchback did is read by other code.

profile.py create       two parameters, one of them the profiles; prints the caller
profile.py dump         every parameter whole, without what names a moment or a version, and the versions of the profiles
profile.py set VALUE    what somebody else writes into the profiles

The endpoint and the credentials come from the environment.
"""

import json
import sys

import boto3

PROFILES, OTHER = "/tis/usermanagement/profiles", "/tis/reval/profiles"
MADE = {"Type": "String", "Tier": "Standard", "Description": "Read when the service starts"}
PATTERN = "^[a-z,]+$"
ssm = boto3.client("ssm")


def create():
    ssm.put_parameter(Name=PROFILES, Value="prod", AllowedPattern=PATTERN, **MADE)
    ssm.put_parameter(Name=OTHER, Value="prod", **MADE)
    caller = boto3.client("sts").get_caller_identity()
    return {"account": caller["Account"], "arn": caller["Arn"]}


def dump():
    parameters = []
    pages = ssm.get_paginator("describe_parameters").paginate()
    for one in [found for page in pages for found in page["Parameters"]]:
        told = ssm.get_parameter(Name=one["Name"])["Parameter"]
        fields = ["Name", "Type", "Tier", "DataType", "Description", "AllowedPattern", "Policies", "KeyId"]
        parameters.append({**{field: one.get(field) for field in fields}, "Value": told["Value"]})
    history = ssm.get_parameter_history(Name=PROFILES)["Parameters"]
    return {
        "parameters": sorted(parameters, key=lambda one: one["Name"]),
        "versions": [one["Value"] for one in sorted(history, key=lambda one: one["Version"])],
    }


def put(value):
    # Whole: ministack drops the pattern where it is not said again.
    ssm.put_parameter(Name=PROFILES, Value=value, AllowedPattern=PATTERN, Overwrite=True, **MADE)


command, *words = sys.argv[1:]
print(json.dumps({"create": create, "dump": dump, "set": put}[command](*words)))
