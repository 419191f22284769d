"""An observer for `switchback rehearse --observe`: writes what boto3, and a browser without a sign-in, see at a stage.

observe.py start|far|end    to STAGE.json beside this file: every record set of every zone, every parameter, the service
                            with its tasks, every web ACL, every stage, the authorisers of Reval, what its stage serves,
                            its distribution; and what each route of user management answers at each address that leads
                            to it, what a token of each pool gets at Reval, and what each edge has of its page

Raw HTTPS by Python's own library; only the world's handle says which loopback port stands in for an address.
"""

import base64
import hashlib
import json
import pathlib
import re
import socket
import ssl
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config

here = pathlib.Path(__file__).resolve().parent
APPS, API = "apps.example.nhs.test", "a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com"
PLACES = [
    ("192.0.2.10", APPS, "/usermanagement"),
    ("198.51.100.20", APPS, "/usermanagement"),
    ("198.51.100.40", API, "/prod/usermanagement"),
]
ROUTES = [
    "POST /createUser",
    "POST /updateUser",
    "POST /api/users",
    "PUT /api/users/nobody",
    "DELETE /api/users/nobody",
    "POST /api/users/nobody/mfa/reset",
    "GET /api/users",
    "GET /api/users/canary/authevents",
    "OPTIONS /api/users",
]
# So many tasks answer in turn.
TASKS = 2
REVAL, REVAL_AT = "reval.example.nhs.test", "198.51.100.30"
REVAL_API, REVAL_READ = "r3v4l5a6p7.execute-api.eu-west-2.amazonaws.com", "/prod/profile/api/userinfo"
CANARY = {"USERNAME": "canary@example.nhs.test", "PASSWORD": "Rehearsal-canary-1"}
CLIENTS = {"old": "rehearsalrevalclient0000000", "new": "rehearsalrevalclient0000001"}
POOLS = {"old": "eu-west-2_REHEARSAL0", "new": "eu-west-2_REHEARSAL1"}
# So many edges answer in turn; whoever else asks meanwhile takes a turn of theirs.
EDGES, TURNS = 2, 20


def zones():
    route53 = boto3.client("route53")
    found = {}
    for page in route53.get_paginator("list_hosted_zones").paginate():
        for zone in page["HostedZones"]:
            zone_id = zone["Id"].rsplit("/", 1)[-1]
            pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
            found[zone_id] = [which for page in pages for which in page["ResourceRecordSets"]]
    return found


def parameters():
    ssm = boto3.client("ssm")
    found = {}
    for page in ssm.get_paginator("describe_parameters").paginate():
        for one in page["Parameters"]:
            told = ssm.get_parameter(Name=one["Name"], WithDecryption=True)["Parameter"]
            value = told["Value"]
            if told["Type"] == "SecureString":
                value = hashlib.sha256(value.encode()).hexdigest()
            fields = ["Type", "Tier", "DataType", "Description", "AllowedPattern", "KeyId"]
            found[one["Name"]] = {**{field: one.get(field) for field in fields}, "Value": value}
    return found


def services():
    ecs = boto3.client("ecs")
    cluster, name = "tis-rehearsal", "tis-usermanagement"
    (service,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=name)["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return {
        "definition": service["taskDefinition"],
        "desired": service["desiredCount"],
        "tasks": sorted(
            [task["lastStatus"], task["taskDefinitionArn"], task["containers"][0]["imageDigest"]] for task in tasks
        ),
    }


def firewalls():
    waf = boto3.client("wafv2")
    found = {}
    for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]:
        found[one["Name"]] = waf.get_web_acl(Name=one["Name"], Scope="REGIONAL", Id=one["Id"])["WebACL"]
    return found


def stages():
    gateway = boto3.client("apigateway")
    return gateway.get_stage(restApiId=API.split(".")[0], stageName="prod")["methodSettings"]


def authorizers():
    gateway = boto3.client("apigateway")
    found = gateway.get_authorizers(restApiId=REVAL_API.split(".")[0])["items"]
    fields = ["name", "type", "providerARNs", "identitySource", "authorizerResultTtlInSeconds"]
    return {one["id"]: {field: one.get(field) for field in fields} for one in found}


