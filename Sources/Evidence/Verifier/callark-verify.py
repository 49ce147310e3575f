#!/usr/bin/env python3
"""Checks the evidence of a Callark archive: needs no Callark, only Python 3.8 or later and its standard library.

    case DIR                every file, recording, entry and proof of an exported case, and what anchors gave
    log DIR                 every hash, entry and object of a log, its earlier checkpoints, and what anchors gave
    archive TAR --log DIR   every recording of a daily archive, and the archive itself, by what the log says of them
    proof PROOF ENTRY       that an entry is in a log, by a .tlog-proof file
    --key VKEY              the log's verifier key, or a file that has it, from elsewhere; for a case, one for each log
    --since CHECKPOINT      a checkpoint of the log that somebody kept elsewhere; as often as there are some
    --ca PEM                the certificates to check time stamps with, by `openssl ts` if it is there

Exit code: 0 everything holds; 1 something does not, and is named; 2 everything holds, but nobody has confirmed the key;
64 usage; 74 something cannot be read.
"""
import argparse, base64, calendar, contextlib, datetime, hashlib, json, os, re
import shutil, stat, subprocess, sys, tarfile, time

BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, tarfile.TarError,
          FileNotFoundError, IsADirectoryError, NotADirectoryError)  # what comes of files that are anything else
SEEN, DOUBT = set(), ", if that anchor is genuine"  # the files that were read; of what only the log vouches for

def need(condition, reason):
    if not condition:
        raise ValueError(reason)
def say(text):
    """Prints a line. What a terminal would not show as it is, in a name or elsewhere, is escaped."""
    print("".join(one if one.isprintable() else ascii(one)[1:-1] for one in text))

class Faults(list):
    @contextlib.contextmanager
    def of(self, path):
        """Notes what does not hold of this file, so that it hides nothing else."""
        try:
            yield
        except BROKEN as error:
            self.append("%s: %s" % (path, "it has no %s" % error if isinstance(error, KeyError) else error))

# Ed25519 signatures: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, I = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
def add(a, b):
    k = D * a[0] * b[0] * a[1] * b[1] % P
    inverse = pow(1 - k * k, -1, P)
    return (a[0] * b[1] + a[1] * b[0]) * (1 - k) * inverse % P, (a[1] * b[1] + a[0] * b[0]) * (1 + k) * inverse % P
def times(scalar, point):
    result = times(scalar >> 1, add(point, point)) if scalar else (0, 1)
    return add(result, point) if scalar & 1 else result
