"""Stands between Switchback and an endpoint, and holds every Cognito request against botocore's service model.

scribe.py UPSTREAM FILE    prints its port; writes one JSON line a request: the operation and what is wrong with it

The model knows which members an operation has, their types, lengths, bounds, patterns and words. One pattern is
not held against anybody: DomainType knows prefixes only, where Cognito takes whole custom domains (Cognito API
reference, DescribeUserPoolDomain, Domain).
"""

import http.client
import http.server
import json
import sys
import urllib.parse

import botocore.session
import regex

UPSTREAM = urllib.parse.urlparse(sys.argv[1])
NOTES = open(sys.argv[2], "a", buffering=1)
MODEL = botocore.session.get_session().get_service_model("cognito-idp")
TYPES = {"string": str, "integer": int, "boolean": bool, "structure": dict, "list": list}


def wrong(where, shape, value):
    expected = TYPES.get(shape.type_name)
    if expected is None or not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        return [f"{where} is {type(value).__name__}, not {shape.type_name}"]
    found = []
    if shape.type_name == "structure":
        found += [f"{where}.{name} is missing" for name in shape.required_members if name not in value]
        for name, inner in value.items():
            if name in shape.members:
                found += wrong(f"{where}.{name}", shape.members[name], inner)
            else:
                found.append(f"{where}.{name} is unknown")
        return found
    if shape.type_name == "list":
        for inner in value:
            found += wrong(f"{where}[]", shape.member, inner)
    if shape.type_name == "boolean":
        return []
    size = value if shape.type_name == "integer" else len(value)
    bounds = shape.metadata
    if size < bounds.get("min", size) or size > bounds.get("max", size):
        found.append(f"{where} is too small or too large: {size}")
    if "pattern" in bounds and shape.name != "DomainType" and not regex.fullmatch(bounds["pattern"], value):
        found.append(f"{where} does not fit {bounds['pattern']}")
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        found.append(f"{where} is none of {shape.enum}")
    return found


def judged(method, headers, body):
    prefix, _, operation = headers.get("X-Amz-Target", "").rpartition(".")
    if operation not in MODEL.operation_names:
        return operation, ["there is no such operation"]
    found = []
    if method != "POST" or prefix != MODEL.metadata["targetPrefix"]:
        found.append(f"{method} {prefix}")
    if headers.get("Content-Type") != "application/x-amz-json-" + MODEL.metadata["jsonVersion"]:
        found.append(f"content type {headers.get('Content-Type')}")
    if f"/{MODEL.signing_name}/aws4_request" not in headers.get("Authorization", ""):
        found.append("not signed for " + MODEL.signing_name)
    return operation, found + wrong("", MODEL.operation_model(operation).input_shape, json.loads(body))


class Scribe(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation, problems = judged(self.command, self.headers, body)
        NOTES.write(json.dumps({"operation": operation, "problems": problems}) + "\n")
        upstream = http.client.HTTPConnection(UPSTREAM.hostname, UPSTREAM.port, timeout=30)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        whole = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scribe)
print(server.server_port, flush=True)
server.serve_forever()
