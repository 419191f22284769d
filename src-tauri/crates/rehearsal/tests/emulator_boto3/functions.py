"""Reads the triggers with boto3 and invokes them; begins with model.py."""

functions = client_of("lambda")
NAME = "rehearsal-migrate-user"


def refusal(call, **words):
    try:
        call(**words)
    except ClientError as error:
        known = getattr(functions.exceptions, type(error).__name__, None)
        return f"{'ClientError' if known is None else type(error).__name__} {error.response['Error']['Code']}"
    return None


def event(password):
    return json.dumps({
        "triggerSource": "UserMigration_Authentication",
        "userName": "nora.owen@example.nhs.test",
        "request": {"password": password},
    })


def invoked(kind, password):
    functions.meta.events.unregister("before-parse.lambda", before_parse)
    answer = functions.invoke(FunctionName=NAME, InvocationType=kind, Payload=event(password))
    functions.meta.events.register("before-parse.lambda", before_parse)
    return [answer["StatusCode"], answer.get("FunctionError"), len(answer["Payload"].read()) > 0]


configuration = functions.get_function_configuration(FunctionName=NAME)
statement = json.loads(functions.get_policy(FunctionName=NAME)["Policy"])["Statement"][0]
reserved = functions.get_function_concurrency(FunctionName=NAME)
print(json.dumps({
    "state": [configuration["State"], configuration["LastUpdateStatus"], configuration["Timeout"]],
    "alias": functions.get_function_configuration(FunctionName=NAME, Qualifier="live")["Version"],
    "principal": statement["Principal"],
    "source": statement["Condition"],
    "reserved": reserved.get("ReservedConcurrentExecutions"),
    "invoked": [invoked("DryRun", "no"), invoked("RequestResponse", "no"), invoked("RequestResponse", "Rehearsal-nora-1")],
    "refusals": [
        refusal(functions.get_policy, FunctionName=NAME, Qualifier="live"),
        refusal(functions.get_policy, FunctionName="nothing"),
        refusal(functions.get_function_configuration, FunctionName=NAME, Qualifier="7"),
        refusal(functions.get_function_concurrency, FunctionName="nothing"),
        refusal(functions.list_functions),
    ],
    "not in the model": unknown,
}))
