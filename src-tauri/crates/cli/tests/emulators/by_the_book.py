"""Stands before ministack and does the one call that it gets wrong: `add` and `remove` of a pool of an authoriser.

API Gateway API reference, "Patch operations", Authorizer: `add` on /providerARNs appends the pool to the list, `remove`
takes it out, and the value is one ARN. ministack puts the value in the place of the list, and removes the list. Here the
operations are carried out on the list that stands there; ministack is given the whole of it, which it keeps as it is.
Everything else passes as it is. Prints its endpoint; ends with its standard input.

by_the_book.py ENDPOINT
"""

import http.client
import http.server
import json
import sys
import threading
import urllib.parse

AT = urllib.parse.urlsplit(sys.argv[1])
POOLS = "/providerARNs"
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


def passed(method, path, headers, body):
    connection = http.client.HTTPConnection(AT.hostname, AT.port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.getheaders(), answer.read()


def by_the_book(path, headers, body):
    """The body with one operation that puts the whole list."""
    operations = json.loads(body)["patchOperations"]
    ours = [one for one in operations if one["path"] == POOLS]
    _, _, told = passed("GET", path, headers, None)
    pools = json.loads(told)["providerARNs"]
    for one in ours:
        if one["op"] == "add":
            pools.append(one["value"])
        else:
            pools.remove(one["value"])
    whole = {"op": "replace", "path": POOLS, "value": pools}
    return json.dumps({"patchOperations": [one for one in operations if one not in ours] + [whole]}).encode()


class Stand(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def carry(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        if self.command == "PATCH" and "/authorizers/" in self.path:
            body = by_the_book(self.path, headers, body)
        status, told, answer = passed(self.command, self.path, headers, body)
        self.send_response_only(status)
        for name, value in told:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = carry

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *whom):
        # A client that ends without a word.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*whom)


server = Server(("127.0.0.1", 0), Stand)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
