"""Tries the stand-alone verifier on synthetic cases.

    case_trial.py PROGRAM WHAT [SEED]      WHAT: holds, changes, lists, hostile, entries or trees

Prints the random seed and what was tried. If the verifier says anything unexpected, prints it and exits with 1.
"""
import contextlib
import importlib.util
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import bagit
import synthetic_case
from synthetic_case import FIRST, LOST, bagged, make, sha, write

PROGRAM, WHAT = sys.argv[1], sys.argv[2]
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
DRAWN, FOLDER = random.Random(SEED), tempfile.mkdtemp()
CASE, CERTIFICATES = os.path.join(FOLDER, "case"), os.path.join(FOLDER, "ca.pem")
SIGNED = {}


def remembered(check):
    """Computes each signature once: its arithmetic is Python's own and slow, and most changes leave it as it was."""
    return lambda *signed: SIGNED[signed] if signed in SIGNED else SIGNED.setdefault(signed, check(*signed))


def execute(name):
    exec(CODE, {"__name__": name, "__doc__": "", "remembered": remembered})


with open(PROGRAM, "rb") as file:
    CODE = compile(file.read().replace(b"\ndef is_signed(", b"\n@remembered\ndef is_signed("), PROGRAM, "exec")
execute("once")  # its imports are cached for every run
STRANGER = synthetic_case.Signer("unknown.example", 1).vkey
LISTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
# Files that no entry of the log covers. Only the bag's lists do: a change of a file and the lists goes unnoticed.
UNPROVEN = re.compile(r"[^/]+|data/[^/]+/(call|call\.vcon)\.json|data/gaps/.*|evidence/.*\.tsq")
# Members of a recording's metadata that the log does not cover: its place in the archive, and the line's checksum.
PLACE = re.compile(rb',"(?:check":"0123456789abcdef"|offset":512)')


def expect(condition, what, said=""):
    if not condition:
        sys.exit("seed %d: %s\n%s" % (SEED, what, said))


