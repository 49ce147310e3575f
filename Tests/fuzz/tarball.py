"""Daily archives as docs/archive-format.md describes them, read and written without any of Callark's code.

`read` is deliberately strict; `write` is deliberately not, and writes anything that it is given.
"""
import dataclasses
import datetime
import hashlib
import json
import re

BLOCK = 512
TAGS = [
    "metadata/recordings.jsonl", "metadata/tasks.jsonl", "bagit.txt", "bag-info.txt", "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
]
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@dataclasses.dataclass
class Member:
    """A member of a tar: its name, its bytes, and the other fields of its header."""

    path: str
    data: bytes
    kind: bytes = b"0"
    mode: int = 0o440
    mtime: int = 0
    owner: int = 0
    link: str = ""
    name: str = ""
    pax: list = dataclasses.field(default_factory=list)
    # If it is not the number of bytes.
    size: int | None = None
    # The offset of its bytes.
    offset: int = 0
    padding: bytes | None = None


def checksum(block):
    return sum(block[:148]) + 8 * 32 + sum(block[156:512])


def sign(block):
    """Writes a header's checksum as libarchive does."""
    block[148:156] = b"%06o\0 " % checksum(block)


def header(path, kind, size, mode, mtime, owner=0, link="", name=""):
    prefix = b""
    path = path.encode()
    if len(path) > 100:
        cut = path.rfind(b"/", len(path) - 101, 156)
        if cut > 0:
            prefix, path = path[:cut], path[cut + 1 :]
    block = bytearray(BLOCK)
    block[0 : len(path[:100])] = path[:100]
    block[100:108] = b"%06o \0" % mode
    block[108:116] = b"%06o \0" % owner
    block[116:124] = b"%06o \0" % owner
    block[124:136] = b"%011o " % (size % 8**11)
    block[136:148] = b"%011o " % (mtime % 8**11)
    block[156:157] = kind
    block[157 : 157 + len(link)] = link.encode()[:100]
    block[257:265] = b"ustar\x0000"
    block[265 : 265 + len(name)] = name.encode()[:32]
    block[329:337] = b"%06o \0" % 0
    block[337:345] = b"%06o \0" % 0
    block[345 : 345 + len(prefix)] = prefix
    sign(block)
    return bytes(block)


def pax_record(key, value):
    body = f" {key}={value}\n".encode()
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length += 1
    return str(length).encode() + body


def write(members, end=b"\0" * 1024):
    """A tar of these members; sets the offset of each."""
    out = bytearray()
    for member in members:
        path = member.path
        records = list(member.pax)
        if len(path.encode()) > 100 and not fits(path):
            records.insert(0, ("path", path))
        if records:
            data = b"".join(pax_record(key, value) for key, value in records)
            out += header("PaxHeader/" + path[-60:], b"x", len(data), member.mode, member.mtime)
            out += data + b"\0" * (-len(data) % BLOCK)
        size = len(member.data) if member.size is None else member.size
        out += header(path, member.kind, size, member.mode, member.mtime, member.owner, member.link, member.name)
        member.offset = len(out)
        padding = b"\0" * (-len(member.data) % BLOCK) if member.padding is None else member.padding
        out += member.data + padding
    return bytes(out) + end


def fits(path):
    path = path.encode()
    return len(path) <= 100 or path.rfind(b"/", max(0, len(path) - 101), 156) > 0


class Broken(Exception):
    """A fault of an archive."""


def text(field):
    end = field.find(b"\0")
    if end >= 0 and field[end:].strip(b"\0"):
        raise Broken("something stands behind a name")
    return (field if end < 0 else field[:end]).decode()


def number(field):
    digits = field.rstrip(b"\0 ")
    if not digits or not re.fullmatch(rb"[0-7]+", digits):
        raise Broken(f"{field!r} is no number")
    return int(digits, 8)


def read(data):
    """The members of a complete tar, read strictly. Raises Broken, or the errors of decoding."""
    members, at, records = [], 0, None
    while True:
        block = data[at : at + BLOCK]
        if len(block) < BLOCK:
            raise Broken(f"no header at {at}")
        if not any(block):
            if data[at:] != b"\0" * 1024 or records is not None:
                raise Broken(f"no right end at {at}")
            return members
        if block[257:265] != b"ustar\x0000" or block[148:156] != b"%06o\0 " % checksum(block):
            raise Broken(f"no header at {at}")
        kind, size, mode = block[156:157], number(block[124:136]), number(block[100:108])
        mtime = number(block[136:148])
        if number(block[108:116]) or number(block[116:124]) or any(block[157:257]) or any(block[265:329]):
            raise Broken(f"a header with an owner or a link at {at}")
        if any(block[500:]) or any(x.strip(b"\0 0") for x in (block[329:337], block[337:345])):
            raise Broken(f"a header with something more at {at}")
        if mode != (0o750 if kind == b"5" else 0o440):
            raise Broken(f"mode {mode:o} at {at}")
        name, prefix = text(block[:100]), text(block[345:500])
        body = at + BLOCK
        if kind == b"x":
            if records is not None or body + size > len(data):
                raise Broken(f"an extended header too many at {at}")
            records = pax(data[body : body + size])
            at = closed(data, body + size)
            continue
        if kind not in (b"0", b"5"):
            raise Broken(f"a member of kind {kind!r} at {at}")
        path = f"{prefix}/{name}" if prefix else name
        if records is not None:
            if "mtime" in records and records["mtime"] != str(mtime):
                raise Broken(f"two times at {at}")
            if "path" in records and len(records["path"].encode()) <= 100:
                raise Broken(f"a path that needs no record at {at}")
            if "size" in records and int(records["size"]) < 8 << 30:
                raise Broken(f"a size that needs no record at {at}")
            path, size = records.get("path", path), int(records.get("size", size))
            records = None
        if body + size > len(data):
            raise Broken(f"{path} ends too early")
        members.append(Member(path, data[body : body + size], kind, mode, mtime, offset=body))
        at = closed(data, body + size)


