#!/usr/bin/env python3
"""Checks the evidence of a Callark archive: needs no Callark, only Python 3.8 or later and its standard library.

    callark-verify.py log DIR [--key VKEY] [--ca PEM] [--since CHECKPOINT]...
        Computes every hash of a log anew from its entries, and compares tiles, checkpoint, and each earlier checkpoint:
        those that the log itself keeps (anchors/), and those that somebody kept elsewhere (--since). Checks what was
        given for them: cosignatures, and time stamps by `openssl ts` if it is there, with the certificates of --ca.
    callark-verify.py archive TAR --log DIR [--key VKEY]
        Compares every recording of a daily archive, and the archive itself, with what the log says of them.
    callark-verify.py proof PROOF ENTRY --key VKEY
        Checks that an entry is in a log, by a .tlog-proof file.

    --key VKEY   the log's verifier key, or a file that has it, from somewhere else than the log itself. Without it, all
                 that is shown is that the evidence agrees with itself.

Exit code: 0 everything holds; 1 something does not, and is named; 2 everything holds, but nobody has confirmed the key;
64 usage; 74 something cannot be read.

The formats are public: c2sp.org/tlog-tiles, /tlog-checkpoint, /tlog-cosignature, /signed-note, /tlog-proof; RFC 3161,
6962, 8032, 8493, 9162.
"""
import argparse
import base64
import calendar
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import time

class Refused(Exception):
    """Something that does not hold."""

def need(condition, reason):
    if not condition:
        raise Refused(reason)

# Ed25519 signatures: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    z, w = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, w - z, w + z, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return result

def point(encoded):
    """The point that these 32 bytes stand for, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def is_signed(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(k, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0

# Notes, checkpoints and keys: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
def decoded(text, length=None):
    """Standard base64 in its one canonical form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("not base64: %.60r" % text)
    need(base64.b64encode(data).decode() == text, "base64 that is not canonical: %.60r" % text)
    need(length in (None, len(data)), "not %s bytes: %.60r" % (length, text))
    return data

def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text, "not a number: %.40r" % text)
    return int(text)

class Key:
    """A verifier key: NAME+ID+BASE64. A witness's has another kind than a log's."""

    def __init__(self, vkey, kind=b"\x01"):
        parts = vkey.rstrip("\n").split("+", 2)
        need(len(parts) == 3, "not a verifier key: NAME+ID+KEY is expected")
        self.name, key = parts[0], decoded(parts[2], 33)
        need(key[:1] == kind, "the verifier key of %s is of another kind" % self.name)
        self.id, self.public = hashlib.sha256(self.name.encode() + b"\n" + key).digest()[:4], key[1:]
        need(self.id.hex() == parts[1], "the verifier key of %s is not what its ID says" % self.name)
        self.fingerprint = hashlib.sha256(self.public).hexdigest()

def signed_text(note, key, signed=lambda text, signature: (text, signature)):
    """The text of a note that `key` has signed. Signatures of unknown keys are passed over.

    `signed` gives what was signed, and the signature itself, of what stands below the text."""
    need(all(byte >= 0x20 or byte == 0x0A for byte in note), "not a note: it has control characters")
    text, gap, below = note.decode("utf-8").rpartition("\n\n")
    need(gap and text and below.endswith("\n"), "not a signed note")
    text, is_found = (text + "\n").encode(), False
    for line in below[:-1].split("\n"):
        parts = line.split(" ")
        is_line = len(parts) == 3 and parts[0] == "\u2014" and parts[1] and "+" not in parts[1]
        signature = decoded(parts[2]) if is_line else b""
        need(len(signature) > 4, "a line below the note is no signature")
        if parts[1] == key.name and signature[:4] == key.id:
            need(is_signed(key.public, *signed(text, signature[4:])), "the signature of %s is wrong" % key.name)
            is_found = True
    need(is_found, "not signed by %s" % key.name)
    return text.decode()

def checkpoint(note, key):
    """Size and root of a checkpoint that `key` has signed."""
    lines = signed_text(note, key).split("\n")
    need(len(lines) == 4 and not lines[3], "not a checkpoint: origin, size and root are expected")
    need(lines[0] == key.name, "a checkpoint of %s, signed by %s" % (lines[0], key.name))
    return number(lines[1]), decoded(lines[2], 32)

