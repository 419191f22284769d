"""Makes and reads a web ACL and a REST API with boto3: what stands before the routes that write.

`create` makes both, `dump` tells all of them, `edit` is somebody else's change of another rule. The endpoint and the
credentials come from the environment.
"""

import json
import sys

import boto3

ACL, API, STAGE = "tis-gateway", "tis-admins", "prod"
waf, gateway = boto3.client("wafv2"), boto3.client("apigateway")
ROUTES = {
    "createUser": ["POST", "OPTIONS"],
    "users": ["GET", "POST"],
}


def rule(name, priority, action, path):
    return {
        "Name": name,
        "Priority": priority,
        "Action": action,
        "Statement": {
            "ByteMatchStatement": {
                "SearchString": path.encode(),
                "FieldToMatch": {"UriPath": {}},
                "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
                "PositionalConstraint": "CONTAINS",
            }
        },
        "VisibilityConfig": visible(name),
    }


def visible(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def create():
    made = waf.create_web_acl(
        Name=ACL,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        Description="Stands before the gateway",
        Rules=[
            rule("known-bad", 0, {"Block": {}}, "/.git"),
            rule("writes", 1, {"Count": {}}, "/usermanagement/"),
        ],
        VisibilityConfig=visible(ACL),
    )["Summary"]
    api = gateway.create_rest_api(name=API)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    for path, methods in ROUTES.items():
        resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=path)["id"]
        for method in methods:
            gateway.put_method(restApiId=api, resourceId=resource, httpMethod=method, authorizationType="NONE")
            gateway.put_integration(restApiId=api, resourceId=resource, httpMethod=method, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    for path, value in (("metrics/enabled", "true"), ("throttling/rateLimit", "100"), ("throttling/burstLimit", "200")):
        patch("replace", "/*/*/" + path, value, api)
    for path, value in (("throttling/rateLimit", "7"), ("throttling/burstLimit", "7")):
        patch("replace", "/~1users/POST/" + path, value, api)
    caller = boto3.client("sts").get_caller_identity()
    return {"web_acl_id": made["Id"], "api": api, "account": caller["Account"], "arn": caller["Arn"]}


def patch(op, path, value, api):
    gateway.update_stage(restApiId=api, stageName=STAGE, patchOperations=[{"op": op, "path": path, "value": value}])


def acl():
    found = [one for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == ACL][0]
    return waf.get_web_acl(Name=ACL, Scope="REGIONAL", Id=found["Id"])


def dump():
    api = [one for one in gateway.get_rest_apis()["items"] if one["name"] == API][0]["id"]
    stage = gateway.get_stage(restApiId=api, stageName=STAGE)
    document = acl()["WebACL"]
    return {
        "rules": {one["Name"]: one["Action"] for one in document["Rules"]},
        "rest": {key: value for key, value in document.items() if key != "Rules"},
        "statements": [[one["Name"], one["Priority"], one["Statement"]] for one in document["Rules"]],
        "settings": stage["methodSettings"],
    }


def edit():
    told = acl()
    document = told["WebACL"]
    for one in document["Rules"]:
        if one["Name"] == "known-bad":
            one["Statement"]["ByteMatchStatement"]["SearchString"] = b"/.env"
    waf.update_web_acl(
        Name=ACL,
        Scope="REGIONAL",
        Id=document["Id"],
        DefaultAction=document["DefaultAction"],
        Description=document["Description"],
        Rules=document["Rules"],
        VisibilityConfig=document["VisibilityConfig"],
        LockToken=told["LockToken"],
    )
    return {}


def plain(value):
    return value.decode() if isinstance(value, bytes) else str(value)


print(json.dumps({"create": create, "dump": dump, "edit": edit}[sys.argv[1]](), default=plain, sort_keys=True))
