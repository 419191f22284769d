"""What the readers of the rehearsal share: every answer is held against botocore's model of the service.

A member that the model does not know is one that boto3, and every other SDK, would drop without a word. The
endpoint and the credentials come from the environment.
"""

import json

import boto3
from botocore.exceptions import ClientError

JSON_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "timestamp": (int, float),
    "blob": str,
}

unknown = []


def compare(shape, value, path):
    if shape.type_name == "structure":
        members = {of.serialization.get("name", name): of for name, of in shape.members.items()}
        for name, inner in value.items():
            if name in members:
                compare(members[name], inner, path + "." + name)
            else:
                unknown.append(path + "." + name)
        for name in shape.required_members:
            if shape.members[name].serialization.get("name", name) not in value:
                unknown.append(path + "." + name + " is missing")
    elif shape.type_name == "list":
        for inner in value:
            compare(shape.member, inner, path + "[]")
    elif shape.type_name == "map":
        for name, inner in value.items():
            compare(shape.value, inner, path + "." + name)
    else:
        written = str if shape.serialization.get("timestampFormat") == "iso8601" else JSON_TYPES[shape.type_name]
        if not isinstance(value, written):
            unknown.append(f"{path} is no {shape.type_name}")
        if getattr(shape, "enum", None) and value not in shape.enum:
            unknown.append(f"{path} has the word {value}")


def before_parse(operation_model, response_dict, **_):
    if response_dict["status_code"] < 300 and response_dict["body"]:
        compare(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


def client_of(service, **words):
    client = boto3.client(service, **words)
    client.meta.events.register("before-parse." + service, before_parse)
    return client


def refusal(call, **words):
    try:
        call(**words)
    except ClientError as error:
        # The class is the model's own where the code is one of the model's.
        return type(error).__name__ + " " + error.response["Error"]["Code"]
    return "nothing"