# The tree: RFC 6962 section 2.1, RFC 9162 section 2.1.3.
def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()

def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()

def push(peaks, leaf):
    """Adds a leaf to the roots of complete subtrees, each with its number of leaves."""
    count = 1
    while peaks and peaks[-1][0] == count:
        leaf, count = node_hash(peaks.pop()[1], leaf), count * 2
    peaks.append((count, leaf))

def root_of(peaks):
    root = peaks[-1][1] if peaks else hashlib.sha256().digest()
    for _, peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root

def proven_root(index, size, root, path):
    first, last = index, size - 1
    need(0 <= index < size, "index %d is beyond a log of %d entries" % (index, size))
    for other in path:
        need(last, "the proof is too long")
        if first & 1 or first == last:
            root = node_hash(other, root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, other)
        first, last = first >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return root

def check_proof(file, entry, key):
    """Index and size that a .tlog-proof proves an entry to be at."""
    head, gap, note = file.partition(b"\n\n")
    lines = head.decode("utf-8").split("\n")
    need(gap and lines[0] == "c2sp.org/tlog-proof@v1" and "".join(lines[1:2])[:6] == "index ", "not a proof")
    index, path = number(lines[1][6:]), [decoded(line, 32) for line in lines[2:]]
    size, root = checkpoint(note, key)
    need(proven_root(index, size, leaf_hash(entry), path) == root, "the entry is not in the log at index %d" % index)
    return index, size

# The files of a log: c2sp.org/tlog-tiles, and docs/evidence.md for `tail`, `objects` and `anchors`.
def read(path):
    with open(path, "rb") as file:
        return file.read()

def tile_path(level, index, width):
    name, rest = "%03d" % (index % 1000), index // 1000
    while rest:
        name, rest = "x%03d/%s" % (rest % 1000, name), rest // 1000
    return "tile/%s/%s%s" % (level, name, "" if width == 256 else ".p/%d" % width)