def served():
    """Which deployment Reval's stage serves, with its methods."""
    gateway, api = boto3.client("apigateway"), {"restApiId": REVAL_API.split(".")[0]}
    stage = gateway.get_stage(**api, stageName="prod")
    which = {**api, "deploymentId": stage["deploymentId"]}
    methods = gateway.get_deployment(**which, embed=["apisummary"])["apiSummary"]
    return {"deployment": stage["deploymentId"], "canary": stage.get("canarySettings"), "methods": methods}


def distribution():
    told = boto3.client("cloudfront").get_distribution(Id="E1REHEARSALREV")["Distribution"]
    config = told["DistributionConfig"]
    return {"enabled": config["Enabled"], "names": config["Aliases"]["Items"], "status": told["Status"]}


def tokens():
    """What a token of each pool gets, and nobody without one. Each is signed in for this look: what the gateway remembers
    of it is no verdict on a token of anybody else."""
    cognito = boto3.client("cognito-idp", config=Config(signature_version=UNSIGNED))
    users = boto3.client("cognito-idp")
    found = {"none": asked(PLACES[-1][0], REVAL_API, REVAL_READ)}
    absent = {}
    for pool, client in CLIENTS.items():
        # A sign-in would bring over whom the pool lacks: a look must not.
        try:
            users.admin_get_user(UserPoolId=POOLS[pool], Username=CANARY["USERNAME"])
        except users.exceptions.UserNotFoundException:
            absent[pool] = ["absent", None]
            continue
        told = cognito.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId=client, AuthParameters=CANARY)
        token = told["AuthenticationResult"]["IdToken"]
        found[pool] = asked(PLACES[-1][0], REVAL_API, REVAL_READ, f"Authorization: {token}\r\n")
    return absent | {who: [head[0].split(" ")[1], json.loads(body)] for who, (head, body) in found.items()}


def edges():
    """What each edge has of Reval's page: the page, its scripts and the manifest, and the pools that stand in them."""
    found = {}
    for _ in range(TURNS):
        edge, page = of_an_edge("/")
        found.setdefault(edge, {"/": page.decode()})
        if len(found) == EDGES:
            break
    for edge, has in found.items():
        scripts = ["/" + name for name in re.findall(r'<script src="([^"]+)"', has["/"])]
        for path in [*scripts, "/ngsw.json"]:
            turns = (of_an_edge(path) for _ in range(TURNS))
            has[path] = next(body for by, body in turns if by == edge).decode()
        pools = sorted({pool for text in has.values() for pool in re.findall(r"eu-west-2_[0-9A-Za-z]+", text)})
        hashes = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in has.items()}
        found[edge] = {"pools": pools, "hashes": hashes}
    return found


def of_an_edge(path):
    head, body = asked(REVAL_AT, REVAL, path)
    assert head[0].split(" ")[1] == "200", head
    return next(line.split(": ")[1] for line in head if line.lower().startswith("x-amz-cf-pop:")), body


def routes():
    found = {}
    for address, host, base in PLACES:
        for route in ROUTES:
            method, path = route.split(" ")
            answers = {ask(address, host, method, base + path) for _ in range(TASKS)}
            found[f"{route} at {address}"] = sorted(answers)
    return found


def ask(address, host, method, path):
    """The status of an answer, and by whose restriction it is one."""
    head, _ = asked(address, host, path, method=method)
    by = [line.split(": ")[1] for line in head if line.lower().startswith("x-tis-restricted:")]
    return " ".join([head[0].split(" ")[1], *by])


def asked(address, host, path, more="", method="GET"):
    """The lines of an answer before its body, and its body; by a connection of its own."""
    at, port = WORLD["dial"][address].rsplit(":", 1)
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.create_connection((at, int(port)), timeout=5) as plain:
        with TRUST.wrap_socket(plain, server_hostname=host) as s:
            s.sendall(request.encode())
            answer = b""
            while part := s.recv(4096):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), body


def plain(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


WORLD = json.loads((here / "home" / "rehearsal" / "handle.json").read_text())
TRUST = ssl.create_default_context(cadata=WORLD["ca_pem"])
BY_AWS = (zones, parameters, services, firewalls, stages, authorizers, served, distribution)
LOOKS = {f.__name__: f for f in (*BY_AWS, routes, tokens, edges)}
seen = {name: look() for name, look in LOOKS.items()}
(here / (sys.argv[1] + ".json")).write_text(json.dumps(seen, default=plain, sort_keys=True))
