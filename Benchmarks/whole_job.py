"""Callark's whole job against what others do of it: `whole_job.measure(...)`."""

import datetime
import pathlib
import shutil
import subprocess

import measure
import peers
import servers


# As many bytes, written past the page cache and flushed: nothing that ends with them on the disk can be faster.
DISK_ALONE = "the disk alone (dd)"
# All recordings received and thrown away, which no job here can do without.
RECEIVING_ALONE = "receiving alone (curl)"
# The rows that a pass leaves in the manifest, inserted once, in one transaction, by SQLite's own command.
ROWS_ALONE = "the manifest's rows alone (sqlite3)"
FLOORS = (RECEIVING_ALONE, ROWS_ALONE, DISK_ALONE)


def configuration(root, provider, certificate, concurrency=16, memory_bytes=None, horizon_days=7):
    memory = "" if memory_bytes is None else f"  memory_bytes: {memory_bytes}\n"
    return f"""
archive: {{ root: {root}, minimum_free_bytes: 0 }}
organizations:
  - name: acme
    org_id: {servers.ORGANIZATION}
    api_base_url: {provider}/v1
    oauth_base_url: {provider}/v1
    auth: {{ client_id: cid, client_secret: s, refresh_token: r }}
    requests_per_minute: 100000
captures: {{ horizon_days: {horizon_days} }}
downloads:
  concurrency: {concurrency}
  ca_file: {certificate}
{memory}"""


def configured(binary, work, provider, certificate, **options):
    """Writes the configuration of a root below `work`, and makes the root; returns the configuration's path."""
    config = pathlib.Path(work) / "callark.yaml"
    config.write_text(configuration(pathlib.Path(work) / "root", provider, certificate, **options))
    config.chmod(0o600)
    subprocess.run([binary, "init", "--config", config], check=True, stdout=subprocess.DEVNULL)
    return config


def callark(binary, corpus, provider, certificate, work, keeping_root=False, under=(), **options):
    """One pass over the corpus's day, in a fresh root or after what is there: its cost, with the marks `stored` and
    `sealed`.

    under: a command that runs it, such as strace.
    """
    root = pathlib.Path(work) / "root"
    if not keeping_root:
        shutil.rmtree(root, ignore_errors=True)
    config = configured(binary, work, provider, certificate, **options)
    day = datetime.datetime.fromtimestamp(corpus.day_start / 1000, datetime.timezone.utc).strftime("%Y-%m-%d")
    subprocess.run(["sync"], check=True)
    cost = measure.run(
        [*under, binary, "archive", "--config", config, "--day", day, "--json"],
        marks={"stored": (b'"type":"stored"', len(corpus.recordings)), "sealed": (b'"type":"sealed"', None)},
    )
    listed = subprocess.run(
        [binary, "list", "--config", config, "--day", day, "--state", "archived", "--json"], check=True, stdout=subprocess.PIPE
    ).stdout.count(b'"type":"recording"')
    if listed != len(corpus.recordings):
        raise SystemExit(f"{listed} of {len(corpus.recordings)} recordings are archived")
    return cost, root


def peer(command, corpus, origin, work):
    folder = pathlib.Path(work) / "peer"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    peers.prepare(corpus, origin, folder)
    subprocess.run(["sync"], check=True)
    cost = measure.run(command, cwd=folder)
    shutil.rmtree(folder)
    return cost


def rounds(binary, corpus, media, certificate, provider, work, python, count):
    """All of them `count` times, one after the other in each round. Yields (name, cost)."""
    commands = peers.commands(corpus, media, certificate, python)
    for _ in range(count):
        cost, root = callark(binary, corpus, provider, certificate, work)
        yield "Callark", cost
        yield ROWS_ALONE, rows_alone(root / "manifest.sqlite", work)
        shutil.rmtree(root)
        for name, command in commands.items():
            yield name, peer(command, corpus, media, work)
        yield RECEIVING_ALONE, peer(peers.receiving(certificate), corpus, media, work)
        yield DISK_ALONE, disk_alone(corpus.byte_count, work)


def rows_alone(manifest, work):
    dump, database = pathlib.Path(work) / "manifest.sql", pathlib.Path(work) / "rows.sqlite"
    with open(dump, "wb") as file:
        subprocess.run(["sqlite3", manifest, ".dump"], check=True, stdout=file)
    cost = measure.run(["sqlite3", database, f".read {dump}"])
    dump.unlink()
    database.unlink()
    return cost


def disk_alone(byte_count, work):
    file = pathlib.Path(work) / "zeros"
    blocks = max(1, byte_count >> 20)
    subprocess.run(["sync"], check=True)
    cost = measure.run(["dd", "if=/dev/zero", f"of={file}", "bs=1M", f"count={blocks}", "oflag=direct", "conv=fsync"])
    file.unlink()
    return cost