class Log:
    def __init__(self, folder, key):
        self.folder, self.faults, self.is_confirmed = folder, [], key is not None
        self.key = key or Key(read(self.path("vkey")).decode("utf-8"))
        self.note = read(self.path("checkpoint"))
        self.size, self.root = checkpoint(self.note, self.key)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def names(self, folder):
        return sorted(os.listdir(self.path(folder))) if os.path.isdir(self.path(folder)) else []

    def fault(self, path, reason):
        self.faults.append("%s: %s" % (path, reason))

    def tile(self, level, index, width):
        """The bytes of a tile, its path, and how many it has. A full one takes the place of its former states."""
        for count in (width, 256):
            path = tile_path(level, index, count)
            if os.path.exists(self.path(path)):
                return read(self.path(path)), path, count
        raise Refused("%s: missing" % tile_path(level, index, width))

    def hashes(self, level, index, width):
        data, path, count = self.tile(level, index, width)
        need(len(data) == 32 * count, "%s: not the bytes of %d hashes" % (path, count))
        return [data[32 * i:32 * i + 32] for i in range(width)]

    def bundle(self, index, width):
        data, path, count = self.tile("entries", index, width)
        found, at = [], 0
        for _ in range(count):
            need(at + 2 <= len(data), "%s: too short" % path)
            end = at + 2 + struct.unpack_from(">H", data, at)[0]
            found.append(data[at + 2:end])
            at = end
        need(at == len(data), "%s: not the bytes of %d entries" % (path, count))
        return found[:width]

    def check(self, use=lambda index, entry: None, known=()):
        """Computes every hash anew, compares all tiles, and calls `use` with each entry.

        `known` are earlier states: (size, root, where it comes from)."""
        known, peaks, levels, index = sorted(known), [], [], 0

        def compare():
            while known and known[0][0] == index:
                size, root, source = known.pop(0)
                if root_of(peaks) != root:
                    self.fault(source, "the first %d entries of the log are not those that it knows" % size)

        for tile in range((self.size + 255) // 256):
            width = min(256, self.size - 256 * tile)
            try:
                entries = self.bundle(tile, width)
                leaves = [leaf_hash(entry) for entry in entries]
            except Refused as refusal:
                self.fault(self.folder, refusal)
                entries, leaves = [None] * width, self.hashes(0, tile, width)
            for entry, leaf in zip(entries, leaves):
                compare()
                if entry is not None:
                    use(index, entry)
                push(peaks, leaf)
                self.grow(levels, 0, leaf)
                index += 1
        compare()
        for size, _, source in known:
            self.fault(source, "it knows %d entries, and the log has %d" % (size, self.size))
        for level, (done, hashes) in enumerate(levels):
            if hashes:
                self.expect(level, done, hashes)
        if root_of(peaks) != self.root:
            self.fault(self.path("checkpoint"), "the entries have another root than it says")

    def grow(self, levels, level, value):
        if level == len(levels):
            levels.append([0, []])
        done, hashes = levels[level]
        hashes.append(value)
        if len(hashes) == 256:
            levels[level] = [done + 1, []]
            self.expect(level, done, hashes)
            while len(hashes) > 1:
                hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
            self.grow(levels, level + 1, hashes[0])

    def expect(self, level, index, wanted):
        try:
            found = self.hashes(level, index, len(wanted))
        except Refused as refusal:
            return self.fault(self.folder, refusal)
        for place, pair in enumerate(zip(wanted, found)):
            if pair[0] != pair[1]:
                what = "entry" if level == 0 else "tile of level %d, number" % (level - 1)
                path = self.path(tile_path(level, index, len(wanted)))
                self.fault(path, "its hash of %s %d is not the one of what is there" % (what, 256 * index + place))

    def known(self, paths):
        """Earlier states: those that the log keeps because they were made known outside, and those at `paths`."""
        states = []
        sizes = [name for name in self.names("anchors") if name.isdigit()]
        for path in [self.path("anchors", size, "checkpoint") for size in sizes] + paths:
            try:
                states.append(checkpoint(read(path), self.key) + (path,))
            except (Refused, FileNotFoundError) as refusal:
                self.fault(path, refusal)
        return states

    def accepted(self):
        """The entries that are accepted and in no checkpoint yet. What a crash left unfinished is no entry."""
        head, gap, rest = read(self.path("tail")).partition(b"\n")
        need(gap and head[:9] == b'{"start":' and head[-1:] == b"}", 'tail: its first line is not {"start":N}')
        start, entries, is_torn = number(head[9:-1].decode("utf-8")), [], False
        is_newer = read(self.path("checkpoint")) != self.note
        need(start <= self.size or is_newer, "tail: it begins at entry %d, beyond the checkpoint" % start)
        for line in rest.split(b"\n")[:-1]:
            is_whole = line[16:17] in (b" ", b"+") and leaf_hash(line[17:]).hex()[:16].encode() == line[:16]
            need(not (is_torn and is_whole and line[16:17] == b" "), "tail: a line is damaged that others follow")
            is_torn = is_torn or not is_whole
            entries += [] if is_torn else [line[17:]]
        for index, entry in zip(range(start, self.size), entries):
            leaf = self.hashes(0, index // 256, min(256, self.size - index // 256 * 256))[index % 256]
            need(leaf == leaf_hash(entry), "tail: entry %d is another one in the checkpoint" % index)
        return entries[max(0, self.size - start):]

def check_stamp(path, checkpoint, certificates):
    """Checks a time stamp as of its own time, with OpenSSL."""
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    said = subprocess.run(["openssl", "ts", "-reply", "-in", path, "-text"], **quiet).stdout.decode("utf-8", "replace")
    found = re.search(r"Time stamp: (\w+ +\d+ [\d:]+)[.\d]* (\d+) GMT", said)
    need(found, "it is no time stamp")
    moment = calendar.timegm(time.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y"))
    trust = ["-CAfile", certificates, "-attime", str(moment)]
    check = ["openssl", "ts", "-verify", "-in", path, "-data", checkpoint] + trust
    need(subprocess.run(check, **quiet).returncode == 0, "OpenSSL refuses it")

def check_anchor(log, fields, ca):
    """Checks what an anchor gave, as far as it can be checked here."""
    path, checkpoint = log.path(fields["file"]), log.path("anchors", str(fields["size"]), "checkpoint")
    need(re.match(r"anchors/%d/[a-z0-9-]+\.[a-z]+$" % fields["size"], fields["file"]), "it is no file of an anchor")
    need(hashlib.sha256(read(path)).hexdigest() == fields["object"], "it is not what its entry says")
    if fields["kind"] == "witness":
        note, key = read(checkpoint).rpartition(b"\n\n")[0] + b"\n\n" + read(path), Key(fields["vkey"], b"\x04")
        head = b"cosignature/v1\ntime %d\n"
        signed_text(note, key, lambda text, made: (head % int.from_bytes(made[:8], "big") + text, made[8:]))
    elif fields["kind"] == "timestamp" and shutil.which("openssl"):
        check_stamp(path, checkpoint, ca or log.path("objects", fields["certificates"]))

def check_log(log, since, ca):
    wanted, known, anchors = set(), log.known(since), []

    def use(_, entry):
        fields = json.loads(entry)
        kinds = {"day.closed": ["record"], "anchor.added": []}.get(fields["type"], ["object"])
        wanted.update(fields[name] for name in ["note", "objects", "plan", "certificates"] + kinds if name in fields)
        anchors.extend([fields] if fields["type"] == "anchor.added" else [])

    log.check(use, known)
    accepted, objects = log.accepted(), [name for name in log.names("objects") if not name.endswith(".tmp")]
    for entry in accepted:
        use(None, entry)
    for fields in anchors:
        try:
            check_anchor(log, fields, ca)
        except (Refused, FileNotFoundError) as refusal:
            log.fault(log.path(fields["file"]), refusal)
    for name in objects:
        if hashlib.sha256(read(log.path("objects", name))).hexdigest() != name:
            log.fault(log.path("objects", name), "it is not what its name says")
    for name in sorted(wanted.difference(objects)):
        log.fault(log.path("objects", name), "an entry names it, and it is missing")
    print("log %s: %d entries, root %s" % (log.key.name, log.size, base64.b64encode(log.root).decode()))
    print("compared with %d earlier checkpoints; %d objects" % (len(known), len(objects)))
    stamps = sum(fields["kind"] == "timestamp" for fields in anchors)
    print("%d tokens of anchors; %d of them are time stamps, %s" % (len(anchors), stamps, "checked with %s" % (
        ca or "certificates that the log itself names") if shutil.which("openssl") else "NOT checked: no openssl here"))
    print("%d entries are accepted and in no checkpoint yet: nothing proves those" % len(accepted))
    if os.path.isdir(log.path("previous")):
        print("not checked here: the epoch before, %s" % log.path("previous"))

# Daily archives: docs/archive-format.md.
def members(line):
    """The members of a JSON object in its text: name, where the name begins, where the value ends."""
    depth, at, begin, name = 0, 0, None, None
    while at < len(line):
        byte = line[at:at + 1]
        if byte == b'"':
            end = at + 1
            while line[end:end + 1] != b'"':
                need(end < len(line), "a line of metadata is no JSON")
                end += 2 if line[end:end + 1] == b"\\" else 1
            if depth == 1 and begin is None:
                begin, name = at, line[at + 1:end]
            at = end
        depth += (byte in b"{[") - (byte in b"}]")
        if begin is not None and (byte == b"," and depth == 1 or byte == b"}" and depth == 0):
            yield name, begin, at
            begin = None
        at += 1

def record_of(line):
    """What the log says of a line of metadata: its SHA-256 without its place and its own checksum."""
    for unwanted in (b"check", b"offset"):
        for name, begin, end in members(line):
            if name == unwanted and line[begin - 1:begin] == b",":
                line = line[:begin - 1] + line[end:]
                break
    return hashlib.sha256(line).hexdigest()

def digest_of(file):
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(1 << 20), b""):
        digest.update(chunk)
    return digest.hexdigest()

def check_archive(path, log):
    name, stored, sealed, lines, digests = os.path.basename(path)[:-4], {}, [], [], {}

    def use(index, entry):
        fields = json.loads(entry)
        if fields.get("archive") == name and fields["type"] == "recording.stored":
            stored[fields["path"]] = index, fields
        elif fields.get("archive") == name and fields.get("detail") == "spool":
            stored.pop(fields.get("path"), None)
        elif fields.get("archive") == name and fields["type"] in ("archive.sealed", "archive.adopted"):
            sealed.append((index, fields))

    log.check(use, log.known([]))
    with open(path, "rb") as file:
        whole = digest_of(file)
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            inner = member.name.partition("/")[2]
            if inner == "metadata/recordings.jsonl":
                lines = tar.extractfile(member).read().split(b"\n")[:-1]
            elif inner.startswith("data/") and member.isfile():
                digests[inner] = member.size, digest_of(tar.extractfile(member))
    records = {json.loads(line)["path"]: record_of(line) for line in lines}
    if not sealed:
        log.fault(path, "the log does not say that it was sealed or adopted")
    elif sealed[-1][1]["sha256"] != whole:
        log.fault(path, "entry %d says another SHA-256 of the whole archive" % sealed[-1][0])
    is_adopted = any(fields["type"] == "archive.adopted" for _, fields in sealed)
    for inner in sorted(set(digests) | set(stored)):
        index, fields = stored.get(inner, (None, None))
        if fields is None:
            if not is_adopted:
                log.fault(path, "%s is in it, and the log does not know it" % inner)
        elif inner not in digests:
            log.fault(path, "%s is not in it, and entry %d says that it is" % (inner, index))
        elif (fields["bytes"], fields["sha256"]) != digests[inner]:
            log.fault(path, "%s is not the recording that entry %d says" % (inner, index))
        elif records.get(inner) != fields["record"]:
            log.fault(path, "the metadata of %s is not what entry %d says" % (inner, index))
    print("archive %s: %d recordings, %d of them in the log one by one" % (name, len(digests), len(stored)))

def key_of(text):
    return Key(read(text).decode("utf-8") if os.path.isfile(text) else text)

def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    log, archive, proof = (commands.add_parser(name) for name in ("log", "archive", "proof"))
    log.add_argument("log", metavar="DIR")
    log.add_argument("--ca", metavar="PEM")
    log.add_argument("--since", metavar="CHECKPOINT", action="append", default=[])
    archive.add_argument("archive", metavar="TAR")
    archive.add_argument("--log", metavar="DIR", required=True)
    proof.add_argument("proof", metavar="PROOF")
    proof.add_argument("entry", metavar="ENTRY")
    for one in (parser, log, archive, proof):
        one.error = lambda message: sys.exit(print("%s; see --help" % message, file=sys.stderr) or 64)
    for one in (log, archive, proof):
        one.add_argument("--key", metavar="VKEY", required=one is proof)
    return parser.parse_args()

def run(options):
    key, faults = options.key and key_of(options.key), []
    if options.command == "proof":
        print("entry %d of %d" % check_proof(read(options.proof), read(options.entry), key) + " in %s" % key.name)
    else:
        log = Log(options.log.rstrip("/"), key)
        check_log(log, options.since, options.ca) if options.command == "log" else check_archive(options.archive, log)
        faults = log.faults
    for fault in faults:
        print("DOES NOT HOLD: %s" % fault)
    if faults:
        return 1
    if key:
        print("OK: everything that was checked holds")
        return 0
    print("consistent, and signed by a key that you have not confirmed: %s" % log.key.fingerprint)
    print("compare that fingerprint with one from somewhere else, or give the key with --key")
    return 2

if __name__ == "__main__":
    try:
        sys.exit(run(arguments()))
    except Refused as refusal:
        sys.exit(print("DOES NOT HOLD: %s" % refusal) or 1)
    except (ValueError, KeyError, TypeError, AttributeError, tarfile.TarError) as error:
        sys.exit(print("DOES NOT HOLD: it cannot be read as what it should be: %s" % error) or 1)
    except OSError as error:
        sys.exit(print("cannot read: %s" % error) or 74)