def run(*arguments, has_openssl=True):
    """Runs the program in a forked process, which is faster than starting Python. Returns its exit code and output."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.close(reading)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
        sys.argv = [PROGRAM] + list(arguments)
        os.environ["PATH"] = os.environ["PATH"] if has_openssl else ""
        code = 70
        try:
            execute("__main__")
        except SystemExit as exit:
            code = exit.code
        except BaseException as error:  # the program would print a traceback
            print("TRACEBACK %r" % error)
        sys.stdout.flush()
        os._exit(code)
    os.close(writing)
    with open(reading, "rb") as file:
        said = file.read().decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    expect(code in (0, 1, 2, 64, 74), "exit code %d" % code, said)
    return code, said


def verify(files=None, keys=None, has_openssl=True):
    """Checks the case in its folder, or a new one with these files. It takes half the time without OpenSSL."""
    if files is not None:
        shutil.rmtree(CASE, ignore_errors=True)
        write(files, CASE)
    chosen = [word for key in (KEYS if keys is None else keys).values() for word in ("--key", key)]
    return run("case", CASE, "--ca", CERTIFICATES, *chosen, has_openssl=has_openssl)


def remember():
    """Computes the signatures of the case as it is, for the processes to come."""
    write(FILES, CASE)
    sys.argv = [PROGRAM, "case", CASE]
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.suppress(SystemExit):
        execute("__main__")
    os.chdir(FOLDER)
    shutil.rmtree(CASE)


def put(name, data):
    with open(os.path.join(CASE, name), "wb") as file:
        file.write(data)


def flipped(data):
    """Changes a random byte of the data. Returns the data and the position of the byte."""
    at = DRAWN.randrange(len(data))
    return data[:at] + bytes([data[at] ^ DRAWN.randrange(1, 256)]) + data[at + 1:], at


def holds():
    code, said = verify(FILES, {})
    expect(code == 2 and said.count("that you have not confirmed") == 3, "without keys", said)
    code, said = verify(keys={"acme": KEYS["acme"]})
    expect(code == 2 and said.count("not confirmed") == 1, "with one key, which is the epoch before's too", said)
    code, said = verify()
    expect(code == 0 and said.endswith("OK: everything that was checked holds\n"), "with the keys", said)
    expect(re.search("known outside since [-0-9T:]+Z\n", said), "a time stamp by an authority that is known", said)
    for what in ("call.wav: entry 2 of archive.example/callark/acme/2, stored 2025-11-20T12:00:02Z, known outside",
                 "chat-old.json: entry 4 of archive.example/callark/acme/1, stored 2025-11-20T12:00:04Z, in no state",
                 "day.closed, 2025-11-20, 2025-11-20T12:00:13Z, 2 recordings, 1 gaps", "data/gaps/%s.json: " % LOST,
                 "1 of them are time stamps, checked with %s" % CERTIFICATES, "NOT checked"):
        expect(what in said, "it does not say: " + what, said)
    code, said = run("case", CASE)
    expect(code == 2 and "checked with certificates that the log itself names" in said, "without certificates", said)
    known = [line.rpartition("known outside since ")[2] for line in said.split("\n") if "known outside since" in line]
    expect(known and all(what.endswith("Z, if that anchor is genuine") for what in known), "without certificates", said)
    code, said = verify(keys=dict(KEYS, acme=make(AUTHORITY)[1]["acme"]))
    expect(code == 1 and "evidence/acme: its vkey is not the key that you gave" in said, "with another key", said)
    code, said = verify(keys=dict(KEYS, more=STRANGER))
    expect(code == 1 and "unknown.example: you gave its key" in said, "with a key of no log of the case", said)
    code, said = verify(keys=dict(KEYS, more=KEYS["acme"]))
    expect(code == 64, "with a key twice", said)
    for wrong in ("no-such-file", KEYS["acme"][:-4], CERTIFICATES):
        code, said = verify(keys={"acme": wrong})
        expect(code == 64 and "--key: " in said and "HOLD" not in said, "with %r as a key" % wrong, said)
    bagit.Bag(CASE).validate()
    started = subprocess.run([sys.executable, "-B", PROGRAM, "case", CASE], stdout=subprocess.PIPE)
    expect(started.returncode == 2, "as a program", started.stdout.decode())
    expect(run("case", os.path.join(FOLDER, "nowhere"))[0] == 74, "a case that is not there")
    expect(run("case")[0] == 64, "no case")


def changes():
    """Changes a byte of every file, with the bag's lists unchanged and with lists that match."""
    write(FILES, CASE)
    for name in FILES:
        data, at = flipped(FILES[name])
        put(name, data)
        code, said = verify(has_openssl=False)
        faults = [line for line in said.split("\n") if line.startswith("DOES NOT HOLD: ") and name in line]
        expect(code == 1 and faults, "byte %d of %s" % (at, name), said)
        put(name, FILES[name])
    refused = passed = 0
    for name in sorted(set(FILES) - set(LISTS)):
        data, at = flipped(FILES[name])
        spans = [place.span() for place in PLACE.finditer(FILES[name])]
        is_place = name.endswith(".record.json") and any(begin <= at < end for begin, end in spans[-2:])
        files = bagged(dict(FILES, **{name: data}))
        for one in (name,) + LISTS:
            put(one, files[one])
        code, said = verify(has_openssl=name.endswith((".tsr", ".tsq")))
        is_proven = not UNPROVEN.fullmatch(name)
        expect(is_place or code == is_proven, "byte %d of %s, and the lists" % (at, name), said)
        faults = [line for line in said.split("\n") if line.startswith("DOES NOT HOLD: ")]
        where = os.path.dirname(name) if name.startswith("evidence/") else name.split(".")[0]
        expect(not code or any(where in line for line in faults), "byte %d of %s is not named" % (at, name), said)
        refused, passed = refused + code, passed + (not code)
        for one in (name,) + LISTS:
            put(one, FILES[one])
    print("%d refused, %d are of what only the bag has" % (refused, passed))


