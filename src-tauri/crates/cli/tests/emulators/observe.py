"""An observer for `switchback rehearse --observe`: writes what boto3 sees at a stage.

observe.py start|far|end    every record set of every zone, to STAGE.json beside this file
"""

import json
import pathlib
import sys

import boto3

route53 = boto3.client("route53")
zones = {}
for page in route53.get_paginator("list_hosted_zones").paginate():
    for zone in page["HostedZones"]:
        zone_id = zone["Id"].rsplit("/", 1)[-1]
        pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
        zones[zone_id] = [which for page in pages for which in page["ResourceRecordSets"]]
here = pathlib.Path(__file__).resolve().parent
(here / (sys.argv[1] + ".json")).write_text(json.dumps(zones))
