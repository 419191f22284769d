"""Signs in at both pools with boto3 and moves Reval's API from one to the other and back; begins with model.py."""

from botocore import UNSIGNED
from botocore.config import Config

API = {"restApiId": "r3v4l5a6p7"}
STAGE = {**API, "stageName": "prod"}
AUTHORIZER = {**API, "authorizerId": "re7al1"}
OLD, NEW = "rehearsalrevalclient0000000", "rehearsalrevalclient0000001"
NEW_ARN = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL1"

cognito = client_of("cognito-idp", config=Config(signature_version=UNSIGNED))
gateway = client_of("apigateway")
http = client_of("apigatewayv2")


def signed_in(client, password="Rehearsal-canary-1", flow="USER_PASSWORD_AUTH"):
    words = {"USERNAME": "canary@example.nhs.test", "PASSWORD": password}
    return cognito.initiate_auth(AuthFlow=flow, ClientId=client, AuthParameters=words)


def edited(op, arn):
    operations = [{"op": op, "path": "/providerARNs", "value": arn}]
    return gateway.update_authorizer(**AUTHORIZER, patchOperations=operations)["providerARNs"]


def pointed(deployment):
    operations = [{"op": "replace", "path": "/deploymentId", "value": deployment}]
    return gateway.update_stage(**STAGE, patchOperations=operations)["deploymentId"]


answers = [signed_in(client) for client in (OLD, NEW)]
result = answers[0]["AuthenticationResult"]
before = gateway.get_authorizer(**AUTHORIZER)["providerARNs"]
listed = gateway.get_authorizers(**API)["items"]
was = gateway.get_stage(**STAGE)["deploymentId"]
both = edited("add", NEW_ARN)
made = gateway.create_deployment(**API, description="switchback")
deployment = {**API, "deploymentId": made["id"]}
bare = gateway.get_deployment(**deployment)
whole = gateway.get_deployment(**deployment, embed=["apisummary"])
pages = gateway.get_paginator("get_deployments").paginate(**API, PaginationConfig={"PageSize": 1})
moved = pointed(made["id"])
flushed = gateway.flush_stage_authorizers_cache(**STAGE)["ResponseMetadata"]["HTTPStatusCode"]
back = [pointed(was), len(edited("remove", NEW_ARN))]

seen = {
    "signed in": [sorted(name for name in one if name != "ResponseMetadata") for one in answers],
    "token": [result["TokenType"], result["ExpiresIn"], result["IdToken"].count(".") == 2],
    "challenge": answers[0].get("ChallengeName", "NEW_PASSWORD_REQUIRED is not asked"),
    "listed": [one["id"] for one in listed],
    "before": before,
    "edited": len(both),
    "made": made["ResponseMetadata"]["HTTPStatusCode"],
    "described": [bare["description"], bare["createdDate"] == made["createdDate"]],
    "summary": list(whole["apiSummary"]["/api/doctors"]["GET"].values()),
    "pages": [len(page["items"]) for page in pages],
    "moved": moved == made["id"],
    "flushed": flushed,
    "back": back,
    "http": [http.get_api(ApiId="h7t8t9p0a1")["ProtocolType"], len(http.get_apis()["Items"])],
    "refusals": [
        refusal(signed_in, client=OLD, password="wrong"),
        refusal(signed_in, client=NEW, flow="USER_SRP_AUTH"),
        refusal(signed_in, client="none"),
        refusal(edited, op="remove", arn=NEW_ARN),
        refusal(pointed, deployment="none"),
        refusal(gateway.get_deployment, **API, deploymentId="none"),
        refusal(gateway.get_authorizer, **API, authorizerId="none"),
        refusal(http.get_api, ApiId="r3v4l5a6p7"),
        refusal(edited, op="replace", arn=NEW_ARN),
    ],
    "not in the model": sorted(set(unknown)),
}
print(json.dumps(seen))