def closed(data, end):
    padded = end + -end % BLOCK
    if any(data[end:padded]):
        raise Broken(f"padding at {end}")
    return padded


def pax(data):
    records = {}
    while data:
        length, _, _ = data.partition(b" ")
        record, data = data[: int(length)], data[int(length) :]
        key, equals, value = record[len(length) + 1 : -1].partition(b"=")
        if record[-1:] != b"\n" or not equals or key in records:
            raise Broken("a bad record")
        records[key.decode()] = value.decode()
    if set(records) - {"path", "size", "mtime"}:
        raise Broken(f"records {sorted(records)}")
    return records


def lines_of_sums(data):
    sums = []
    for line in data.decode().splitlines():
        match = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not match:
            raise Broken(f"no line of a checksum: {line[:80]}")
        sums.append((match[2], match[1]))
    if len(dict(sums)) != len(sums):
        raise Broken("a checksum twice")
    return sums


def unchecked(line):
    """A line of metadata without its own checksum."""
    return re.sub(rb',"check":"[0-9a-f]{16}"', b"", line, count=1)


def entry(line):
    found = json.loads(line)
    if "check" in found and sha256(unchecked(line))[:16] != found["check"]:
        raise Broken("a line that is not what its checksum says")
    return found


def contradiction(path, side=True):
    """How an archive contradicts itself; None if every witness in it and next to it agrees."""
    try:
        examine(path, side)
        return None
    except Broken as broken:
        return str(broken)
    except (ValueError, KeyError, UnicodeError, TypeError, OverflowError, OSError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def need(condition, message):
    if not condition:
        raise Broken(message)


def examine(path, side):
    data = path.read_bytes()
    if side:
        line = path.with_name(path.name + ".sha256").read_bytes()
        need(line == f"{sha256(data)}  {path.name}\n".encode(), "the side file")
    members = read(data)
    folder = path.name.removesuffix(".tar")
    match = re.fullmatch(r"([a-z0-9-]{1,40})-(\d{4}-\d\d-\d\d)-(\d{3,})", folder)
    need(match and int(match[3]) > 0, "the name")
    organization, day, sequence = match[1], match[2], int(match[3])
    need(all(member.path.startswith(folder + "/") for member in members), "a member outside of its folder")
    inside = [(member.path.removeprefix(folder + "/"), member) for member in members]
    payload = [(name, member) for name, member in inside if name.startswith("data/") and member.kind == b"0"]
    tags = [(name, member) for name, member in inside if not name.startswith("data/")]
    folders = [name for name, member in inside if member.kind == b"5"]
    need(folders == ([] if payload else ["data/"]), "folders")
    need(len({name for name, _ in inside}) == len(inside), "a name twice")
    need(all(name.startswith("data/") for name, _ in inside[: len(inside) - len(tags)]), "order")
    names = [name for name, _ in tags]
    more = [name for name in names if name not in TAGS]
    need(names == TAGS[:2] + more + TAGS[2:], f"tag files {names}")
    need(all(name.startswith("metadata/") and PART.match(name[9:]) for name in more), "a tag file's name")
    tag = {name: member.data for name, member in tags}
    midnight = int(datetime.datetime.fromisoformat(day + "T00:00:00+00:00").timestamp())
    need(all(member.mtime == midnight for _, member in tags), "a tag file's time")
    sums = dict(lines_of_sums(tag["tagmanifest-sha256.txt"]))
    need(sums == {name: sha256(member.data) for name, member in tags if name != TAGS[-1]}, "checksums of tag files")
    need(lines_of_sums(tag["manifest-sha256.txt"]) == [(name, sha256(member.data)) for name, member in payload], "checksums")
    need(tag["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt")
    recordings = [entry(line) for line in tag["metadata/recordings.jsonl"].splitlines()]
    need(len(recordings) == len(payload), "the number of recordings")
    for found, (name, member) in zip(recordings, payload):
        need(found["path"] == name and found["offset"] == member.offset, "a path or an offset")
        need(found["bytes"] == len(member.data) and found["sha256"] == sha256(member.data), "a size or a checksum")
        need(found["organization"] == organization and found["day"] == day, "an organization or a day")
        start = found.get("start_time")
        expected = midnight + 43200 if start is None else min(max(int(start / 1000), 0), 8**11 - 1)
        need(member.mtime == expected, "a recording's time")
    tasks = [entry(line) for line in tag["metadata/tasks.jsonl"].splitlines()]
    need(all(found["day"] == day for found in tasks), "a task of another day")
    need(len({found["organization_id"] for found in recordings}) <= 1, "two organizations")
    information = [line.partition(": ")[::2] for line in tag["bag-info.txt"].decode().splitlines()]
    known = {
        "Source-Organization": organization, "External-Identifier": folder, "Bag-Group-Identifier": f"{organization}-{day}",
        "Payload-Oxum": f"{sum(len(member.data) for _, member in payload)}.{len(payload)}", "Callark-Format": "1",
        "Callark-Day": day, "Callark-Sequence": str(sequence), "Callark-Task-Count": str(len(tasks)),
    }
    if recordings:
        known["Callark-Organization-ID"] = recordings[0]["organization_id"]
    for label, value in known.items():
        need([said for name, said in information if name == label] == [value], f"bag-info.txt: {label}")
    if "metadata/day-close.json" in tag:
        close = json.loads(tag["metadata/day-close.json"])
        need(close["organization"] == organization and close["day"] == day, "the record of the day")
