"""An observer for `switchback rehearse --observe`: writes what boto3, and a browser without a sign-in, see at a stage.

observe.py start|far|end    to STAGE.json beside this file: every record set of every zone, every parameter, the service
                            with its tasks, every web ACL, every stage; and what each route of user management answers
                            at each address that leads to it

Raw HTTPS by Python's own library; only the world's handle says which loopback port stands in for an address.
"""

import base64
import hashlib
import json
import pathlib
import socket
import ssl
import sys

import boto3

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


def routes():
    world = json.loads((here / "home" / "rehearsal" / "handle.json").read_text())
    trust = ssl.create_default_context(cadata=world["ca_pem"])
    found = {}
    for address, host, base in PLACES:
        at, port = world["dial"][address].rsplit(":", 1)
        for route in ROUTES:
            method, path = route.split(" ")
            answers = {ask((at, int(port)), trust, host, method, base + path) for _ in range(TASKS)}
            found[f"{route} at {address}"] = sorted(answers)
    return found


def ask(stand_in, trust, host, method, path):
    """The status of an answer, and by whose restriction it is one."""
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.create_connection(stand_in, timeout=5) as plain:
        with trust.wrap_socket(plain, server_hostname=host) as s:
            s.sendall(request.encode())
            answer = b""
            while part := s.recv(4096):
                answer += part
    head = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    by = [line.split(": ")[1] for line in head if line.lower().startswith("x-tis-restricted:")]
    return " ".join([head[0].split(" ")[1], *by])


def plain(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


LOOKS = {f.__name__: f for f in (zones, parameters, services, firewalls, stages, routes)}
seen = {name: look() for name, look in LOOKS.items()}
(here / (sys.argv[1] + ".json")).write_text(json.dumps(seen, default=plain, sort_keys=True))
