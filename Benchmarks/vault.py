"""What a vault takes, with a real store (SeaweedFS) on the same machine: archives that go there, beside what others use to copy
them; one recording out of it, beside curl; and a manifest that is made anew out of it."""

import asyncio
import contextlib
import dataclasses
import glob
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading

import corpus
import measure
import points
import servers
import service
import whole_job
from points import line

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".build-vault"
BUCKET, REGION = "callark", "us-east-1"
DAYS = (3, 4, 5)

sys.path.insert(0, str(REPOSITORY / "Tests/vault"))
import engine  # noqa: E402


def vault(options):
    """Uploads, a ranged read, and a rebuild."""
    if not (ENVIRONMENT / "bin/weed").exists():
        sys.exit(f"{ENVIRONMENT} is missing: run this by `make bench`")
    return upload(options) + ranged_read(options) + rebuild(options)


@contextlib.contextmanager
def store(folder):
    """A fresh store with a bucket that can lock; yields its endpoint, and what makes Callark use it."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-B", REPOSITORY / "Tests/vault/engine.py", "seaweedfs", folder], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )
    try:
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        process.stdin.write(f"bucket {BUCKET} lock\n")
        process.stdin.flush()
        if (answer := process.stdout.readline().strip()) != "ok":
            sys.exit(f"the store: {answer}")
        yield endpoint
    finally:
        process.stdin.close()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def configured(endpoint, **more):
    """Every Callark that is started meanwhile has this vault."""
    values = {
        "ENDPOINT": endpoint, "REGION": REGION, "BUCKET": BUCKET, "PATH_STYLE": "true", "ACCESS_KEY_ID": engine.ACCESS_KEY,
        "SECRET_ACCESS_KEY": engine.SECRET_KEY, "LOCK": "compliance", "RETAIN_YEARS": "1", **more,
    }
    before = dict(os.environ)
    os.environ.update({f"CALLARK_VAULT_{name}": value for name, value in values.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def archive_days(options, folder, sizes):
    """Seals a day for each list of sizes; returns the configuration."""
    for days, these in zip(DAYS, sizes):
        made = corpus.Corpus.make(f"vault-{days}", options.work / "corpora", these, options.days_ago(days))
        with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
            with servers.provider(made, plain, folder) as provider:
                whole_job.callark(options.bin / "callark", made, provider, certificate, folder, keeping_root=days != DAYS[0])
        shutil.rmtree(made.folder)
    return folder / "callark.yaml"


# Uploads


def upload(options):
    total = 60_000_000 if options.quick else options.vault_bytes
    folder = options.work / "vault-upload"
    folder.mkdir()
    each = total // len(DAYS)
    config = archive_days(options, folder, [corpus.calls(each, seed=days) for days in DAYS])
    root = folder / "root"
    archives = sorted((root / "archives").rglob("*.tar"))
    byte_count = sum(path.stat().st_size for path in archives)
    kept = folder / "kept"
    shutil.copytree(root, kept, ignore=shutil.ignore_patterns("archives"))
    costs = {}
    for _ in range(options.rounds):
        for who, command, environment in uploaders(options, root, config):
            restore(root, kept)
            points.drop_from_cache(archives)
            subprocess.run(["sync"], check=True)
            with store(folder / "store") as endpoint, configured(endpoint):
                if who.startswith("Callark"):
                    subprocess.run([options.bin / "callark", "vault", "check", "--config", config], check=True,
                                   stdout=subprocess.DEVNULL)
                cost = measure.run([text.replace("ENDPOINT", endpoint) for text in map(str, command)], environment=environment)
                expect_bytes(endpoint, who, byte_count)
            costs.setdefault(who, []).append(cost)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    shutil.rmtree(folder)
    return report(f"{len(archives)} daily archives of {byte_count / 1e9:.2f} GB into a vault", byte_count, costs)


def restore(root, kept):
    """What Callark knows, as before anything was in a vault. The archives stay."""
    for path in root.iterdir():
        if path.name != "archives":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(kept, root, dirs_exist_ok=True)


def uploaders(options, root, config):
    """Who copies archives, as (name, command, environment); ENDPOINT is to be replaced."""
    python = ENVIRONMENT / "bin/python"
    keys = {"AWS_ACCESS_KEY_ID": engine.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": engine.SECRET_KEY, "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
    folder, target = root / "archives", f"s3://{BUCKET}/archives/"
    push = [options.bin / "callark", "vault", "push", "--config", config]
    yield "Callark, read back by checksum", push, {"CALLARK_VAULT_READ_BACK": "checksum"}
    yield "Callark, read back whole", push, {"CALLARK_VAULT_READ_BACK": "whole"}
    yield "aws s3 cp", [python, ENVIRONMENT / "bin/aws", "--endpoint-url", "ENDPOINT", "s3", "cp", "--recursive",
                        "--only-show-errors", folder, target], keys
    yield "rclone copy", [
        ENVIRONMENT / "bin/rclone", "copy", "-q", "--config", "/dev/null", "--s3-provider", "SeaweedFS", "--s3-endpoint",
        "ENDPOINT", "--s3-env-auth", "--s3-region", REGION, "--s3-no-check-bucket", folder, f":s3:{BUCKET}/archives"], keys
    found = glob.glob(str(ENVIRONMENT / "lib/python*/site-packages/s5cmd/bin/s5cmd")) or [shutil.which("s5cmd")]
    if found[0]:
        yield "s5cmd cp", [found[0], "--endpoint-url", "ENDPOINT", "--log", "error", "cp", f"{folder}/", target], keys
    else:
        print("s5cmd is not installed: left out", file=sys.stderr)


def expect_bytes(endpoint, who, byte_count):
    """The store has at least the archives' bytes."""
    status, body = engine.request(endpoint, "GET", f"/{BUCKET}", "list-type=2&prefix=archives%2F")
    sizes = [int(text.split("<")[0]) for text in body.decode().split("<Size>")[1:]]
    if status != 200 or sum(sizes) < byte_count:
        sys.exit(f"{who}: the store has {sum(sizes)} of {byte_count} bytes")