def point(encoded):
    """The point that these 32 bytes stand for, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    root = pow(square, (P + 3) // 8, P)
    xs = [x for x in (root, root * I % P, -root % P, -root * I % P) if x * x % P == square and x & 1 == sign]
    return (xs[0], y) if xs and y < P else None
BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def is_signed(public, message, signature):
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER or len(signature) != 64:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return times(s, BASE) == add(r, times(k, key))

# Notes, checkpoints and keys: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
NAME, MOST = r"[^\s\0-\x1f+]+", 2**63 - 1  # of a key; of anything that is counted
def decoded(text, length=None):
    """Standard base64 in its one canonical form."""
    data = base64.b64decode(text)
    need(base64.b64encode(data).decode() == text, "not base64, or not in its canonical form: %.60r" % text)
    need(length in (None, len(data)), "not %s bytes: %.60r" % (length, text))
    return data

class Key:
    """A verifier key: NAME+ID+BASE64. A witness's has another kind than a log's."""
    def __init__(self, vkey, is_witness=False):
        parts = re.sub(r"\n\Z", "", vkey).split("+", 2)
        need(len(parts) == 3 and re.fullmatch(NAME, parts[0]), "not a verifier key: NAME+ID+KEY is expected")
        self.name, self.is_witness, key = parts[0], is_witness, decoded(parts[2], 33)
        need(key[0] == (4 if is_witness else 1), "the verifier key of %s is of another kind" % self.name)
        self.id, self.public = sha256(self.name.encode(), b"\n", key)[:4], key[1:]
        need(self.id.hex() == parts[1], "the verifier key of %s is not what its ID says" % self.name)
        self.fingerprint = sha256(self.public).hex()

def checkpoint(note, key):
    """Size and root of a checkpoint that `key` has signed, and when, if it is a witness's. Others may sign it too."""
    text, moments = "([^\0-\x1f]+)\n(0|[1-9][0-9]*)\n([^\0-\x1f]+)\n", []
    parts = re.fullmatch("(%s)\n((?:\u2014 %s [^\0- ]+\n){1,100})" % (text, NAME), note.decode("utf-8"))
    need(parts, "not a signed checkpoint: origin, size, root and signatures are expected")
    for name, made in (line.split(" ")[1:] for line in parts[5][:-1].split("\n")):
        made, signed, moment = decoded(made), parts[1].encode(), None
        need(len(made) > 4, "a line below the note is not a signature")
        if name == key.name and made[:4] == key.id:
            if key.is_witness:
                moment = int.from_bytes(made[4:12], "big")
                need(moment <= MOST // 1000, "the time of %s cannot be" % key.name)
                made, signed = made[8:], b"cosignature/v1\ntime %d\n" % moment + signed
            need(is_signed(key.public, signed, made[4:]), "the signature of %s is wrong" % key.name)
            moments.append(moment)
    need(moments, "not signed by %s" % key.name)
    need(key.is_witness or parts[2] == key.name, "a checkpoint of %s, signed by %s" % (parts[2], key.name))
    size, root = int(parts[3]), decoded(parts[4], 32)
    need(size <= MOST and (size or root == sha256()), "a checkpoint of %d entries, with a root of others" % size)
    return size, root, moments[0]
def members(entry):
    """The members of an entry. Of two with one name, other readers would take the other."""
    def once(pairs):
        need(len(pairs) == len(dict(pairs)), "an entry has a member twice: %.99r" % entry)
        return dict(pairs)
    need(entry[:1] == b"{", "not an entry: %.99r" % entry)
    return json.loads(entry.decode("utf-8"), object_pairs_hook=once, parse_constant=int)

# The tree: RFC 6962 section 2.1. A leaf is SHA-256(0x00, entry), a node SHA-256(0x01, left, right).
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def root_of(hashes):
    """The root above leaves, or above subtrees of one size, of which only the last may be smaller."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", root_of(hashes[:half]), root_of(hashes[half:]))
def climb(end, size, width, start, path):
    """The roots of the first `end` leaves and of all `size`, from the subtree of the `width` leaves before `end`."""
    if size == width:
        need(not path, "the proof is too long")
        return start, start
    need(path, "the proof is too short")
    half, other, path = 1 << (size - 1).bit_length() - 1, path[-1], path[:-1]
    if end <= half:
        older, newer = climb(end, half, width, start, path)
        return older, sha256(b"\1", newer, other)
    return tuple(sha256(b"\1", other, root) for root in climb(end - half, size - half, width, start, path))
def check_proof(proof, entry, state):
    """Index and size that a .tlog-proof proves an entry to be at. `state` gives size and root of its checkpoint."""
    parts = re.fullmatch(rb"c2sp\.org/tlog-proof@v1\nindex (0|[1-9][0-9]*)\n((?:.+\n)*)\n((?s:.+))", proof)
    need(parts, "not a proof")
    index, path = int(parts[1]), [decoded(line, 32) for line in parts[2].decode("utf-8").split("\n")[:-1]]
    size, root, *_ = state(parts[3])
    need(index < size, "index %d is beyond a log of %d entries" % (index, size))
    found = climb(index + 1, size, 1, sha256(b"\0", entry), path)[1]
    need(found == root, "the entry is not in the log at index %d" % index)
    return index, size
def check_consistency(older, newer, path):
    """Checks that a log went on from one state to another, each of which is size and root: RFC 9162, section 2.1.4."""
    size, width, is_so = older[0], older[0] & -older[0], not path and older in (newer, (0, sha256()))
    if 0 < size < newer[0]:
        start, *path = [older[1]] + path if size == width else path
        is_so = climb(size, newer[0], width, start, path) == (older[1], newer[1])
    need(is_so, "the log does not go on from these %d entries" % size)

# The files of a log: c2sp.org/tlog-tiles, and docs/evidence.md for `tail`, `objects` and `anchors`.
def read(path):
    need(os.path.isfile(path) or os.path.isdir(path) or not os.path.lexists(path), "%s is no plain file" % path)
    with open(path, "rb") as file:
        SEEN.add(path.replace(os.sep, "/"))
        return file.read()
def digest_of(file):
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(1 << 20), b""):
        digest.update(chunk)
    return digest.hexdigest()
def tile_path(level, index, width):
    name = str(index).zfill((len(str(index)) + 2) // 3 * 3)
    return "tile/%s/%s%s" % (level, re.sub("(...)(?=.)", r"x\1/", name), "" if width == 256 else ".p/%d" % width)

class Log:
    def __init__(self, folder, key=None, faults=None):
        self.folder, self.faults = folder, Faults() if faults is None else faults
        self.key = key or Key(read(self.path("vkey")).decode("utf-8"))
        self.note = read(self.path("checkpoint"))
        self.size, self.root, _ = checkpoint(self.note, self.key)
        self.states, self.wanted, self.anchors, self.seen = [], set(), [], []
    def path(self, *names): return os.path.join(self.folder, *names)
    def goes_on(self, size, root, path):
        """Checks that this state goes on from an older one, by the proof in a file: a hash a line."""
        lines = read(path).decode("utf-8").split("\n")
        need(not lines.pop(), "its last line is cut")
        check_consistency((size, root), (self.size, self.root), [decoded(line, 32) for line in lines])
    def names(self, folder):
        names = os.listdir(self.path(folder)) if os.path.isdir(self.path(folder)) else []
        return sorted(name for name in names if not name.endswith(".tmp"))  # .tmp: what a crash has left
    def tile(self, level, index, width):
        """The hashes or entries of a tile. A full one takes the place of its former states."""
        count = width if os.path.exists(self.path(tile_path(level, index, width))) else 256
        path, found, at, head = tile_path(level, index, count), [], 0, 2 if level == "entries" else 0
        data = read(self.path(path))
        while at < len(data):
            end = at + head + (int.from_bytes(data[at:at + head], "big") if head else 32)
            found.append(data[at + head:end])
            at = end
        need(at == len(data) and len(found) == count, "%s: not the bytes of %d entries or hashes" % (path, count))
        return found[:width]
    def expect(self, level, index, wanted):
        """Compares the hashes of a tile with what they have to be, and returns the root above them."""
        with self.faults.of(self.path(tile_path(level, index, len(wanted)))):
            found = self.tile(level, index, len(wanted))
            wrong = [place for place in range(len(wanted)) if wanted[place] != found[place]]
            need(not wrong, "its hashes %s do not match" % wrong)
        return root_of(wanted)
    def check(self, since=()):
        """Computes every hash anew, and compares tiles and earlier states. Gives index and members of each entry."""
        names = [name for name in self.names("anchors") if re.fullmatch("0|[1-9][0-9]*", name)]
        kept = [(self.path("anchors", name, "checkpoint"), name) for name in names]
        for path, name in kept + [(path, None) for path in since]:
            with self.faults.of(path):
                size, root, _ = checkpoint(read(path), self.key)
                need(name in (None, str(size)), "it is of %d entries" % size)
                need(size <= self.size, "it knows %d entries, and the log has %d" % (size, self.size))
                self.states.append((size, root, path))
        waiting, tops = sorted(self.states + [(self.size, self.root, self.path("checkpoint"))]), []
        for first in range(0, self.size, 256):
            width, entries = min(256, self.size - first), []
            with self.faults.of(self.folder):
                entries = self.tile("entries", first // 256, width)
            leaves = [sha256(b"\0", entry) for entry in entries] or self.tile(0, first // 256, width)
            while waiting and waiting[0][0] <= first + width:
                size, root, path = waiting.pop(0)
                if root_of(tops + [root_of(leaves[:size - first])]) != root:
                    self.faults.append("%s: the first %d entries of the log are not those that it knows" % (path, size))
            tops.append(self.expect(0, first // 256, leaves))
            yield from ((index, members(entry)) for index, entry in enumerate(entries, first))
        for level in range(1, 9):
            tops = tops[:self.size >> 8 * level]
            tops = [self.expect(level, at // 256, tops[at:at + 256]) for at in range(0, len(tops), 256)]
    def accepted(self):
        """The entries that are accepted and in no checkpoint yet. What a crash left unfinished is no entry."""
        head, *lines = read(self.path("tail")).split(b"\n")
        start = re.fullmatch(rb'{"start":(0|[1-9][0-9]*)}', head)
        need(start and lines, 'tail: its first line is not {"start":N}')
        start, entries, is_torn = int(start[1]), [], False
        is_newer = read(self.path("checkpoint")) != self.note
        need(start <= self.size or is_newer, "tail: it begins at entry %d, beyond the checkpoint" % start)
        for line in lines[:-1]:
            is_whole = line[16:17] in (b" ", b"+") and sha256(b"\0", line[17:]).hex()[:16].encode() == line[:16]
            need(not (is_torn and is_whole and line[16:17] == b" "), "tail: a line is damaged that others follow")
            is_torn = is_torn or not is_whole or len(line) > 17 + 65535
            entries += [] if is_torn else [line[17:]]
        for index, entry in zip(range(start, self.size), entries):
            leaf = self.tile(0, index // 256, min(256, self.size - index // 256 * 256))[index % 256]
            need(leaf == sha256(b"\0", entry), "tail: entry %d is another one in the checkpoint" % index)
        return entries[max(0, self.size - start):]
    def note_names(self, fields):
        """Notes what an entry names: objects, and the token of an anchor."""
        kinds = {"day.closed": ["record"], "anchor.added": []}.get(fields["type"], ["object"])
        kinds += ["note", "objects", "plan", "certificates"]
        self.wanted.update(str(fields[name]) for name in kinds if name in fields)
        self.anchors += [fields] if fields["type"] == "anchor.added" else []
    def check_names(self, ca):
        """Checks the objects and tokens that entries name. Notes when a state was known outside, as tokens show."""
        objects = self.names("objects")
        for name in sorted(self.wanted.union(objects)):
            with self.faults.of(self.path("objects", name)):
                need(name in objects, "an entry names it, and it is missing")
                need(sha256(read(self.path("objects", name))).hex() == name, "it is not what its name says")
        for fields in self.anchors:
            with self.faults.of(self.path(str(fields.get("file")))):
                size, path, kind = fields["size"], self.path(fields["file"]), fields["kind"]
                ending = {"timestamp": "tsr", "witness": "cosig", "command": "json"}[kind]
                wanted = "anchors/%d/[a-z0-9-]{1,40}[.]%s" % (size, ending)
                need(re.fullmatch(wanted, fields["file"]), "it is no file of an anchor")
                need(sha256(read(path)).hex() == fields["object"], "it is not what its entry says")
                state = os.path.dirname(path) + "/checkpoint"
                if kind == "witness":
                    note = read(state).rpartition(b"\n\n")[0] + b"\n\n" + read(path)
                    self.seen.append((size, checkpoint(note, Key(fields["vkey"], is_witness=True))[2], DOUBT))
                elif kind == "timestamp" and shutil.which("openssl"):
                    trusted = ca or self.path("objects", fields["certificates"])
                    self.seen.append((size, stamped(path, state, trusted), "" if ca else DOUBT))
        count = sum(fields.get("kind") == "timestamp" for fields in self.anchors)
        how = "checked with %s" % (ca or "certificates that the log itself names")
        how = how if shutil.which("openssl") else "NOT checked: no openssl here"
        say("%d tokens of anchors; %d of them are time stamps, %s" % (len(self.anchors), count, how))

def stamped(path, state, trusted):
    """The time of a time stamp, which is checked as of then, with OpenSSL."""
    said = subprocess.run(["openssl", "ts", "-reply", "-in", path, "-text"], capture_output=True).stdout
    found = re.search(r"Time stamp: (\w+ +\d+ [\d:]+)[.\d]* (\d+) GMT", said.decode("utf-8", "replace"))
    need(found, "it is no time stamp")
    moment = calendar.timegm(time.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y"))
    check = ["openssl", "ts", "-verify", "-in", path, "-data", state, "-CAfile", trusted, "-attime", str(moment)]
    need(subprocess.run(check, capture_output=True).returncode == 0, "OpenSSL refuses it")
    return moment
def check_log(log, since, ca):
    accepted = []
    for index, fields in log.check(since):
        with log.faults.of("entry %d" % index):
            need(index or (fields["type"], fields.get("origin")) == ("log.begun", log.key.name), "not how a log begins")
            log.note_names(fields)
    with log.faults.of(log.path("tail")):
        accepted = log.accepted()
        for entry in accepted:
            log.note_names(members(entry))
    say("log %s: %d entries, root %s" % (log.key.name, log.size, base64.b64encode(log.root).decode()))
    say("compared with %d earlier checkpoints; %d objects" % (len(log.states), len(log.names("objects"))))
    log.check_names(ca)
    say("%d entries are accepted and in no checkpoint yet: nothing proves those" % len(accepted))
    if os.path.isdir(log.path("previous")):
        say("not checked here: the epoch before, %s" % log.path("previous"))

# Recordings and daily archives: docs/archive-format.md.
def record_of(line):
    """What the log says of a line of metadata: its SHA-256 without its place and its own checksum."""
    kept, depth, end, pattern, found = b"", 0, 0, re.compile(rb',"(check|offset)":("[^"\\]*"|[0-9]+)'), []
    for token in re.finditer(rb'"(?:[^"\\]|\\.)*"|[][{}]', line):
        depth += (token[0] in b"{[") - (token[0] in b"]}")
        place = pattern.match(line, token.start() - 1) if depth == 1 else None
        if place and place[1] not in found:
            kept, end, found = kept + line[end:place.start()], place.end(), found + [place[1]]
    return sha256(kept + line[end:]).hex()
def check_recording(what, index, fields, found, record):
    need((fields["bytes"], fields["sha256"]) == found, "%s is not the recording that entry %d says" % (what, index))
    need(fields["record"] == record, "the metadata of %s is not what entry %d says" % (what, index))
def check_archive(path, log):
    name, stored, sealed, records, found = os.path.basename(path)[:-4], {}, [], {}, {}
    for index, fields in log.check():
        if fields.get("archive") == name and fields["type"] == "recording.stored":
            stored[fields["path"]] = index, fields
        elif fields.get("archive") == name and fields.get("detail") == "spool":
            stored.pop(fields.get("path"), None)
        elif fields.get("archive") == name and fields["type"] in ("archive.sealed", "archive.adopted"):
            sealed.append((index, fields))
    with open(path, "rb") as file, tarfile.open(path, "r:") as tar:
        whole = digest_of(file)
        for member in tar:
            inner = member.name.partition("/")[2]
            if inner == "metadata/recordings.jsonl":
                lines = tar.extractfile(member).read().split(b"\n")[:-1]
                records = {json.loads(line)["path"]: record_of(line) for line in lines}
            elif inner.startswith("data/") and member.isfile():
                found[inner] = member.size, digest_of(tar.extractfile(member))
    with log.faults.of(path):
        need(sealed, "the log does not say that it was sealed or adopted")
        need(sealed[-1][1]["sha256"] == whole, "entry %d says another SHA-256 of the whole archive" % sealed[-1][0])
    is_adopted = any(fields["type"] == "archive.adopted" for _, fields in sealed)
    for inner in sorted(set(found) | set(stored)):
        with log.faults.of(path):
            need(inner in stored or is_adopted, "%s is in it, and the log does not know it" % inner)
            if inner in stored:
                need(inner in found, "%s is not in it, and entry %d says that it is" % (inner, stored[inner][0]))
                check_recording(inner, *stored[inner], found[inner], records.get(inner))
    say("archive %s: %d recordings, %d of them in the log one by one" % (name, len(found), len(stored)))

# Exported cases: docs/evidence.md. The working folder is the case's. OTHERS are the files that no entry proves.
CALL = "data/[0-9]+-([^/]+)/"
OTHERS = CALL + r"(call|call\.vcon|legacy-session)\.json|data/gaps/.*|evidence/.*/anchors/.*\.tsq|(?!data/|evidence/).*"
def iso(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat(timespec="seconds") + "Z"

class Case:
    def __init__(self, keys, ca):
        self.keys, self.given, self.faults = {key.name: key for key in keys}, [key.public for key in keys], Faults()
        self.ca, self.files, self.logs, self.entries, self.untold = ca, {}, {}, {}, {}
    def check(self):
        """Checks everything, and returns the keys that nobody has confirmed."""
        self.check_bag()
        self.each("(evidence/([^/]+)(?:/previous)*)/checkpoint", self.check_log)
        self.each(r"(%s([^/]+))\.entry\.json" % CALL, self.check_recording)
        self.each(r"(%shistory\.jsonl)" % CALL, self.check_history)
        self.each("(data/gaps/.*)", lambda path: say("%s: what is missing, damaged or pending" % path))
        self.faults += ["%s: it is about a call, and its history lacks it" % path for path in self.untold.values()]
        unproven = sorted(path for path in set(self.files) - SEEN if not re.fullmatch(OTHERS, path, re.S))
        self.faults += ["%s: nothing proves it" % path for path in unproven]
        need(self.logs or self.faults, "there is no evidence in it")
        names = {log.key.name for log in self.logs.values()}
        self.faults += ["%s: you gave its key, and it is no log of this case" % name for name in set(self.keys) - names]
        say("NOT checked: the keys of witnesses, which the log itself names; files without an entry, such as call.json")
        say("NOT checked, and no program can: whether this is all that the log, or the provider, has about these calls")
        return [log.key for log in self.logs.values() if log.key.public not in self.given]
    def each(self, pattern, check):
        """Checks each file whose path fits, so that what does not hold of one hides nothing of another."""
        for match in filter(None, (re.fullmatch(pattern, path) for path in sorted(self.files))):
            with self.faults.of(match[1]):
                check(*match.groups())
    def check_bag(self):
        """Compares every file with the two lists of a bag: RFC 8493."""
        for folder, inner, names in os.walk("."):
            for path in [os.path.join(folder, name)[2:].replace(os.sep, "/") for name in inner + names]:
                if stat.S_ISREG(os.lstat(path).st_mode):
                    with open(path, "rb") as file:
                        self.files[path] = os.path.getsize(path), digest_of(file)
                elif os.path.islink(path) or not os.path.isdir(path):
                    self.faults.append("%s: it is a link or a device, and no file" % path)
        for name, listed in ("manifest-sha256.txt", {}), ("tagmanifest-sha256.txt", {}):
            wanted = {path for path in self.files if path.startswith("data/") == name.startswith("manifest")}
            with self.faults.of(name):
                for line in filter(None, os.fsdecode(read(name)).split("\n")):
                    listed.setdefault(line[66:], []).append(line[:66])
            for path in sorted(wanted.difference([name]).union(listed)):
                with self.faults.of(path):
                    need(path in wanted, "%s lists it, and it is missing" % name)
                    need(listed.get(path) == [self.files[path][1] + "  "], "%s does not list it as it is" % name)
    def proven(self, path):
        """The members of an entry, the log that has it, and its index there."""
        entry, proof = read(path), read(re.sub(r"(\.entry)?\.json$", ".tlog-proof", path))
        log = next((log for log in self.logs.values() if log.note == proof.partition(b"\n\n")[2]), None)
        need(log, "its proof does not end with a checkpoint of the case")
        index, _ = check_proof(proof, entry, lambda _: (log.size, log.root))
        fields = members(entry)
        need(fields["org"] == log.organization, "it is an entry of another organization")
        return fields, log, index
    def check_log(self, folder, organization):
        """Checks the checkpoint of a log, and all that evidence/ has of it."""
        key, newer = Key(read(folder + "/vkey").decode("utf-8")), self.logs.get(re.sub("/previous$", "", folder))
        need(self.keys.get(key.name, key).public == key.public, "its vkey is not the key that you gave")
        log = self.logs[folder] = Log(folder, key, self.faults)
        log.organization, log.newest = organization, {}
        for leaf in sorted(int(name[:-5]) for name in log.names("entries") if re.fullmatch(r"[0-9]+\.json", name)):
            path = log.path("entries", "%d.json" % leaf)
            with self.faults.of(path):
                fields, found, index = self.proven(path)
                need(found is log and index == leaf, "its proof is of entry %d in %s" % (index, found.folder))
                self.entries[read(path)] = fields
                self.untold.update({read(path): path} if "task_id" in fields else {})
                log.note_names(fields)
                log.newest[fields["type"]] = fields
                if fields["type"] in ("day.closed", "day.reopened"):
                    found = ["%d %s" % (fields[name], name) for name in ("recordings", "gaps") if name in fields]
                    say(path + ": " + ", ".join([fields["type"], fields["day"], iso(fields["time"] / 1000)] + found))
        say("%s: log %s of %d entries" % (folder, key.name, log.size))
        log.check_names(self.ca)
        for size in log.names("anchors"):
            with self.faults.of(log.path("anchors", size, "consistency")):
                older, root, _ = checkpoint(read(log.path("anchors", size, "checkpoint")), key)
                need(str(older) == size, "its checkpoint is of %d entries" % older)
                log.goes_on(older, root, log.path("anchors", size, "consistency"))
        if folder + "/configuration.txt" in self.files:
            with self.faults.of(folder + "/configuration.txt"):
                digest = sha256(read(folder + "/configuration.txt")).hex()
                need(digest == log.newest["config.changed"]["sha256"], "it is not what the newest entry of it says")
        if newer:
            named = newer.newest["log.begun"]["previous"]
            need(named["origin"] == key.name, "the newer log does not say that it goes on from this one")
            if named["size"] <= log.size:
                log.goes_on(named["size"], bytes.fromhex(named["root"]), folder + "/consistency")
            else:
                say("%s: NOT checked: the newer log knew %d entries of it, so some are lost" % (folder, named["size"]))
    def check_recording(self, path, task, name):
        fields, log, index = self.proven(path + ".entry.json")
        is_here = (fields["type"], fields["path"]) == ("recording.stored", "data/%s/%s" % (task, name))
        need(is_here, "entry %d is of something else" % index)
        line = read(path + ".record.json")
        check_recording("it", index, fields, self.files.get(path), record_of(line))
        need(json.loads(line)["path"] == fields["path"], "its metadata is of something else")
        SEEN.add(path)
        seen = min((state[::-1] for state in log.seen if state[0] > index), default=None)
        outside = "known outside since %s%s" % (iso(seen[1]), seen[0]) if seen else "in no state that is known outside"
        say("%s: entry %d of %s, stored %s, %s" % (path, index, log.key.name, iso(fields["time"] / 1000), outside))
    def check_history(self, path, task):
        for line in filter(None, read(path).split(b"\n")):
            need(line in self.entries, "it has a line that is no entry of evidence/: %.99r" % line)
            named = str(self.entries[line].get("task_id"))
            # The name of the folder of an ID that is no name has what is allowed of it, and a checksum.
            allowed = (re.sub("[^A-Za-z0-9._-]", "", named)[:60].lstrip(".-") or "x") + task[-17:]
            need(task in (named, allowed), "it has an entry of something else: %.99r" % line)
            self.untold.pop(line, None)

def main():
    argparse.ArgumentParser.error = lambda _, said: sys.exit(print("%s; see --help" % said, file=sys.stderr) or 64)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    case, log, archive, proof = map(commands.add_parser, ("case", "log", "archive", "proof"))
    for one, names in (case, "DIR --ca"), (log, "DIR --ca"), (archive, "TAR"), (proof, "PROOF ENTRY"):
        for name in names.split():
            one.add_argument(name)
    log.add_argument("--since", metavar="CHECKPOINT", action="append", default=[])
    archive.add_argument("--log", metavar="DIR", dest="DIR", required=True)
    for one in (case, log, archive, proof):
        one.add_argument("--key", metavar="VKEY", action="append", default=[], required=one is proof)
    options, faults, unconfirmed = parser.parse_args(), [], []
    try:
        keys = [Key(read(text).decode("utf-8") if os.path.isfile(text) else text) for text in options.key]
        need(len(keys) == len({key.name for key in keys} if options.command == "case" else keys[:1]), "one for each log")
    except ValueError as error:
        parser.error("--key: %s" % error)
    if options.command == "proof":
        found = check_proof(read(options.PROOF), read(options.ENTRY), lambda note: checkpoint(note, keys[-1]))
        say("entry %d of %d" % found + " in %s" % keys[-1].name)
    elif options.command == "case":
        case = Case(keys, options.ca and os.path.abspath(options.ca))
        os.chdir(options.DIR)
        faults, unconfirmed = case.faults, case.check()
    else:
        log = Log(options.DIR.rstrip("/"), keys[-1] if keys else None)
        check_log(log, options.since, options.ca) if options.command == "log" else check_archive(options.TAR, log)
        faults, unconfirmed = log.faults, [] if keys else [log.key]
    for fault in faults:
        say("DOES NOT HOLD: %s" % fault)
    for key in unconfirmed if not faults else ():
        say("consistent, and signed by a key that you have not confirmed: %s" % key.fingerprint)
    code = 1 if faults else 2 if unconfirmed else 0
    advice = "compare that fingerprint with one from somewhere else, or give the key with --key"
    say(("OK: everything that was checked holds", "what is named above does not hold", advice)[code])
    return code

if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(say("cannot read: %s" % error) or 74)
    except BROKEN as error:
        sys.exit(say("DOES NOT HOLD: %s" % error) or 1)
