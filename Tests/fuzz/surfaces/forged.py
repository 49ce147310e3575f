"""Sealed archives that were unpacked, changed, and packed again, with some of their checksums recomputed.

Anyone can recompute a checksum. So each is one witness, and none excuses another: whatever this fuzzer's own reading of the
archive finds, Callark must find too.
"""
import copy
import json
import re

import mutation
import tarball
from program import Finding
from world import write

from . import sealed


def run(world, case, draw, story):
    root = world.copy(case)
    path = draw.choice(sorted((root / "archives").rglob("*.tar")))
    data = path.read_bytes()
    changed, told = change_archive(draw, data, path.stem)
    write(path, changed)
    if draw.random() < 0.7:
        side = path.with_name(path.name + ".sha256")
        write(side, f"{tarball.sha256(changed)}  {path.name}\n".encode())
        told += ", its checksum file made anew"
    against = tarball.contradiction(path)
    story.append(f"{path.name}: {told}; against it: {against}")
    # Without a configuration, only the archive itself is checked.
    alone = world.program.run(["verify", "--archive", str(path), "--json"], case, {}, story)
    alone.lines()
    if alone.code == 0 and against:
        raise Finding(f"verify --archive calls {path.name} sound; against it: {against}")
    # A line of metadata has more requirements than this fuzzer's reading checks.
    if alone.code != 0 and not against and not told.startswith(("line", "tag", "repeat")):
        raise Finding(f"{alone}, and nothing speaks against {path.name}: {alone.out[-500:].decode('utf-8', 'replace')}")
    result = world.run(["verify", "--json"], case, root, story)
    result.lines()
    if result.code == 0 and (against or changed != data):
        raise Finding(f"verify finds nothing, and {path.name} is not what was sealed; against it: {against}")
    sealed.fetch(world, case, root, draw, story)
    for file in root.glob("manifest.sqlite*"):
        file.unlink()
    result = world.run(["rebuild", "--json"], case, root, story)
    result.lines()
    if result.code == 0 and against:
        raise Finding(f"rebuild takes {path.name} in as whole; against it: {against}")
    world.held(case, root, story)


def require_sound(root):
    """No pass seals an archive that contradicts itself, whatever it was given."""
    for path in sorted((root / "archives").rglob("*.tar")):
        if against := tarball.contradiction(path):
            raise Finding(f"{path.name} was sealed, and against it speaks: {against}")


def seal(members, folder, levels):
    """Recomputes an archive's own checksums, according to `levels`: `lines`, `sums`, `tags`."""
    by_name = {member.path.removeprefix(folder + "/"): member for member in members}
    payload = [member for member in members if member.path.startswith(folder + "/data/") and member.kind == b"0"]
    tarball.write(members)
    if "lines" in levels and "metadata/recordings.jsonl" in by_name:
        member = by_name["metadata/recordings.jsonl"]
        lines = []
        for line, found in zip(member.data.splitlines(), payload):
            entry = json.loads(line)
            size = len(found.data) if found.size is None else found.size
            line = re.sub(rb'"sha256":"[0-9a-f]{64}"', b'"sha256":"%s"' % tarball.sha256(found.data).encode(), line)
            line = line.replace(b'"bytes":%d,' % entry["bytes"], b'"bytes":%d,' % size, 1)
            line = line.replace(b'"offset":%d,' % entry["offset"], b'"offset":%d,' % found.offset, 1)
            lines.append(checked(line))
        member.data = b"".join(line + b"\n" for line in lines)
    if "sums" in levels and "manifest-sha256.txt" in by_name:
        sums = [f"{tarball.sha256(m.data)}  {m.path.removeprefix(folder + '/')}\n" for m in payload]
        by_name["manifest-sha256.txt"].data = "".join(sums).encode()
    if "tags" in levels and "tagmanifest-sha256.txt" in by_name:
        names = sorted(n for n in by_name if not n.startswith("data/") and n != "tagmanifest-sha256.txt")
        sums = [f"{tarball.sha256(by_name[name].data)}  {name}\n" for name in names]
        by_name["tagmanifest-sha256.txt"].data = "".join(sums).encode()


def checked(line):
    """A line of metadata with its own checksum recomputed."""
    bare = tarball.unchecked(line)
    check = b',"check":"%s"' % tarball.sha256(bare)[:16].encode()
    at = bare.find(b',"day"')
    if at < 0:
        return bare
    # The keys are sorted: the checksum comes before `day`, or in a line of a task before `created_time`.
    created = bare.find(b',"created_time"')
    at = created if 0 <= created < at else at
    claimed = bare.find(b',"claimed_by"')
    at = claimed if 0 <= claimed < at else at
    return bare[:at] + check + bare[at:]


