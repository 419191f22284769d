"""Prepares and reads a hosted zone with boto3, so that what Switchback did is read by other code.

zone.py create TTL      a public zone with four record sets, apps with this TTL; prints the zone's id and the caller
zone.py dump ZONE_ID    prints every record set, in one order
zone.py set ZONE_ID ADDRESS TTL    what somebody else makes apps answer
zone.py weigh ZONE_ID TTL    apps becomes a weighted pair, all of its traffic on blue
zone.py stale           in a zone of its own: does the endpoint keep Route 53's compare-and-swap?
zone.py pending         in a zone of its own: the state of a change right after it was accepted

The endpoint and the credentials come from the environment.
"""

import json
import sys
import uuid

import boto3
from botocore.exceptions import ClientError

ZONE = "example.nhs.test"
APPS = "apps." + ZONE


def record(name, kind, ttl, *values):
    return {
        "Name": name,
        "Type": kind,
        "TTL": ttl,
        "ResourceRecords": [{"Value": value} for value in values],
    }


def new_zone(route53, name):
    answer = route53.create_hosted_zone(Name=name, CallerReference=str(uuid.uuid4()))
    return answer["HostedZone"]["Id"].rsplit("/", 1)[-1]


def change(route53, zone_id, *changes):
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": which} for action, which in changes]}
    return route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)["ChangeInfo"]


def every_set(route53, zone_id):
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    sets = [which for page in pages for which in page["ResourceRecordSets"]]
    for which in sets:
        which.get("ResourceRecords", []).sort(key=lambda r: r["Value"])
    return sorted(sets, key=lambda s: (s["Name"], s["Type"], s.get("SetIdentifier", "")))


def set_apps(route53, zone_id, address, ttl):
    change(route53, zone_id, ("UPSERT", record(APPS, "A", int(ttl), address)))


def weigh(route53, zone_id, ttl):
    def side(name, weight, address):
        return {**record(APPS, "A", int(ttl), address), "SetIdentifier": name, "Weight": weight}

    simple = next(which for which in every_set(route53, zone_id) if which["Name"] == APPS + ".")
    pair = [side("blue", 100, "192.0.2.10"), side("green", 0, "198.51.100.20")]
    change(route53, zone_id, ("DELETE", simple), *(("CREATE", which) for which in pair))


def create(route53, ttl):
    zone_id = new_zone(route53, ZONE)
    sets = [
        record(APPS, "A", int(ttl), "192.0.2.10"),
        record("www." + ZONE, "CNAME", 300, APPS),
        record("mail." + ZONE, "A", 3600, "192.0.2.25", "192.0.2.26"),
        record("note." + ZONE, "TXT", 300, '"kept as it is"'),
    ]
    change(route53, zone_id, *(("CREATE", which) for which in sets))
    caller = boto3.client("sts").get_caller_identity()
    return {"zone_id": zone_id, "account": caller["Account"], "arn": caller["Arn"]}


def stale(route53):
    zone_id = new_zone(route53, "stale." + ZONE)

    def at(address):
        return record("x.stale." + ZONE, "A", 60, address)

    once, now = at("192.0.2.10"), at("192.0.2.77")

    def attempt(*changes):
        """In the world that somebody else has changed from `once` to `now`."""
        change(route53, zone_id, ("UPSERT", once))
        change(route53, zone_id, ("UPSERT", now))
        before = every_set(route53, zone_id)
        try:
            change(route53, zone_id, *changes)
        except ClientError as error:
            same = before == every_set(route53, zone_id)
            return error.response["Error"]["Code"] + ("" if same else ", half applied")
        return "accepted"

    # The form of batch that a switch is: DELETE the old set exactly, CREATE the new one.
    swap = [("DELETE", now), ("CREATE", at("198.51.100.20"))]
    return {
        "swap": attempt(*swap),
        "same_swap_later": attempt(*swap),
        "delete_with_values_of_once": attempt(("DELETE", once), ("CREATE", at("198.51.100.21"))),
        "delete_with_values_of_never": attempt(("DELETE", at("192.0.2.99")), ("CREATE", at("198.51.100.22"))),
        "create_existing": attempt(("CREATE", at("198.51.100.23"))),
    }


def pending(route53):
    zone_id = new_zone(route53, "pending." + ZONE)
    info = change(route53, zone_id, ("CREATE", record("x.pending." + ZONE, "A", 60, "192.0.2.10")))
    return {"status": info["Status"]}


DEEDS = {
    "create": create,
    "dump": every_set,
    "set": set_apps,
    "weigh": weigh,
    "stale": stale,
    "pending": pending,
}

if __name__ == "__main__":
    json.dump(DEEDS[sys.argv[1]](boto3.client("route53"), *sys.argv[2:]), sys.stdout)
