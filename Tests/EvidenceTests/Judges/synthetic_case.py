"""Makes an exported case without Callark, from the public formats: logs, proofs, anchors and the bag around them.

The case has two organizations, one with an earlier epoch, three recordings, a gap, a witness and a time-stamping
authority.
"""
import base64
import functools
import hashlib
import json
import os
import re
import struct
import subprocess

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOON = 1_763_640_000  # 2025-11-20T12:00:00Z
AUTHORITY = """[req]
distinguished_name=dn
prompt=no
[dn]
CN=Test root
[ca]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign
[leaf]
basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
[tsa]
default_tsa=t
[t]
serial=serial
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
"""


def sha(data):
    return hashlib.sha256(data).digest()


def text_of(data):
    return base64.b64encode(data).decode()


# Tree hashes and proofs, exactly as RFC 6962, section 2.1 defines them.
def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@functools.lru_cache(maxsize=100_000)
def root_above(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    k = split(len(leaves))
    return sha(b"\1" + root_above(leaves[:k]) + root_above(leaves[k:]))


def root(leaves):
    return root_above(tuple(leaves))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return path(m, leaves[:k]) + [root(leaves[k:])] if m < k else path(m - k, leaves[k:]) + [root(leaves[:k])]


def consistency(m, leaves, is_whole=True):
    if m == len(leaves):
        return [] if is_whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return consistency(m, leaves[:k], is_whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


class Signer:
    """A named Ed25519 key of a log (kind 1) or a witness (kind 4)."""

    def __init__(self, name, kind, secret=None):
        self.name, self.kind, self.secret = name, kind, secret or Ed25519PrivateKey.generate()
        self.public = bytes([kind]) + self.secret.public_key().public_bytes_raw()
        self.id = sha(name.encode() + b"\n" + self.public)[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), text_of(self.public))

    def line(self, text, seconds=None):
        moment = b"" if seconds is None else struct.pack(">Q", seconds)
        signed = text if seconds is None else b"cosignature/v1\ntime %d\n" % seconds + text
        return ("\u2014 %s %s\n" % (self.name, text_of(self.id + moment + self.secret.sign(signed)))).encode()


class Log:
    def __init__(self, organization, epoch, folder, secret=None):
        self.organization, self.folder, self.entries, self.files, self.included = organization, folder, [], {}, set()
        self.signer = Signer("archive.example/callark/%s/%d" % (organization, epoch), 1, secret)

    def add(self, entry_type, is_included=True, **fields):
        """Adds an entry and returns its index."""
        moment = (NOON + len(self.entries)) * 1000
        fields.update(v=1, type=entry_type, time=moment, actor={"name": "callark", "via": "service"})
        fields.setdefault("org", self.organization)
        return self.add_bytes(json.dumps(fields, separators=(",", ":"), sort_keys=True).encode(), is_included)

    def add_bytes(self, entry, is_included=True):
        self.entries.append(entry)
        if is_included:
            self.included.add(len(self.entries) - 1)
        return len(self.entries) - 1

    def fill(self, count):
        for _ in range(count):
            self.add("pass.requested", is_included=False)

    def keep(self, data):
        """Adds an object and returns its name."""
        name = sha(data).hex()
        self.files["objects/" + name] = data
        return name

    @property
    def leaves(self):
        return [sha(b"\0" + entry) for entry in self.entries]

    def state(self, size=None):
        """The text of a checkpoint, which is signed."""
        leaves = self.leaves[:size]
        return ("%s\n%d\n%s\n" % (self.signer.name, len(leaves), text_of(root(leaves)))).encode()

    def checkpoint(self, size=None):
        return self.state(size) + b"\n" + self.signer.line(self.state(size))

    def proof(self, index):
        hashes = "".join(text_of(one) + "\n" for one in path(index, self.leaves))
        return ("c2sp.org/tlog-proof@v1\nindex %d\n%s\n" % (index, hashes)).encode() + self.note

    def anchor(self, tokens):
        """Anchors the newest state. `tokens` returns the name, bytes and entry members of each token for it."""
        size, note = len(self.entries), self.checkpoint()
        self.files["anchors/%d/checkpoint" % size] = note
        for name, data, fields in tokens(note):
            self.files["anchors/%d/%s" % (size, name)] = data
            if fields is not None:
                place = "anchors/%d/%s" % (size, name)
                self.add("anchor.added", size=size, file=place, object=sha(data).hex(), **fields)
        return size

    def finish(self, cosigners=()):
        """Returns the log's files in the case. Add nothing to the log afterwards."""
        self.note = self.checkpoint() + b"".join(one.line(self.state(), NOON + 9000) for one in cosigners)
        self.files.update({"checkpoint": self.note, "vkey": self.signer.vkey.encode() + b"\n"})
        for index in self.included:
            self.files["entries/%d.json" % index] = self.entries[index]
            self.files["entries/%d.tlog-proof" % index] = self.proof(index)
        for name in [name for name in self.files if name.startswith("anchors/") and name.endswith("/checkpoint")]:
            hashes = consistency(int(name.split("/")[1]), self.leaves)
            lines = "".join(text_of(one) + "\n" for one in hashes)
            self.files[os.path.dirname(name) + "/consistency"] = lines.encode()
        return {"%s/%s" % (self.folder, name): data for name, data in self.files.items()}


class Authority:
    """A time-stamping authority that uses OpenSSL."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        for name, text in (("cnf", AUTHORITY), ("serial", "01\n")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        self.openssl("req -x509 %s -keyout ca.key -out ca.pem -days 3650 -config cnf -extensions ca" % key)
        self.openssl("req %s -keyout tsa.key -out tsa.csr -subj /CN=TSA" % key)
        self.openssl("x509 -req -in tsa.csr -out tsa.pem -extfile cnf -extensions leaf"
                     " -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650")
        self.certificates = self.read("ca.pem")

    def openssl(self, words):
        subprocess.run(["openssl"] + words.split(), cwd=self.folder, check=True, capture_output=True)

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def stamp(self, data):
        """Returns the request and the reply."""
        with open(os.path.join(self.folder, "data"), "wb") as file:
            file.write(data)
        self.openssl("ts -query -data data -sha256 -cert -out tsq")
        self.openssl("ts -reply -queryfile tsq -config cnf -out tsr")
        return self.read("tsq"), self.read("tsr")


def record(task, name, audio):
    """A recording's line of metadata, with and without its place and checksum."""
    fields = {
        "bytes": len(audio), "capture": {"check": "x", "offset": 7, "text": 'a\\","check":"y'}, "day": "2025-11-20",
        "check": "0123456789abcdef", "offset": 512, "path": "data/%s/%s" % (task, name), "salt": "c2FsdA"}
    bare = {name: value for name, value in fields.items() if name not in ("check", "offset")}
    return [json.dumps(one, separators=(",", ":"), sort_keys=True).encode() for one in (fields, bare)]


def name_of(task):
    """A task ID as the name of a folder. If it is no name: what is allowed of it, and its checksum (FNV-1a, 64 bits)."""
    if re.fullmatch("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", task):
        return task
    checksum = 0xCBF29CE484222325
    for byte in task.encode():
        checksum = (checksum ^ byte) * 0x100000001B3 % 2 ** 64
    return "%s-%016x" % (re.sub("[^A-Za-z0-9._-]", "", task)[:60].lstrip(".-") or "x", checksum)


class Recording:
    """A recording with an entry in `log`."""

    def __init__(self, log, number, task, name, audio):
        folder = name_of(task)
        self.log, self.path, self.audio = log, "data/%03d-%s/%s" % (number, folder, name), audio
        self.line, bare = record(folder, name, audio)
        self.index = log.add(
            "recording.stored", is_included=False, task_id=task, path="data/%s/%s" % (folder, name), bytes=len(audio),
            archive="%s-2025-11-20-001" % log.organization, sha256=sha(audio).hex(), record=sha(bare).hex())

    def files(self):
        return {self.path: self.audio, self.path + ".record.json": self.line,
                self.path + ".entry.json": self.log.entries[self.index],
                self.path + ".tlog-proof": self.log.proof(self.index)}


# The provider's IDs may be any text.
FIRST, SECOND, LOST = "5b3b1a52-0001", "\u65e5\u672c", "5b3b1a52-0003"


def lines(log, *indices):
    return b"".join(log.entries[index] + b"\n" for index in indices)


def make(authority, extra=None):
    """Returns a case's files by path, and verifier keys by organization.

    `extra` may add entries to the newest log of the first organization before it is finished."""
    witness, stranger = Signer("audit.example", 4), Signer("unknown.example", 4)

    def tokens(note):
        text = note[:note.index(b"\n\n") + 1]
        request, reply = authority.stamp(note)
        return [("tsa.tsq", request, None),
                ("tsa.tsr", reply, {"kind": "timestamp", "certificates": newest.keep(authority.certificates)}),
                ("audit.cosig", witness.line(text, NOON + 5000), {"kind": "witness", "vkey": witness.vkey}),
                ("copy.json", b'{"exit":0,"output":"","time":1}', {"kind": "command"})]

    before = Log("acme", 1, "evidence/acme/previous")
    before.add("log.begun", origin=before.signer.name, vkey=before.signer.vkey)
    before.fill(3)
    old = Recording(before, 1, FIRST, "chat-old.json", b'{"words":["good","bye"]}')
    before.fill(2)
    newest = Log("acme", 2, "evidence/acme", before.signer.secret)
    # The state that was known when the newer log was begun is smaller than the one in the case.
    named = {"origin": before.signer.name, "size": 6, "root": root(before.leaves[:6]).hex()}
    proof = consistency(6, before.leaves)
    before.files["consistency"] = "".join(text_of(one) + "\n" for one in proof).encode()
    newest.add("log.begun", origin=newest.signer.name, vkey=newest.signer.vkey, previous=named)
    newest.add("config.changed", sha256=sha(b"an older one").hex())
    call = Recording(newest, 1, FIRST, "call.wav", bytes(range(256)) * 5)
    heard = newest.add("audio.accessed", task_id=FIRST, path="data/%s/call.wav" % FIRST, how="fetch", reason="trial")
    newest.fill(9)
    day = {"day": "2025-11-20", "gaps": [{"task_id": LOST, "reason": "never_available"}], "recordings": {"archived": 2}}
    newest.add("day.closed", day="2025-11-20", record=newest.keep(json.dumps(day).encode()), recordings=2, gaps=1)
    explained = newest.add("gap.explained", task_id=LOST, reason="other", note=newest.keep(b"a line was down"))
    newest.anchor(tokens)
    configuration = b"organizations:\n  - name: acme\n    client_secret: (secret)\n"
    newest.add("config.changed", sha256=sha(configuration).hex())
    newest.files["configuration.txt"] = configuration
    newest.fill(7)
    if extra:
        extra(newest)
    # Its name is as much longer than `acme` as `acme/previous` is, and no epoch of it.
    other = Log("acmenorthwest", 1, "evidence/acmenorthwest")
    other.add("log.begun", origin=other.signer.name, vkey=other.signer.vkey)
    strange = Recording(other, 3, SECOND, "call.wav", b"RIFF" + bytes(500))
    seen = other.add("audio.accessed", task_id=SECOND, how="export")
    other.add("archive.sealed", archive="acmenorthwest-2025-11-20-001", bytes=1, sha256=sha(b"tar").hex(), recordings=1)
    files = {}
    for log, cosigners in ((before, ()), (newest, (witness, stranger)), (other, ())):
        files.update(log.finish(cosigners))
    for one in (old, call, strange):
        files.update(one.files())
    files.update({
        "data/001-%s/history.jsonl" % FIRST: lines(newest, heard),
        "data/001-%s/call.json" % FIRST: b'{"queue":"sales"}',
        "data/002-%s/history.jsonl" % LOST: lines(newest, explained),
        "data/002-%s/call.json" % LOST: b'{"queue":"help"}',
        "data/003-%s/history.jsonl" % name_of(SECOND): lines(other, seen),
        "data/003-%s/call.json" % name_of(SECOND): b"{}",
        "data/003-%s/call.vcon.json" % name_of(SECOND): b'{"vcon":"0.4.0"}',
        "data/gaps/%s.json" % LOST: b'{"reason":"never_available"}',
        "README.txt": b"Run verify.py.\n", "index.html": b"<p>A case</p>\n", "certificate-902.txt": b"I certify\n",
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    })
    payload = [data for name, data in files.items() if name.startswith("data/")]
    files["bag-info.txt"] = b"Payload-Oxum: %d.%d\n" % (sum(map(len, payload)), len(payload))
    return bagged(files), {"acme": newest.signer.vkey, "acmenorthwest": other.signer.vkey}


def bagged(files):
    """Returns the files with lists that match them."""
    files = dict(files)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        files.pop("tagmanifest-sha256.txt", None)
        is_payload = name.startswith("manifest")
        wanted = sorted(one for one in files if one.startswith("data/") == is_payload and one != name)
        files[name] = "".join("%s  %s\n" % (sha(files[one]).hex(), one) for one in wanted).encode()
    return files


def write(files, folder):
    for name, data in files.items():
        place = os.path.join(folder, name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(data)
