"""Reads and puts parameters of the rehearsal with boto3; begins with model.py."""

PROFILES = "/tis/usermanagement/profiles"
SECRET = "/tis/usermanagement/client-secret"
ORIGINS = "/tis/reval/origins"
MAINTENANCE = "/tis/usermanagement/under-maintenance"

ssm = client_of("ssm")


def get(name, **words):
    return ssm.get_parameter(Name=name, **words)["Parameter"]


def describe(**words):
    pages = ssm.get_paginator("describe_parameters").paginate(**words)
    return [one for page in pages for one in page["Parameters"]]


def history(name):
    pages = ssm.get_paginator("get_parameter_history").paginate(Name=name, PaginationConfig={"PageSize": 2})
    return [one for page in pages for one in page["Parameters"]]


def told(parameter, *fields):
    return [parameter[field] for field in fields]


def put(name, value, **words):
    return ssm.put_parameter(Name=name, Value=value, Overwrite=True, **words)


names = [one["Name"] for one in describe()]
secret = describe(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [SECRET]}])[0]
before = get(PROFILES)
answer = put(PROFILES, "prod,cognito")
after = get(PROFILES)
several = ssm.get_parameters(Names=[PROFILES, ORIGINS, "/tis/none"])
labelled = ssm.label_parameter_version(Name=PROFILES, ParameterVersion=2, Labels=["live", "1st"])
versions = history(PROFILES)
seen = {
    "names": names,
    "described": {field: secret[field] for field in ("Type", "Tier", "Version", "KeyId")},
    "before": told(before, "Value", "Version", "DataType"),
    "put": told(answer, "Version", "Tier"),
    "after": told(after, "Value", "Version", "DataType"),
    "was": told(get(PROFILES + ":3"), "Value", "Version", "Selector"),
    "history": [told(one, "Version", "Value") for one in versions],
    "sealed": "not-a-real-secret" not in get(SECRET)["Value"],
    "opened": get(SECRET, WithDecryption=True)["Value"],
    "several": [[one["Name"] for one in several["Parameters"]], several["InvalidParameters"]],
    "labelled": told(labelled, "InvalidLabels", "ParameterVersion"),
    "by label": get(PROFILES + ":live")["Version"],
    "modified": versions[-1]["LastModifiedUser"],
    "in order": before["LastModifiedDate"] < after["LastModifiedDate"],
    "refusals": [
        refusal(ssm.put_parameter, Name=PROFILES, Value="x", Type="String"),
        refusal(put, name=PROFILES, value="x", Type="SecureString"),
        refusal(put, name=MAINTENANCE, value="perhaps"),
        refusal(put, name=PROFILES, value="x" * 4097),
        refusal(get, name="/tis/none"),
        refusal(get, name=PROFILES + ":99"),
        refusal(put, name=SECRET, value="x", KeyId="alias/nobodys"),
        refusal(ssm.describe_parameters, NextToken="x"),
        refusal(ssm.get_parameters_by_path, Path="/tis"),
    ],
}
ssm.delete_parameter(Name=ORIGINS)
seen["deleted"] = refusal(get, name=ORIGINS)
seen["not in the model"] = unknown
print(json.dumps(seen))
