"""A process that watches the rehearsal from outside, with nothing but Python's own library.

watch.py HANDLE    waits for the world whose handle this is, looks until the world is gone, and prints
                   each change of what it sees with its time; the last line is the whole of it as JSON

It asks every name server and every resolver of the world in raw DNS over UDP, and fetches the site over
HTTPS as a user's browser would: at the address that the first resolver gives, with the real name in SNI
and Host, trusting the world's certificate authority and no other. Only the handle says which loopback
port stands in for an address.
"""

import json
import os
import pathlib
import random
import socket
import ssl
import struct
import sys
import time

NAME = "apps.example.nhs.test"
A, IN = 1, 1


def question(name, recursion):
    number = random.randrange(65536)
    head = struct.pack("!6H", number, 0x0100 if recursion else 0, 1, 0, 0, 0)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return number, head + labels + b"\0" + struct.pack("!2H", A, IN)


def skip_name(packet, at):
    while packet[at]:
        if packet[at] >= 0xC0:
            return at + 2
        at += packet[at] + 1
    return at + 1


def ask(server, recursion):
    """The addresses of the name, sorted, and the TTL that came with them."""
    number, packet = question(NAME, recursion)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect(server)
        s.send(packet)
        packet = s.recv(4096)
    got, flags, questions, answers, _, _ = struct.unpack("!6H", packet[:12])
    if got != number or flags & 0x800F != 0x8000:
        raise ValueError("an answer that is none: flags %04x" % flags)
    if not recursion and not flags & 0x0400:
        raise ValueError("no authority")
    at = 12
    for _ in range(questions):
        at = skip_name(packet, at) + 4
    found, ttl = [], None
    for _ in range(answers):
        at = skip_name(packet, at)
        kind, _, ttl, length = struct.unpack("!2HIH", packet[at : at + 10])
        if kind == A:
            found.append(socket.inet_ntoa(packet[at + 10 : at + 10 + length]))
        at += 10 + length
    return " ".join(sorted(found)), ttl


def fetch(stand_in, trust):
    """The build that the site says it runs."""
    with socket.create_connection(stand_in, timeout=2) as plain:
        with trust.wrap_socket(plain, server_hostname=NAME) as s:
            s.sendall(
                b"GET /version.json HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % NAME.encode()
            )
            answer = b""
            while part := s.recv(4096):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ValueError(head.split(b"\r\n")[0].decode())
    return json.loads(body)["build"]


def socket_of(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def served(handle):
    """The handle once the world is served."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            return json.loads(handle.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.02)
    sys.exit("no world within 60 s")


def gone(handle):
    """Whether the world ends: it takes its handle away last."""
    until = time.monotonic() + 3
    while handle.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def main():
    path = pathlib.Path(sys.argv[1])
    print("watching, process", os.getpid(), flush=True)
    world = served(path)
    began = time.monotonic()
    trust = ssl.create_default_context(cadata=world["ca_pem"])
    dial = {address: socket_of(stand_in) for address, stand_in in world["dial"].items()}
    asked = [(s["name"].rstrip("."), socket_of(s["addr"]), False) for s in world["name_servers"]]
    asked += [(s["name"], socket_of(s["addr"]), True) for s in world["resolvers"]]
    seen, looks, longest, last = {}, 0, 0.0, began

    def note(who, what, more):
        story = seen.setdefault(who, [])
        if not story or story[-1]["saw"] != what:
            at = round(time.monotonic() - began, 3)
            story.append({"at_s": at, "saw": what})
            print("%8.3f s  %-22s %s%s" % (at, who, what, more), flush=True)

    def look():
        address = None
        for who, server, recursion in asked:
            found, ttl = ask(server, recursion)
            note(who, found, "  (TTL %s s)" % ttl)
            if recursion and address is None:
                address = found
        note("site", fetch(dial[address], trust), "  at " + address)

    while True:
        try:
            look()
        except (OSError, ValueError, KeyError) as error:
            if gone(path):
                break
            note("errors", repr(error), "")
        looks += 1
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
        time.sleep(0.01)
    print(json.dumps({"looks": looks, "longest_pause_s": round(longest, 3), "seen": seen}))


main()
