"""Sets up a hosted zone with boto3, puts it back between measurements, and says what is in it.

One command a line on standard input, one JSON document a line on standard output:
create      the zone with four record sets; its id and the caller's account
set TTL     the TTL of apps, as a person would set it
look        the TTL of apps
"""

import json
import sys
import uuid

import boto3

ZONE = "example.nhs.test"
APPS = "apps." + ZONE

route53 = boto3.client("route53")
zone_id = None


def record(name, kind, ttl, *values):
    return {
        "Name": name,
        "Type": kind,
        "TTL": ttl,
        "ResourceRecords": [{"Value": value} for value in values],
    }


def change(action, *sets):
    changes = [{"Action": action, "ResourceRecordSet": which} for which in sets]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def create():
    global zone_id
    answer = route53.create_hosted_zone(Name=ZONE, CallerReference=str(uuid.uuid4()))
    zone_id = answer["HostedZone"]["Id"].rsplit("/", 1)[-1]
    change(
        "CREATE",
        record(APPS, "A", 300, "192.0.2.10"),
        record("www." + ZONE, "CNAME", 300, APPS + "."),
        record("mail." + ZONE, "A", 3600, "192.0.2.25", "192.0.2.26"),
        record("note." + ZONE, "TXT", 300, '"kept as it is"'),
    )
    account = boto3.client("sts").get_caller_identity()["Account"]
    return {"zone_id": zone_id, "account": account}


def set_ttl(ttl):
    change("UPSERT", record(APPS, "A", int(ttl), "192.0.2.10"))
    return {}


def look():
    sets = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return {"ttl": next(which["TTL"] for which in sets if which["Name"] == APPS + ".")}


DEEDS = {"create": create, "set": set_ttl, "look": look}

for line in sys.stdin:
    name, *words = line.split()
    print(json.dumps(DEEDS[name](*words)), flush=True)