def report(title, byte_count, costs):
    """Prints a table; returns its rows."""
    print(f"\n{title}")
    print(f"{'':36} {'wall s':>8} {'MB/s':>6} {'CPU s':>8} {'MiB':>6}")
    rows, walls, memories = [], {}, {}
    for who, runs in costs.items():
        walls[who] = measure.median(runs, lambda cost: cost.wall)
        memories[who] = measure.median(runs, lambda cost: cost.resident)
        cpu = measure.median(runs, lambda cost: cost.cpu)
        print(f"{who:36} {walls[who]:8.2f} {byte_count / 1e6 / walls[who]:6.0f} {cpu:8.2f} {memories[who]:6.0f}")
        rows.append({"corpus": title, "who": who, "bytes": byte_count, "rounds": len(runs), "wall_seconds": round(walls[who], 3),
                     "cpu_seconds": round(cpu, 3), "resident_mib": round(memories[who])})
    others = [who for who in costs if not who.startswith("Callark")]
    fastest, smallest = min(others, key=walls.get), min(others, key=memories.get)
    for who in costs:
        if who.startswith("Callark"):
            wall, memory = walls[who] / walls[fastest], memories[who] / memories[smallest]
            print(f"{who}: {wall:.2f} of the time of {fastest} (goal: <= 1), {memory:.2f} of the memory of {smallest} (goal: < 1)")
            rows.append({"corpus": title, "who": f"{who}: ratio", "peer": fastest, "wall": round(wall, 3),
                         "memory_peer": smallest, "memory": round(memory, 3)})
    return rows


# One recording


class Counter:
    """Passes on what goes to a store, and counts the requests."""

    def __init__(self, endpoint):
        self.port, self.requests = int(endpoint.rsplit(":", 1)[1]), 0
        self.loop, started = asyncio.new_event_loop(), threading.Event()

        async def begin():
            server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
            self.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            started.set()

        def run():
            self.loop.create_task(begin())
            self.loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        started.wait()

    async def connect(self, reader, writer):
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(self.pass_on(reader, to_writer, True), self.pass_on(to_reader, writer, False))

    async def pass_on(self, reader, writer, counts):
        with contextlib.suppress(OSError):
            while piece := await reader.read(1 << 16):
                # The heads of requests that read are shorter than a piece.
                self.requests += piece.count(b" HTTP/1.1\r\n") if counts else 0
                writer.write(piece)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()


