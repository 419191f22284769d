"""Makes and reads a service and the parameter that its tasks read, with boto3, so that what Switchback did is read by
other code.

service.py create   a cluster, a task definition, a service of two tasks and its parameter; prints the caller
service.py dump     the deployments, the tasks and the parameter's versions
service.py roll     what somebody else starts anew
service.py deploy   what somebody else deploys: another revision of the task definition
service.py retire   makes the task definition inactive

The endpoint and the credentials come from the environment.
"""

import json
import sys

import boto3

CLUSTER, SERVICE, PROFILES = "tis", "usermanagement", "/tis/usermanagement/profiles"
ecs, ssm = boto3.client("ecs"), boto3.client("ssm")


def register(tag):
    web = {"name": "web", "image": "example/usermanagement:" + tag, "memory": 64, "essential": True}
    ecs.register_task_definition(family=SERVICE, containerDefinitions=[web])


def create():
    ssm.put_parameter(Name=PROFILES, Value="prod", Type="String", Tier="Standard")
    ecs.create_cluster(clusterName=CLUSTER)
    register("1")
    ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=SERVICE, desiredCount=2)
    caller = boto3.client("sts").get_caller_identity()
    return {"account": caller["Account"], "arn": caller["Arn"]}


def dump():
    service = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
    tasks = ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
    history = ssm.get_parameter_history(Name=PROFILES)["Parameters"]
    fields = ["id", "status", "rolloutState", "taskDefinition"]
    return {
        "definition": service["taskDefinition"],
        "deployments": [{field: one.get(field) for field in fields} for one in service["deployments"]],
        "running": service["runningCount"],
        "tasks": sorted(task["taskArn"] for task in tasks if task["lastStatus"] == "RUNNING"),
        "started_by": sorted({task.get("startedBy", "") for task in tasks}),
        "digests": [box.get("imageDigest") for task in tasks for box in task["containers"]],
        "versions": [one["Value"] for one in sorted(history, key=lambda one: one["Version"])],
    }


def roll():
    return ecs.update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)["service"]["serviceName"]


def deploy():
    register("2")
    return ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=SERVICE)["service"]["taskDefinition"]


def retire():
    arn = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]["taskDefinition"]
    return ecs.deregister_task_definition(taskDefinition=arn)["taskDefinition"]["status"]


commands = {"create": create, "dump": dump, "roll": roll, "deploy": deploy, "retire": retire}
print(json.dumps(commands[sys.argv[1]]()))
