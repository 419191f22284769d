"""Reads the distribution with boto3 and invalidates what its edges keep; begins with model.py."""

import xml.etree.ElementTree as ElementTree

NAMESPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
ID = {"DistributionId": "E1REHEARSALREV"}
NUMBERS = {"integer": int, "long": int, "boolean": {"true": True, "false": False}.__getitem__}


def compare_xml(shape, element, path):
    if shape.type_name == "structure":
        members = {of.serialization.get("name", name): of for name, of in shape.members.items()}
        for inner in element:
            name = inner.tag.removeprefix(NAMESPACE)
            if name in members:
                compare_xml(members[name], inner, path + "." + name)
            else:
                unknown.append(path + "." + inner.tag)
        there = {inner.tag for inner in element}
        for name in shape.required_members:
            if NAMESPACE + shape.members[name].serialization.get("name", name) not in there:
                unknown.append(path + "." + name + " is missing")
        # A list says how many it has.
        counted = [inner.text for inner in element if inner.tag == NAMESPACE + "Quantity"]
        listed = element.find(NAMESPACE + "Items")
        if counted and "Items" in shape.members and int(counted[0]) != len([] if listed is None else listed):
            unknown.append(path + " has another quantity")
    elif shape.type_name == "list":
        for inner in element:
            if inner.tag != NAMESPACE + shape.member.serialization.get("name", "member"):
                unknown.append(path + " has " + inner.tag)
            compare_xml(shape.member, inner, path + "[]")
    else:
        if shape.type_name in NUMBERS:
            NUMBERS[shape.type_name](element.text)
        if getattr(shape, "enum", None) and element.text not in shape.enum:
            unknown.append(f"{path} has the word {element.text}")


def before_parse_xml(operation_model, response_dict, **_):
    if response_dict["status_code"] < 300:
        shape = operation_model.output_shape
        payload = shape.members[shape.serialization["payload"]]
        root = ElementTree.fromstring(response_dict["body"])
        if root.tag != NAMESPACE + payload.name:
            unknown.append(f"{operation_model.name} has the root {root.tag}")
        compare_xml(payload, root, operation_model.name)


def batch(reference, paths, quantity=None):
    quantity = len(paths) if quantity is None else quantity
    return {"CallerReference": reference, "Paths": {"Quantity": quantity, "Items": paths}}


cloudfront = boto3.client("cloudfront")
cloudfront.meta.events.register("before-parse.cloudfront", before_parse_xml)

got = cloudfront.get_distribution(Id=ID["DistributionId"])
config = got["Distribution"]["DistributionConfig"]
made = [
    cloudfront.create_invalidation(**ID, InvalidationBatch=batch(reference, ["/index.html", "/*"]))
    for reference in ("first", "second", "first")
]
first = made[0]["Invalidation"]
running = cloudfront.get_distribution(Id=ID["DistributionId"])["Distribution"]["InProgressInvalidationBatches"]
pages = list(
    cloudfront.get_paginator("list_invalidations").paginate(**ID, PaginationConfig={"PageSize": 1})
)
cloudfront.get_waiter("invalidation_completed").wait(
    **ID, Id=first["Id"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 60}
)
after = cloudfront.get_invalidation(**ID, Id=first["Id"])["Invalidation"]

seen = {
    "aliases": config["Aliases"]["Items"],
    "enabled": config["Enabled"],
    "root": config["DefaultRootObject"],
    "certificate": config["ViewerCertificate"]["ACMCertificateArn"].split(":")[3],
    "errors": [
        [one["ErrorCode"], one["ResponsePagePath"], one["ResponseCode"]]
        for one in config["CustomErrorResponses"]["Items"]
    ],
    "tagged": got["ETag"] != "",
    "made": [one["ResponseMetadata"]["HTTPStatusCode"] for one in made],
    "same": made[2]["Invalidation"]["Id"] == first["Id"],
    "located": made[0]["Location"].endswith("/invalidation/" + first["Id"]),
    "running": running,
    "listed": [one["Id"] for page in pages for one in page["InvalidationList"]["Items"]]
    == [made[1]["Invalidation"]["Id"], first["Id"]],
    "after": [after["Status"], after["InvalidationBatch"]["Paths"]["Items"]],
    "refusals": [
        refusal(cloudfront.get_distribution, Id="E1OTHER"),
        refusal(cloudfront.get_invalidation, **ID, Id="I1OTHER"),
        refusal(cloudfront.create_invalidation, **ID, InvalidationBatch=batch("first", ["/"])),
        refusal(cloudfront.create_invalidation, **ID, InvalidationBatch=batch("third", ["/"], 2)),
        refusal(cloudfront.create_invalidation, **ID, InvalidationBatch=batch("third", ["/*.js"])),
        refusal(
            cloudfront.create_invalidation,
            **ID,
            InvalidationBatch=batch("third", [f"/{number}/*" for number in range(16)]),
        ),
        refusal(cloudfront.list_distributions),
    ],
    "not in the model": sorted(set(unknown)),
}
print(json.dumps(seen))