def ranged_read(options):
    rows = []
    folder = options.work / "vault-read"
    folder.mkdir()
    binary, config = options.bin / "callark", folder / "callark.yaml"
    sizes = corpus.calls(20_000_000 if options.quick else 1_000_000_000)
    with store(folder / "store") as endpoint, configured(endpoint, KEEP_LOCAL_DAYS="0"):
        archive_days(options, folder, [sizes])
        if list((folder / "root/archives").rglob("*.tar")):
            sys.exit("an archive is still on the disk")
        listed = subprocess.run([binary, "list", "--config", config, "--json"], check=True, stdout=subprocess.PIPE).stdout
        found = [row for row in map(json.loads, listed.splitlines()) if row["type"] == "recording"]
        alone = [row for row in found if [each["task_id"] for each in found].count(row["task_id"]) == 1]
        row = min(alone, key=lambda row: abs(row["bytes"] - 1_000_000))
        key = str(pathlib.Path(row["archive"])).split("/root/")[-1]
        key = key if key.endswith(".tar") else archive_key(row)
        print(f"\none recording of {row['bytes'] / 1e6:.1f} MB out of an archive of {sum(sizes) / 1e9:.2f} GB in a vault")
        last = row["offset"] + row["bytes"] - 1
        curl = ["curl", "-sS", "--fail", "--aws-sigv4", f"aws:amz:{REGION}:s3", "--user",
                f"{engine.ACCESS_KEY}:{engine.SECRET_KEY}", "-H", f"Range: bytes={row['offset']}-{last}", "-o", "/dev/null"]
        base = points.milliseconds([*curl, f"{endpoint}/{BUCKET}/{key}"])
        line(rows, "curl of the same range", base, "ms")
        out = folder / "out"
        fetch = f"rm -rf {out}; exec {binary} fetch --config {config} {row['task_id']} -o {out}"
        taken = points.milliseconds(fetch)
        line(rows, "callark fetch, with its start, its log and its file", taken, "ms")
        reviewer = service.key_of(binary, config, "reviewer", "bench")
        path = f"/api/v1/calls/acme/{row['task_id']}/{row['file']}"
        with service.Service(binary, config, folder / "serve.log") as served:
            audio = points.milliseconds(["curl", "-sS", "--fail", "-H", f"Authorization: Bearer {reviewer}", "-o", "/dev/null",
                                         served.origin + path])
        line(rows, "curl of the service, which reads the vault", audio, "ms")
        line(rows, "  against curl of the range", round(audio / base, 2), "times", "< 1.2")
        counter = Counter(endpoint)
        with configured(counter.endpoint):
            measure.run(fetch)
        line(rows, "requests of callark fetch to the store: audio, metadata", counter.requests, "", "2")
    shutil.rmtree(folder)
    return rows


def archive_key(row):
    """Of the archive's name alone."""
    name = pathlib.Path(row["archive"]).name
    year, month = row["day"].split("-")[:2]
    return f"archives/{row['organization']}/{year}/{month}/{name.removesuffix('.tar')}.tar"


# A bare machine


def rebuild(options):
    """Of two vaults that differ in the number of their recordings only: what the larger one takes more is what its recordings take."""
    small, large = (rebuilt(options, count) for count in ((600, 3_000) if options.quick else (5_000, 50_000)))
    print(f"\na manifest made anew out of a vault, of {small.recordings:,} and of {large.recordings:,} recordings in "
          f"{large.archives} archives each")
    rows, detail = [], f"from {small.recordings} and {large.recordings} recordings"
    for each in (small, large):
        line(rows, f"wall, {each.recordings:,} recordings", round(each.wall, 2), "s")
    fixed, further = straight_line(small, large, "wall")
    line(rows, "wall, whatever the number: start, log, requests for each archive", round(fixed, 2), "s", detail=detail)
    if further > 0:
        line(rows, "wall, for a million recordings in as many archives", round(fixed + further * 1_000_000), "s", "< 600", detail)
    else:
        line(rows, "wall, for a million recordings in as many archives", "unknown", "", "< 600", "less than the runs vary")
    fixed, further = straight_line(small, large, "byte_count")
    line(rows, "bytes read, whatever the number", round(fixed), "B", detail=detail)
    line(rows, "bytes read for each further recording", round(further), "B", "< 2000", detail)
    line(rows, "requests", large.requests, "", detail=f"{large.recordings} recordings, {large.archives} archives")
    line(rows, "resident", round(large.resident), "MiB", detail=f"{large.recordings} recordings")
    return rows


@dataclasses.dataclass
class Rebuilt:
    """What a rebuild took: medians of its rounds."""

    recordings: int
    archives: int
    wall: float
    byte_count: float
    requests: int
    resident: float


def straight_line(small, large, what):
    """What both have in common, and what each further recording takes."""
    further = (getattr(large, what) - getattr(small, what)) / (large.recordings - small.recordings)
    return getattr(small, what) - further * small.recordings, further


def rebuilt(options, count):
    folder = options.work / "vault-rebuild"
    folder.mkdir()
    binary, config = options.bin / "callark", folder / "callark.yaml"
    costs, summaries = [], []
    with store(folder / "store") as endpoint, configured(endpoint):
        archive_days(options, folder, [[1_600] * (count // len(DAYS)) for _ in DAYS])
        for _ in range(options.rounds):
            shutil.rmtree(folder / "root")
            said = folder / "rebuild.jsonl"
            costs.append(measure.run(f"exec {binary} rebuild --from-vault --take-over --json --config {config} >{said}"))
            summaries.append(json.loads(said.read_text().splitlines()[-1]))
    shutil.rmtree(folder)
    if any(each["recordings"] != count // len(DAYS) * len(DAYS) for each in summaries):
        sys.exit(f"a rebuild of {count} recordings found {[each['recordings'] for each in summaries]}")
    return Rebuilt(
        summaries[0]["recordings"], summaries[0]["archives"], statistics.median(cost.wall for cost in costs),
        statistics.median(each["vault_bytes"] for each in summaries),
        round(statistics.median(each["vault_requests"] for each in summaries)), statistics.median(cost.resident for cost in costs))
