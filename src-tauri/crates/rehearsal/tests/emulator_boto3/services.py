"""Rolls a service of the rehearsal with boto3; begins with model.py."""

import time

CLUSTER, SERVICE = "tis-rehearsal", "tis-usermanagement"

ecs = client_of("ecs")


def described():
    return ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]


def tasks(**words):
    pages = ecs.get_paginator("list_tasks").paginate(cluster=CLUSTER, **words)
    arns = [arn for page in pages for arn in page["taskArns"]]
    return ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]


def rolled(**words):
    return ecs.update_service(cluster=CLUSTER, service=SERVICE, **words)["service"]["deployments"]


before = described()
began = rolled(forceNewDeployment=True)
middle = tasks(serviceName=SERVICE)
for _ in range(200):
    if described()["deployments"][0]["rolloutState"] == "COMPLETED":
        break
    time.sleep(0.05)
# Botocore's own judge of what stands still.
ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=[SERVICE], WaiterConfig={"Delay": 1})
after = described()
running = tasks(serviceName=SERVICE)
stopped = tasks(serviceName=SERVICE, desiredStatus="STOPPED")
revisions = ecs.describe_service_revisions(
    serviceRevisionArns=[one["arn"] for one in after["currentServiceRevisions"]]
)["serviceRevisions"]
definition = ecs.describe_task_definition(taskDefinition=SERVICE)["taskDefinition"]
missing = ecs.describe_services(cluster=CLUSTER, services=["none"])
seen = {
    "before": [one["status"] + " " + one["rolloutState"] for one in before["deployments"]],
    "began": [one["status"] + " " + one["rolloutState"] for one in began],
    "middle": sorted({one["lastStatus"] for one in middle}),
    "after": [one["status"] + " " + one["rolloutState"] for one in after["deployments"]],
    "is new": after["deployments"][0]["id"] == began[0]["id"] != before["deployments"][0]["id"],
    "started by it": {one["startedBy"] for one in running} == {began[0]["id"]},
    "later": all(one["startedAt"] > began[0]["createdAt"] for one in running),
    "stopped": sorted({one["stopCode"] for one in stopped}),
    "digests": sorted(
        {one["containers"][0]["imageDigest"] for one in running}
        | {one["containerImages"][0]["imageDigest"] for one in revisions}
    ),
    "definition": [definition["revision"], definition["status"]],
    "secrets": [one["name"] for one in definition["containerDefinitions"][0]["secrets"]],
    "missing": [missing["services"], missing["failures"][0]["reason"]],
    "refusals": [
        refusal(ecs.describe_services, cluster="none", services=[SERVICE]),
        refusal(ecs.describe_services, cluster=CLUSTER, services=[]),
        refusal(ecs.update_service, cluster=CLUSTER, service="none"),
        refusal(ecs.update_service, cluster=CLUSTER, service=SERVICE + "-old"),
        refusal(rolled, taskDefinition=SERVICE + ":6"),
        refusal(rolled, taskDefinition=SERVICE + ":99"),
        refusal(ecs.describe_task_definition, taskDefinition=SERVICE + ":99"),
        refusal(ecs.list_services, cluster=CLUSTER),
    ],
    "not in the model": unknown,
}
print(json.dumps(seen))
