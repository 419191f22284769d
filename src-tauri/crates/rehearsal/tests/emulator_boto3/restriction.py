"""Closes user management with boto3, at the firewall and at the gateway; begins with model.py."""

import uuid

ACL = {
    "Name": "tis-gateway",
    "Scope": "REGIONAL",
    "Id": "5b1c9a52-0f3e-4c0a-9d8e-7a6b5c4d3e2f",
}
API = {"restApiId": "a1b2c3d4e5"}
STAGE = {**API, "stageName": "prod"}
ARN = "arn:aws:apigateway:eu-west-2::/restapis/a1b2c3d4e5/stages/prod"
# What an update says nothing of, and the description that it would not take back.
ANSWERED = [
    "ARN",
    "Capacity",
    "LabelNamespace",
    "ManagedByFirewallManager",
    "RetrofittedByFirewallManager",
    "PreProcessFirewallManagerRuleGroups",
    "PostProcessFirewallManagerRuleGroups",
    "Description",
]
OTHER = {**ACL, "Id": str(uuid.uuid4())}

waf = client_of("wafv2")
gateway = client_of("apigateway")


def echoed(got, **words):
    kept = {name: value for name, value in got["WebACL"].items() if name not in ANSWERED}
    return {**kept, **ACL, "LockToken": got["LockToken"], **words}


def patched(lines):
    names = ("op", "path", "value")
    operations = [dict(zip(names, line.split(" "))) for line in lines]
    return gateway.update_stage(**STAGE, patchOperations=operations)["methodSettings"]


guard = waf.get_web_acl_for_resource(ResourceArn=ARN)["WebACL"]
before = waf.get_web_acl(**ACL)
freeze = next(rule for rule in before["WebACL"]["Rules"] if "Action" in rule)
freeze["Action"] = {"Block": {"CustomResponse": {"ResponseCode": 503}}}
update = echoed(before)
after = waf.update_web_acl(**update)["NextLockToken"]
listed = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]

api = gateway.get_rest_api(**API)
pages = list(
    gateway.get_paginator("get_resources").paginate(
        **API, embed=["methods"], PaginationConfig={"PageSize": 5}
    )
)
resources = {one["path"]: one for page in pages for one in page["items"]}
stage = gateway.get_stage(**STAGE)
key = "~1usermanagement~1createUser/POST"
closed = patched([f"replace /{key}/throttling/{limit} 0" for limit in ("rateLimit", "burstLimit")])
opened = patched([f"remove /{key}"])

seen = {
    "guard": guard == before["WebACL"] | {"Rules": guard["Rules"]},
    "description": guard["Description"],
    "sought": [
        statement["ByteMatchStatement"]["SearchString"].decode()
        for statement in freeze["Statement"]["AndStatement"]["Statements"][0]["OrStatement"]["Statements"]
    ],
    "listed": [one["LockToken"] == after != before["LockToken"] for one in listed],
    "api": [api["name"], resources["/"]["id"] == api["rootResourceId"]],
    "pages": [len(page["items"]) for page in pages],
    "methods": sorted(resources["/usermanagement/api/users/{u}"]["resourceMethods"]),
    "guarded by": stage["webAclArn"] == guard["ARN"],
    "in order": stage["createdDate"] < stage["lastUpdatedDate"],
    "keys": sorted(stage["methodSettings"]),
    "closed": [closed[key]["throttlingRateLimit"], closed[key]["throttlingBurstLimit"]],
    "opened": opened == stage["methodSettings"],
    "refusals": [
        refusal(waf.update_web_acl, **update),
        refusal(waf.get_web_acl, **OTHER),
        refusal(waf.update_web_acl, **echoed(waf.get_web_acl(**ACL), Description="of TIS")),
        refusal(
            waf.update_web_acl,
            **echoed(waf.get_web_acl(**ACL), Rules=[{**freeze, "OverrideAction": {"None": {}}}]),
        ),
        refusal(waf.list_rule_groups, Scope="REGIONAL"),
        refusal(gateway.get_stage, **API, stageName="none"),
        refusal(gateway.get_rest_api, restApiId="none"),
        refusal(patched, lines=[f"remove /{key}"]),
        refusal(patched, lines=[f"replace /{key}/throttling/rateLimit often"]),
        refusal(gateway.get_rest_apis),
    ],
    "not in the model": sorted(set(unknown)),
}
print(json.dumps(seen))