def lists():
    """Removes, adds and swaps files, with the bag's lists unchanged and with lists that match."""
    write(FILES, CASE)
    drawn = DRAWN.sample(sorted(FILES), len(FILES) // 3)
    for name in FILES:
        os.remove(os.path.join(CASE, name))
        code, said = verify(has_openssl=False)
        expect(code == 1 and name in said, "without " + name, said)
        put(name, FILES[name])
        rest = bagged({one: data for one, data in FILES.items() if one != name})
        if name in drawn and not UNPROVEN.fullmatch(name) and not name.endswith("configuration.txt"):
            os.remove(os.path.join(CASE, name))
            for one in LISTS:
                put(one, rest[one])
            code, said = verify(has_openssl=False)
            expect(code == 1, "without %s in the lists either" % name, said)
            for one in (name,) + LISTS:
                put(one, FILES[one])
    call = "data/001-%s/" % FIRST
    for name in ("more.txt", "data/more", call + "more.wav", call + "inner/call.wav", "evidence/more", ".hidden",
                 "evidence/acme/entries/7.tlog-proof", "evidence/acme/entries/7.json", "evidence/acme/entries/07.json",
                 "evidence/acme/objects/" + "0" * 64, "evidence/acme/anchors/16/more.tsr",
                 "evidence/acme/anchors/3/checkpoint", "evidence/acme/anchors/3/consistency"):
        more = dict(FILES, **{name: b"more"})
        code, said = verify(more, has_openssl=False)
        expect(code == 1 and name + ": " in said, "with " + name, said)
        if not UNPROVEN.fullmatch(name):
            code, said = verify(bagged(more), has_openssl=False)
            is_named = re.sub(r"/(checkpoint|consistency)$", "", name) in said
            expect(code == 1 and is_named, "with %s in the lists" % name, said)
    for what, changed in {
        "a history of another call": {"data/002-%s/history.jsonl" % LOST: FILES[call + "history.jsonl"]},
        "a history without a line": {call + "history.jsonl": b""},
        "a history that is cut": {call + "history.jsonl": FILES[call + "history.jsonl"][:-2]},
        "an entry that is no JSON line of the log": {call + "history.jsonl": FILES[call + "history.jsonl"] + b"{}\n"},
        "a recording of another": {call + "call.wav": FILES[call + "chat-old.json"]},
        "an entry and a proof of another recording": {
            call + "call.wav" + ending: FILES[call + "chat-old.json" + ending]
            for ending in (".entry.json", ".tlog-proof")},
        "an older configuration": {"evidence/acme/configuration.txt": b"an older one"},
        "an epoch that is another's": {name.replace("acmenorthwest", "acme/previous"): data for name, data in FILES.items()
                                       if name.startswith("evidence/acmenorthwest/")},
        "a log under another organization": {name.replace("acmenorthwest", "zeta"): data for name, data in FILES.items()
                                             if name.startswith("evidence/acmenorthwest/")},
    }.items():
        code, said = verify(bagged(dict(FILES, **changed)))
        expect(code == 1, what, said)
    moved = {name.replace("data/001-", "data/004-x"): data for name, data in FILES.items()}
    code, said = verify(bagged(moved))
    expect(code == 1 and "is of something else" in said, "a call under another task", said)


CONTENTS = [
    b"", b"\xff\xfe\x00\xd8", b"null", b"{}", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b"\n\n", b"-1", b"1e999",
    b'{"org":1e999,"type":[],"v":"\\ud800"}', "\u2014 \u202e\u2028\n".encode() * 3, bytes(range(256)), b"  \n" * 99]
PATHS = [b"../outside", b"/etc/passwd", b"./data/x", b"data/../x", b"", b"\xff", b"data", b"a\x1b[2J", b"x" * 5000]


def hostile():
    """Replaces files by hostile contents, links, pipes and folders. The program must name each without a traceback."""
    write(FILES, CASE)
    for name in FILES:
        data = DRAWN.choice(CONTENTS)
        files = dict(bagged(dict(FILES, **{name: data})), **{name: data})
        for one in (name,) + LISTS:
            put(one, files[one])
        code, said = verify(has_openssl=name.endswith(".tsr"))
        is_unproven = UNPROVEN.fullmatch(name) and name not in LISTS
        expect(code == 1 or is_unproven, "%.40r in %s" % (data, name), said)
        for one in (name,) + LISTS:
            put(one, FILES[one])
    for line in PATHS:
        for name in LISTS:
            for whole in (FILES[name] + sha(b"").hex().encode() + b"  " + line + b"\n", FILES[name] + line, line):
                if whole == FILES[name]:
                    continue
                files = bagged(dict(FILES, **({name: whole} if name[0] == "m" else {})))
                for one in LISTS:
                    put(one, whole if one == name else files[one])
                code, said = verify(has_openssl=False)
                expect(code == 1 and "\x1b" not in said, "%.40r in %s" % (line, name), said)
    for name in ("data/001-%s/call.wav" % FIRST, "evidence/acme/vkey", "manifest-sha256.txt", "evidence/acmenorthwest",
                 "data/more", "evidence/acme/previous/previous"):
        for kind in ("link", "loop", "pipe", "folder", "broken"):
            verify(FILES)
            place = os.path.join(CASE, name)
            if os.path.lexists(place):
                os.rename(place, os.path.join(FOLDER, "aside"))
            {"link": lambda: os.symlink(os.path.join(FOLDER, "aside"), place), "loop": lambda: os.symlink(place, place),
             "pipe": lambda: os.mkfifo(place), "folder": lambda: os.mkdir(place),
             "broken": lambda: os.symlink("/nowhere", place)}[kind]()
            code, said = verify(has_openssl=False)
            is_new = name in ("data/more", "evidence/acme/previous/previous")
            expect((kind == "folder" and is_new) or (code == 1 and name in said), "%s: a %s" % (name, kind), said)
            shutil.rmtree(os.path.join(FOLDER, "aside"), ignore_errors=True)
            shutil.rmtree(CASE)
            if os.path.lexists(os.path.join(FOLDER, "aside")):
                os.remove(os.path.join(FOLDER, "aside"))
    odd = os.fsdecode(b"data/\xff\n\x1b[2JOK")
    code, said = verify(bagged(FILES) | {odd: b""})
    expect(code == 1 and "\x1b" not in said and "\nOK" not in said, "a name that writes to terminals", said)


VALUES = [None, True, -1, 1 << 70, 10 ** 4000, 1e300, "", "\ud800", "../../../../etc/passwd", "x" * 5000, "\0", [], [[]],
          {}, {"a": 1}]
OTHER = "5b3b1a52-0009"
# The members of valid entries that the trial changes.
FIELDS = {
    "recording.stored": {"bytes": 1, "path": "data/a/b", "record": "00" * 32, "sha256": "00" * 32, "task_id": OTHER},
    "day.closed": {"day": "2025-11-20", "record": "00" * 32, "recordings": 1, "gaps": 0},
    "anchor.added": {"size": 16, "kind": "witness", "file": "anchors/16/copy.json", "object": "00" * 32, "vkey": "a"},
    "config.changed": {"sha256": "00" * 32}, "audio.accessed": {"task_id": OTHER},
    "gap.explained": {"task_id": OTHER, "note": "00" * 32, "object": "00" * 32}}
BEGUN = [{}, {"previous": None}, {"previous": "x"}, {"previous": {}}, {"previous": {"origin": "x"}}, {"previous": []},
         {"previous": {"origin": "archive.example/callark/acme/1", "size": 6, "root": "00" * 32}},
         {"previous": {"origin": "archive.example/callark/acme/1", "size": 6, "root": 1}}, {"type": "pass.requested"}]


def entries():
    """Invalid entries that a log proves. Anyone with the key could write them."""
    def odd(log):
        for kind, whole in FIELDS.items():
            common = dict(whole, org="acme", time=1, type=kind, v=1)
            for name in common:
                for value in VALUES:
                    log.add_bytes(json.dumps(dict(common, **{name: value})).encode())
        for data in (b"", b"\xff", b"[]", b'"org"', b"9" * 5000, b"[" * 60_000, b"1e999", b'{"org":"acme"}'):
            log.add_bytes(data)

    files, keys = make(AUTHORITY, odd)
    code, said = verify(files, keys)
    expect(code == 1, "odd entries", said)
    expect("data/" not in said.split("DOES NOT HOLD: ", 1)[1], "what is right is called wrong", said)
    for more in BEGUN:
        def other(log):
            fields = dict({"org": "acme", "time": 1, "type": "log.begun", "v": 1}, **more)
            log.entries[0] = json.dumps(fields).encode()

        files, keys = make(AUTHORITY, other)
        code, said = verify(files, keys, has_openssl=False)
        expect(code == 1 and "evidence/acme/previous: " in said, "begun with %r" % more, said)


def goes_on(older, old_root, newer, new_root, proof):
    """Verifies a consistency proof by the text of RFC 9162, section 2.1.4.2."""
    if older == newer or older == 0:
        return not proof and (old_root == new_root if older == newer else old_root == sha(b""))
    if older > newer or not proof:
        return False
    proof = ([old_root] if older & (older - 1) == 0 else []) + proof
    fn, sn = older - 1, newer - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha(b"\1" + c + fr), sha(b"\1" + c + sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\1" + sr + c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


def trees(size=130):
    """Checks proofs, valid and changed, of all trees up to a size, against the definition and the RFC's algorithm."""
    spec = importlib.util.spec_from_file_location("verify", PROGRAM)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    made = [b"%d" % index for index in range(size)]
    leaves = [sha(b"\0" + entry) for entry in made]
    roots = [synthetic_case.root(leaves[:count]) for count in range(size + 1)]
    tried = 0

    def is_taken(check, *arguments):
        try:
            check(*arguments)
            return True
        except program.BROKEN:
            return False

    for newer in range(size + 1):
        expect(program.root_of(leaves[:newer]) == roots[newer], "the root of %d" % newer)
        for older in range(newer + 1):
            proof = synthetic_case.consistency(older, leaves[:newer]) if older else []
            expect(is_taken(program.check_consistency, (older, roots[older]), (newer, roots[newer]), proof),
                   "from %d to %d" % (older, newer))
            other = DRAWN.randrange(size)
            wrong = [(older, older, proof + [roots[1]]), (older, other, proof), (other, older, proof),
                     (older, older, proof[:-1]), (older, older, proof[1:]), (older, older, proof[::-1])]
            for claimed, of, path in DRAWN.sample(wrong, 3):
                claim = (claimed, roots[of], newer, roots[newer], path)
                said = is_taken(program.check_consistency, claim[:2], claim[2:4], path)
                expect(said == goes_on(*claim), "from %d to %d, changed" % (older, newer), repr(claim))
                tried += 1
    for count in range(1, size + 1):
        for index in range(count):
            lines = "".join(synthetic_case.text_of(one) + "\n" for one in synthetic_case.path(index, leaves[:count]))
            proof = ("c2sp.org/tlog-proof@v1\nindex %d\n%s\nnote\n" % (index, lines)).encode()
            for other in {index, DRAWN.randrange(size)}:
                said = is_taken(program.check_proof, proof, made[other], lambda _: (count, roots[count]))
                expect(said == (other == index), "entry %d of %d as %d" % (index, count, other))
            other = DRAWN.randrange(1, size + 1)
            said = is_taken(program.check_proof, proof, made[index], lambda _: (other, roots[count]))
            expect(said or other != count, "entry %d of %d" % (index, count))
            tried += 1
    print("%d proofs" % tried)


if __name__ == "__main__":
    print("seed %d" % SEED, flush=True)
    AUTHORITY = synthetic_case.Authority(os.path.join(FOLDER, "authority"))
    FILES, KEYS = make(AUTHORITY)
    with open(CERTIFICATES, "wb") as ca:
        ca.write(AUTHORITY.certificates)
    remember()
    try:
        {one.__name__: one for one in (holds, changes, lists, hostile, entries, trees)}[WHAT]()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print("%s: as expected" % WHAT)
