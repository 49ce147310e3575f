"""The evidence log as it is after years. A log that Callark began goes on with as many entries of recordings as are asked
for, written here from the formats (docs/evidence.md): tiles, bundles, and a checkpoint that OpenSSL signs with its key."""

import base64
import hashlib
import json
import pathlib
import random
import statistics
import subprocess
import tempfile
import uuid

import library
import measure
from points import line, milliseconds, small_root

WIDTH = 256


class Log:
    """A log of Callark's, to be made longer."""

    def __init__(self, root, organization="acme"):
        self.folder = pathlib.Path(root) / "log" / organization
        self.key = pathlib.Path(root) / "spool" / "credentials" / "log.key"
        self.origin, size, _ = (self.folder / "checkpoint").read_text().split("\n")[:3]
        self.entries = []
        for tile in range((int(size) + WIDTH - 1) // WIDTH):
            width = min(WIDTH, int(size) - WIDTH * tile)
            data, at = self.path("entries", tile, width).read_bytes(), 0
            for _ in range(width):
                length = int.from_bytes(data[at:at + 2], "big")
                self.entries.append(data[at + 2:at + 2 + length])
                at += 2 + length
        self.size = len(self.entries)

    def path(self, level, index, width):
        name = str(index).zfill((len(str(index)) + 2) // 3 * 3)
        parts = [name[at:at + 3] for at in range(0, len(name), 3)]
        place = "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
        return self.folder / f"tile/{level}/{place}{'' if width == WIDTH else f'.p/{width}'}"

    def stored(self):
        """The first entry of a recording, as a pattern for others."""
        return next(entry for entry in map(json.loads, self.entries) if entry["type"] == "recording.stored")

    def write(self, level, index, width, data):
        path = self.path(level, index, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)

    def lengthen(self, more):
        """Adds the entries of an iterator, and publishes all of them."""
        roots, bundle = [], list(self.entries)
        while len(bundle) >= WIDTH:
            roots.append(self.tile(len(roots), bundle[:WIDTH]))
            bundle = bundle[WIDTH:]
        for entry in more:
            bundle.append(entry)
            self.size += 1
            if len(bundle) == WIDTH:
                roots.append(self.tile(len(roots), bundle))
                bundle = []
        tops = list(roots)
        if bundle:
            tops.append(self.tile(len(roots), bundle))
        level = 1
        while len(roots) > 0:
            full = []
            for index in range(0, len(roots), WIDTH):
                hashes = roots[index:index + WIDTH]
                self.write(level, index // WIDTH, len(hashes), b"".join(hashes))
                if len(hashes) == WIDTH:
                    full.append(root_of(hashes))
            roots, level = full, level + 1
        self.publish(root_of(tops))

    def tile(self, index, bundle):
        leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in bundle]
        data = b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle)
        self.write("entries", index, len(bundle), data)
        self.write(0, index, len(bundle), b"".join(leaves))
        return root_of(leaves)

    def publish(self, root):
        text = f"{self.origin}\n{self.size}\n{base64.b64encode(root).decode()}\n"
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", file.name]
            signature = subprocess.run(command, capture_output=True, check=True).stdout
        identifier = bytes.fromhex((self.folder / "vkey").read_text().split("+")[1])
        signed = base64.b64encode(identifier + signature).decode()
        (self.folder / "checkpoint").write_text(f"{text}\n\u2014 {self.origin} {signed}\n")
        (self.folder / "tail").write_text('{"start":%d}\n' % self.size)

    def bytes(self):
        """What tiles and bundles take, without what a file system adds."""
        return sum(file.stat().st_size for file in (self.folder / "tile").rglob("*") if file.is_file())


def root_of(hashes):
    """The root above leaves, or above subtrees of one size, of which only the last may be smaller."""
    while len(hashes) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + hashes[len(pairs) * 2:]
    return hashes[0]


def entries(pattern, count, begin, archive, known=()):
    """Entries like `pattern`. `known` has tasks and files by the number of the entry that is theirs."""
    known = dict(known)
    for number in range(count):
        digest = hashlib.sha256(number.to_bytes(8, "big")).hexdigest()
        task = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
        identifier = f"{digest[32:40]}-{digest[40:44]}-4{digest[45:48]}-8{digest[49:52]}-{digest[52:64]}"
        file = f"main-20251120T080000123Z-{identifier}.wav"
        task, file = known.get(begin + number, (task, file))
        yield (TEXT % (pattern["actor"], archive, pattern["bytes"], pattern["org"], task, file, digest, digest, task,
                       pattern["time"] + number // 1000)).encode()


TEXT = (
    '{"actor":%s,"archive":"%s","bytes":%d,"org":"%s","path":"data/%s/%s","record":"%s","sha256":"%s","task_id":"%s",'
    '"time":%d,"type":"recording.stored","v":1}'
)


def evidence(options):
    """Checking a long log, a proof out of a longer one, and the bytes that a recording takes of it."""
    rows = []
    some, many = (20_000, 50_000) if options.quick else (1_000_000, options.manifest_recordings)
    binary = options.bin / "callark"
    folder = small_root(options, "evidence", [80_000] * 600, options.days_ago(3))
    config, root = folder / "callark.yaml", folder / "root"
    log = Log(root)
    stored = sum(b'"type":"recording.stored"' in entry for entry in log.entries)
    print(f"\nthe evidence log: {some:,} entries to check, a proof out of {many:,}")
    line(rows, f"log, bytes a recording, as a pass over {stored} wrote it", round(log.bytes() / stored), "B", "<= 400")
    pattern = log.stored()
    pattern["actor"] = json.dumps(pattern["actor"], separators=(",", ":"), sort_keys=True)
    # An archive that is not sealed, so that nothing has to be on the disk.
    archive = "acme-2001-01-01-001"
    (root / "spool" / f"{archive}.jsonl").write_bytes(b"")
    log.lengthen(entries(pattern, some, log.size, archive))
    runs = [measure.run([binary, "log", "verify", "--config", config]) for _ in range(1 + options.rounds)][1:]
    wall = round(measure.median(runs, lambda cost: cost.wall), 1)
    line(rows, f"callark log verify, {log.size:,} entries", wall, "s", "< 15")
    line(rows, "the same, resident", round(measure.median(runs, lambda cost: cost.resident)), "MiB", "<= 100")
    database = root / "manifest.sqlite"
    subprocess.run(["sqlite3", database, "PRAGMA wal_checkpoint(TRUNCATE);"], check=True, stdout=subprocess.DEVNULL)
    library.fill(database, many, options.days_ago(10) // library.DAY_MS)
    log, wanted = Log(root), {}
    for task in library.task_ids(database, 17):
        listed = subprocess.run([binary, "list", "--config", config, "--task", task, "--json"], stdout=subprocess.PIPE,
                                check=False).stdout
        row = next(row for row in map(json.loads, listed.splitlines()) if row["type"] == "recording")
        place = random.Random(task).randrange(log.size, log.size + many)
        wanted[place] = task, row["file"]
    log.lengthen(entries(pattern, many, log.size, archive, wanted))
    for place, (task, _) in wanted.items():
        library.sql(database, "UPDATE recording SET leaf = %d WHERE task = (SELECT row FROM task WHERE id = x'%s');"
                    % (place, task.replace("-", "")))
    costs = []
    for task, file in wanted.values():
        prove = [binary, "log", "prove", "--config", config, f"data/{task}/{file}", "-o", folder / "proofs"]
        costs.append(measure.run(prove).wall * 1000)
    line(rows, f"callark log prove, one of {log.size:,} entries", round(statistics.median(costs[1:]), 1), "ms", "< 20")
    program = folder / "verify.py"
    subprocess.run([binary, "log", "verifier", "-o", program], check=True)
    for place in wanted:
        name = f"{pattern['org']}-{log.origin.rpartition('/')[2]}-{place}"
        files = [f"{name}.tlog-proof", f"{name}.entry", "--key", log.folder / "vkey"]
        subprocess.run(["python3", "-B", program, "proof", *files], cwd=folder / "proofs", check=True,
                       stdout=subprocess.DEVNULL)
    unknown = [binary, "log", "prove", "--config", config, "data/unknown/call.wav", "-o", folder / "proofs"]
    scan = measure.run(unknown, statuses=(66,))
    line(rows, "the same without the manifest's help: a search of the whole log", round(scan.wall, 1), "s")
    fetch = f"rm -rf {folder}/out; exec {binary} fetch --config {config} {first_task(root)} -o {folder}/out"
    line(rows, "callark fetch, with its entry in that log", milliseconds(fetch), "ms", "< 40")
    return rows


def first_task(root):
    """A task whose recording the small pass has archived."""
    text = library.sql(root / "manifest.sqlite", "SELECT hex(id) FROM task ORDER BY row LIMIT 1;").strip()
    return str(uuid.UUID(hex=text)) if len(text) == 32 else bytes.fromhex(text).decode()
