"""Makes and reads with boto3 a REST API that asks user pools, and a distribution.

`create` makes two pools with a user each, the API with its authoriser and its stage, and the distribution; `dump` tells
what stands there, and `ask` besides what a token of each pool and nobody without one get at the API, by plain HTTP;
`add` is somebody's unfinished work, and asks then. The endpoint and the credentials come from the environment.
"""

import http.client
import json
import os
import sys
import urllib.parse

import boto3

API, STAGE, PATH = "tis-revalidation", "prod", "userinfo"
POOLS = ["old", "new"]
USER, PASSWORD = "canary@example.nhs.test", "Emulated-canary-1"
cognito, gateway, cloudfront = (boto3.client(name) for name in ("cognito-idp", "apigateway", "cloudfront"))


def pool(name):
    made = cognito.create_user_pool(PoolName=name)["UserPool"]
    user = {"UserPoolId": made["Id"], "Username": USER}
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    cognito.create_user_pool_client(UserPoolId=made["Id"], ClientName="reval", ExplicitAuthFlows=flows)
    cognito.admin_create_user(**user, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    return made["Arn"]


def create():
    old, new = (pool(name) for name in POOLS)
    api = gateway.create_rest_api(name=API)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    authorizer = gateway.create_authorizer(
        restApiId=api,
        name="pools",
        type="COGNITO_USER_POOLS",
        providerARNs=[old],
        identitySource="method.request.header.Authorization",
    )["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=PATH)["id"]
    put({"restApiId": api, "resourceId": resource, "httpMethod": "GET"}, authorizer)
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    caller = boto3.client("sts").get_caller_identity()
    return {
        "old_pool": old,
        "new_pool": new,
        "api": api,
        "authorizer": authorizer,
        "distribution": page(),
        "account": caller["Account"],
        "arn": caller["Arn"],
    }


def put(method, authorizer):
    """A method that asks user pools, and answers by itself."""
    gateway.put_method(**method, authorizationType="COGNITO_USER_POOLS", authorizerId=authorizer)
    gateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(**method, statusCode="200")


def page():
    bucket = {"Id": "page", "DomainName": "page.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    copies = {
        "TargetOriginId": "page",
        "ViewerProtocolPolicy": "redirect-to-https",
        # The managed policy CachingOptimized.
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    config = {
        "CallerReference": "page",
        "Aliases": {"Quantity": 1, "Items": ["reval.example.nhs.test"]},
        "Origins": {"Quantity": 1, "Items": [bucket]},
        "DefaultCacheBehavior": copies,
        "Comment": "Reval",
        "Enabled": True,
    }
    return cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


def the_api():
    return {"restApiId": next(one["id"] for one in gateway.get_rest_apis()["items"] if one["name"] == API)}


def dump():
    api = the_api()
    (authorizer,) = gateway.get_authorizers(**api)["items"]
    deployments = gateway.get_deployments(**api)["items"]
    (distribution,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    which = {"DistributionId": distribution["Id"]}
    made = cloudfront.list_invalidations(**which)["InvalidationList"].get("Items", [])
    invalidations = [cloudfront.get_invalidation(**which, Id=one["Id"])["Invalidation"] for one in made]
    return {
        "pools": authorizer.get("providerARNs"),
        "authorizer": {key: value for key, value in authorizer.items() if key != "providerARNs"},
        "stage": gateway.get_stage(**api, stageName=STAGE)["deploymentId"],
        "deployments": {one["id"]: one.get("description", "") for one in deployments},
        "invalidations": [
            [one["Status"], one["InvalidationBatch"]["Paths"]["Items"], one["InvalidationBatch"]["CallerReference"]]
            for one in invalidations
        ],
        "enabled": distribution["Enabled"],
    }


def ask():
    found = {"none": asked({})}
    for told in cognito.list_user_pools(MaxResults=10)["UserPools"]:
        client = cognito.list_user_pool_clients(UserPoolId=told["Id"], MaxResults=1)["UserPoolClients"][0]
        words = {"USERNAME": USER, "PASSWORD": PASSWORD}
        signed_in = cognito.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH", ClientId=client["ClientId"], AuthParameters=words
        )
        found[told["Name"]] = asked({"Authorization": signed_in["AuthenticationResult"]["IdToken"]})
    return {**dump(), "tokens": found}


def add():
    api = the_api()
    (authorizer,) = gateway.get_authorizers(**api)["items"]
    resource = next(one["id"] for one in gateway.get_resources(**api)["items"] if one["path"] == "/" + PATH)
    put({**api, "resourceId": resource, "httpMethod": "POST"}, authorizer["id"])
    return ask()


def asked(headers):
    """The status of a read of the API."""
    at = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=10)
    host = the_api()["restApiId"] + ".execute-api.localhost"
    connection.request("GET", f"/{STAGE}/{PATH}", headers={"Host": host, **headers})
    return connection.getresponse().status


SAYS = {"create": create, "dump": dump, "ask": ask, "add": add}
print(json.dumps(SAYS[sys.argv[1]](), default=str, sort_keys=True))