def change_archive(draw, data, folder):
    """An archive that was unpacked, changed, and packed again, with a random part of its checksums recomputed. Returns the
    bytes, and what was done."""
    members = tarball.read(data)
    payload = [i for i, member in enumerate(members) if member.path.startswith(folder + "/data/")]
    tags = [i for i, member in enumerate(members) if i not in payload]
    end = b"\0" * 1024
    what = draw.choice(
        ["payload", "payload", "payload", "size", "swap", "double", "drop", "rename", "kind", "header", "pax", "line", "line", "line",
         "tag", "information", "end", "stranger", "padding", "repeat"]
    )
    index = draw.choice(payload or tags)
    member = members[index]
    if what == "payload":
        member.data = mutation.bytes_of(draw, member.data or b"x")
    elif what == "size":
        member.size = draw.choice([0, len(member.data) + 1, len(member.data) + 512, 8**11 - 1])
    elif what == "swap" and len(payload) > 1:
        other = draw.choice([i for i in payload if i != index])
        members[index], members[other] = members[other], members[index]
    elif what == "double":
        members.insert(draw.randrange(len(members)), copy.copy(member))
    elif what == "drop":
        del members[draw.randrange(len(members))]
    elif what == "rename":
        name = draw.choice(["/etc/passwd", "../x", f"{folder}/data/../../x", f"{folder}/metadata/../x", f"{folder}/x", members[0].path])
        member.path = name
    elif what == "kind":
        member.kind = draw.choice([b"1", b"2", b"3", b"5", b"7", b"S", b"g", b"L", b"K", b"\0", b"V"])
        member.link = draw.choice(["", members[0].path, "/etc/passwd"])
    elif what == "header":
        setattr(member, *draw.choice([("mode", 0o777), ("owner", 1), ("name", "root"), ("link", "x"), ("mtime", 1), ("mtime", 0)]))
    elif what == "pax":
        member.pax = [
            draw.choice(
                [("GNU.sparse.major", 1), ("GNU.sparse.size", 9), ("linkpath", "/etc/passwd"), ("size", len(member.data)),
                 ("size", -1), ("size", 2**62), ("path", member.path), ("path", "x"), ("mtime", 1), ("comment", "x"),
                 ("SCHILY.xattr.user.a", "b"), ("hdrcharset", "BINARY"), ("size", "+5")]
            )
        ]
    elif what in ("line", "repeat"):
        name = f"{folder}/metadata/" + draw.choice(["recordings.jsonl", "recordings.jsonl", "tasks.jsonl"])
        for target in members:
            if target.path == name and target.data:
                lines = target.data.splitlines()
                at = draw.randrange(len(lines))
                if what == "repeat":
                    lines.insert(at, lines[draw.randrange(len(lines))])
                else:
                    try:
                        changed = mutation.change(draw, json.loads(lines[at]))
                        text = json.dumps(changed, ensure_ascii=False, separators=(",", ":"), sort_keys=isinstance(changed, dict))
                        lines[at] = text.encode("utf-8", "surrogatepass").replace(b"\n", b" ")
                    except ValueError:
                        lines[at] = mutation.bytes_of(draw, lines[at])
                    if draw.random() < 0.8:
                        lines[at] = checked(lines[at])
                target.data = b"".join(line + b"\n" for line in lines)
    elif what == "tag":
        target = members[draw.choice(tags)]
        target.data = mutation.bytes_of(draw, target.data)
    elif what == "information":
        for target in members:
            if target.path.endswith("/bag-info.txt"):
                target.data = mutation.bytes_of(draw, target.data)
    elif what == "end":
        end = draw.choice([b"", b"\0" * 512, b"\0" * 1536, b"\0" * 10240, b"\0" * 1024 + data[:4096], b"\0" * 1024 + b"x"])
    elif what == "stranger":
        name = draw.choice(["x", "data/x", "metadata/x.json", "metadata/.x", "data/", "fetch.txt"])
        new = tarball.Member(f"{folder}/{name}", b"x" * 600, kind=b"5" if name.endswith("/") else b"0", mtime=member.mtime)
        members.insert(draw.randrange(len(members) + 1), new)
    elif what == "padding" and len(member.data) % 512:
        member.padding = b"x" * (-len(member.data) % 512)
    levels = draw.choice([[], ["tags"], ["sums", "tags"], ["lines", "tags"], ["lines", "sums", "tags"]])
    if what not in ("line", "repeat") or "lines" not in levels:
        try:
            seal(members, folder, levels)
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
    else:
        seal(members, folder, ["tags"])
    return tarball.write(members, end), f"{what}, {'+'.join(levels) or 'nothing'} made anew"
