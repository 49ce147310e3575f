#!/usr/bin/env python3
"""A witness implemented from the text of c2sp.org/tlog-witness and /tlog-cosignature. It shares no code with Callark.

    witness.py serve NAME LOG-VKEY      prints its verifier key and its port, and serves one log until standard input ends
    witness.py check CHECKPOINT VKEY    checks that a checkpoint is cosigned by VKEY, and prints the time
"""
import base64
import hashlib
import http.server
import struct
import sys
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def key_id(name, algorithm, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + key).digest()[:4]


def parse(vkey, algorithm):
    name, identifier, text = vkey.strip().split("+", 2)
    key = base64.b64decode(text, validate=True)
    assert key[0] == algorithm and identifier == key_id(name, algorithm, key[1:]).hex()
    return name, key[1:]


def signatures(note, name, identifier):
    """The text of a note, and the decoded signatures of a key."""
    text, _, below = note.rpartition(b"\n\n")
    found = []
    for line in below.decode().splitlines():
        dash, who, what = line.split(" ")
        assert dash == "\u2014"
        data = base64.b64decode(what, validate=True)
        if who == name and data[:4] == identifier:
            found.append(data[4:])
    return text + b"\n", found


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def is_consistent(old, old_root, size, root, proof):
    """RFC 9162 section 2.1.4.2, literally."""
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof
    if not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == root


class Witness:
    def __init__(self, name, log):
        self.name, self.secret = name, Ed25519PrivateKey.generate()
        self.public = self.secret.public_key().public_bytes_raw()
        self.origin, self.log_key = parse(log, 1)
        self.size, self.root, self.lock = 0, hashlib.sha256().digest(), threading.Lock()

    @property
    def vkey(self):
        identifier = key_id(self.name, 4, self.public).hex()
        return "%s+%s+%s" % (self.name, identifier, base64.b64encode(b"\4" + self.public).decode())

    def answer(self, body):
        """Status, type and body."""
        head, gap, note = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        if not gap or not lines[0].startswith("old "):
            return 400, "text/plain", b""
        old, proof = int(lines[0][4:]), [base64.b64decode(line, validate=True) for line in lines[1:]]
        text, found = signatures(note, self.origin, key_id(self.origin, 1, self.log_key))
        origin, size, root = text.decode().split("\n")[:3]
        size, root = int(size), base64.b64decode(root, validate=True)
        if origin != self.origin:
            return 404, "text/plain", b""
        try:
            for signature in found:
                Ed25519PublicKey.from_public_bytes(self.log_key).verify(signature, text)
        except InvalidSignature:
            found = []
        if not found:
            return 403, "text/plain", b""
        if old > size or len(proof) > 63:
            return 400, "text/plain", b""
        with self.lock:
            if old != self.size or (old == size and root != self.root):
                return 409, "text/x.tlog.size", b"%d\n" % self.size
            if not is_consistent(old, self.root, size, root, proof):
                return 422, "text/plain", b""
            self.size, self.root = size, root
        now = int(time.time())
        signed = self.secret.sign(b"cosignature/v1\ntime %d\n" % now + text)
        line = base64.b64encode(key_id(self.name, 4, self.public) + struct.pack(">Q", now) + signed).decode()
        # A line of an unknown key has to be ignored.
        other = base64.b64encode(b"\0\0\0\0" + bytes(72)).decode()
        lines = "\u2014 %s %s\n\u2014 %s %s\n" % ("unknown.example", other, self.name, line)
        return 200, "text/plain", lines.encode()


def serve(name, log):
    witness = Witness(name, log)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_known = self.path == "/prefix/add-checkpoint"
            status, kind, answer = witness.answer(body) if is_known else (404, "text/plain", b"")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("%s %d" % (witness.vkey, server.server_port), flush=True)
    sys.stdin.read()


def check(path, vkey):
    name, key = parse(vkey, 4)
    with open(path, "rb") as file:
        text, found = signatures(file.read(), name, key_id(name, 4, key))
    assert found, "not cosigned"
    for signature in found:
        moment = struct.unpack(">Q", signature[:8])[0]
        message = b"cosignature/v1\ntime %d\n" % moment + text
        Ed25519PublicKey.from_public_bytes(key).verify(signature[8:], message)
    print(moment)


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
else:
    check(*sys.argv[2:])
