"""What is asked of an archive once it is there: verifying it, one recording out of it, a look-up, a pass with no news."""

import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys

import corpus
import library
import measure
import servers
import whole_job

# The exit code of a pass that leaves something for the next one.
INCOMPLETE = 75


def line(rows, what, value, unit, goal="", detail=""):
    print(f"{what:62} {value:>10} {unit:8} {goal}")
    rows.append({"what": what, "value": value, "unit": unit, "goal": goal, "detail": detail})


def milliseconds(command, count=15, **options):
    """The median of several runs, after one that warms the caches."""
    runs = [measure.run(command, **options).wall * 1000 for _ in range(count + 1)]
    return round(statistics.median(runs[1:]), 1)


def startup(options):
    rows = []
    print("\nstart-up")
    line(rows, "callark --version", milliseconds([options.bin / "callark", "--version"]), "ms")
    line(rows, "curl --version", milliseconds(["curl", "--version"]), "ms")
    return rows


def small_root(options, name, sizes, day):
    """A root with a sealed day; returns the folder that holds it and its configuration."""
    folder = options.work / name
    folder.mkdir()
    made = corpus.Corpus.make(name, options.corpora, sizes, day)
    with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
        with servers.provider(made, plain, folder) as provider:
            whole_job.callark(options.bin / "callark", made, provider, certificate, folder)
    return folder


def verify(options):
    """Against reading and hashing the same files with what there is; an archive for each core."""
    rows = []
    size = 20_000_000 if options.quick else 1_000_000_000
    folder = options.work / "verify"
    folder.mkdir()
    for days in (3, 4):
        made = corpus.Corpus.make(f"verify-{days}", options.corpora, corpus.calls(size, seed=days), options.days_ago(days))
        with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
            with servers.provider(made, plain, folder) as provider:
                whole_job.callark(options.bin / "callark", made, provider, certificate, folder, keeping_root=days == 4)
    archives = sorted((folder / "root" / "archives").rglob("*.tar"))
    megabytes = sum(archive.stat().st_size for archive in archives) / 1e6
    print(f"\nverify: {len(archives)} archives of {megabytes:.0f} MB together; every run reads from the disk")
    files = " ".join(shlex.quote(str(archive)) for archive in archives)
    commands = {
        "callark verify": [options.bin / "callark", "verify", "--config", folder / "callark.yaml"],
        "sha256sum, one for each core": f"printf '%s\\0' {files} | xargs -0 -n 1 -P 2 sha256sum",
        "openssl dgst -sha256, one for each core": f"printf '%s\\0' {files} | xargs -0 -n 1 -P 2 openssl dgst -sha256",
        "the disk alone, one reader for each core":
            f"printf '%s\\0' {files} | xargs -0 -P 2 -I+ dd if=+ of=/dev/null bs=1M iflag=direct",
    }
    for name, command in commands.items():
        runs = []
        for _ in range(options.rounds):
            drop_from_cache(archives)
            runs.append(measure.run(command))
        wall, cpu = measure.median(runs, lambda cost: cost.wall), measure.median(runs, lambda cost: cost.cpu)
        line(rows, name, round(megabytes / wall), "MB/s", detail=f"{cpu:.2f} CPU s")
    shutil.rmtree(folder)
    return rows


def drop_from_cache(files):
    """The next reader gets them from the disk."""
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def flushes(options):
    """How many recordings become durable with one flush of their archive."""
    rows = []
    print("\nrecordings stored for each flush of their archive")
    for name, sizes in (("calls", corpus.calls(2_000_000_000)), ("small", corpus.small(10_000))):
        taken = sizes[: max(20, len(sizes) // 50)] if options.quick else sizes
        folder = options.work / "flushes"
        folder.mkdir()
        made = corpus.Corpus.make(f"flushes-{name}", options.corpora, taken, options.days_ago(3))
        log = folder / "flushes"
        traced = ["strace", "-f", "-qq", "-y", "-e", "trace=fdatasync", "-o", log]
        with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
            with servers.provider(made, plain, folder) as provider:
                whole_job.callark(options.bin / "callark", made, provider, certificate, folder, under=traced)
        count = sum("/spool/" in line and ".tar.open>" in line for line in log.read_text().splitlines())
        line(rows, name, round(len(taken) / max(count, 1), 1), "", ">= 10", detail=f"{count} flushes")
        shutil.rmtree(folder)
    return rows


def lost(options):
    """When the others are stored where the media host does not have one recording in fifty, each of which is tried eight times."""
    rows = []
    folder = options.work / "lost"
    folder.mkdir()
    made = corpus.Corpus.make("lost", options.corpora, corpus.small(500 if options.quick else 5_000), options.days_ago(3))
    missing = made.recordings[::50]
    for recording in missing:
        (made.folder / recording[4]).unlink(missing_ok=True)
    there = len(made.recordings) - len(missing)
    with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
        with servers.provider(made, plain, folder) as provider:
            config = whole_job.configured(options.bin / "callark", folder, provider, certificate)
            cost = measure.run(
                [options.bin / "callark", "archive", "--config", config, "--day", options.day_name(3), "--json"],
                marks={"stored": (b'"type":"stored"', there)}, statuses=(INCOMPLETE,),
            )
    print(f"\na pass over {len(made.recordings):,} recordings, {len(missing):,} of which are not to be had")
    line(rows, "until the others are stored", round(cost.marks["stored"], 1), "s")
    line(rows, "until those are given up", round(cost.wall), "s")
    line(rows, "resident", round(cost.resident), "MiB")
    shutil.rmtree(folder)
    return rows


def retrieval(options):
    """One recording out of an archive of 100 GB, and look-ups in large manifests."""
    rows = []
    folder = small_root(options, "library", [80_000], options.days_ago(3))
    config, database = folder / "callark.yaml", folder / "root" / "manifest.sqlite"
    subprocess.run(["sqlite3", database, "PRAGMA wal_checkpoint(TRUNCATE);"], check=True, stdout=subprocess.DEVNULL)
    day = options.days_ago(10) // library.DAY_MS
    count = 100_000 if options.quick else options.manifest_recordings
    library.fill(database, count, day)
    path, task, member = library.sparse_archive(folder / "root", database, day, 50_000)
    names = [f"data/{index}.wav" for index in range(50_000)]
    library.sparse_zip(folder / "day.zip", names)
    gigabytes = path.stat().st_size / 1e9
    print(f"\none recording of 2 MB out of an archive of {gigabytes:.0f} GB; a manifest of {count:,} recordings")
    binary = options.bin / "callark"
    out = folder / "out"
    fetch = f"rm -rf {out}; exec {binary} fetch --config {config} {task} -o {out}"
    line(rows, "callark fetch", milliseconds(fetch), "ms", "< 20")
    line(rows, "tar -x", milliseconds(["tar", "-xf", path, "-C", folder, member], count=3), "ms")
    unzip = ["unzip", "-q", "-o", folder / "day.zip", names[25_000], "-d", folder / "unzipped"]
    line(rows, "unzip", milliseconds(unzip, count=3), "ms")
    asked = library.task_ids(database, 16)
    lookups = [measure.run([binary, "list", "--config", config, "--task", task]).wall * 1000 for task in asked]
    line(rows, f"callark list --task, {count:,} recordings", round(statistics.median(lookups), 1), "ms", "< 5")
    window = ["--from", options.day_name(40), "--to", options.day_name(30)]
    for name, search in {
        "--agent, all time": ["--agent", "Agent 17"], "--agent, ten days": ["--agent", "Agent 17", *window],
        "--origin, all time": ["--origin", "+1 555 000 0000"], "--min-duration 24m": ["--min-duration", "24m"],
        "--agent nobody": ["--agent", "nobody"],
    }.items():
        cost = measure.median([measure.run([binary, "list", "--config", config, *search]) for _ in range(4)][1:],
                              lambda cost: cost.wall)
        line(rows, f"callark list {name}, {count:,} recordings", round(cost * 1000), "ms")
    line(rows, "manifest, after VACUUM", round(database.stat().st_size / count), "B/rec", "<= 320")
    shutil.rmtree(folder)
    return rows


def no_news(options):
    """A pass over a day in which everything is known and settled: its calls are older than the horizon."""
    rows = []
    tasks = 20_000 if options.quick else 100_000
    folder = options.work / "no-news"
    folder.mkdir()
    made = corpus.Corpus.repeat("no-news", options.corpora, tasks, 1_600, options.days_ago(3), per_task=1)
    with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
        with servers.provider(made, plain, folder) as provider:
            whole_job.callark(options.bin / "callark", made, provider, certificate, folder, horizon_days=1)
            again = [
                measure.run(
                    [options.bin / "callark", "archive", "--config", folder / "callark.yaml", "--day",
                     options.day_name(3)]
                )
                for _ in range(options.rounds + 1)
            ][1:]
    print(f"\na pass with nothing new over {tasks:,} tasks")
    line(rows, "CPU", round(measure.median(again, lambda cost: cost.cpu), 2), "s", "< 2")
    line(rows, "wall", round(measure.median(again, lambda cost: cost.wall), 2), "s")
    line(rows, "resident", round(measure.median(again, lambda cost: cost.resident)), "MiB")
    shutil.rmtree(folder)
    return rows


def rebuild(options):
    """A new manifest out of archives of many recordings."""
    rows = []
    count = 2_000 if options.quick else 50_000
    folder = small_root(options, "rebuild", [1_600] * count, options.days_ago(3))
    cost = measure.run([options.bin / "callark", "rebuild", "--discard-old", "--config", folder / "callark.yaml"])
    print(f"\nrebuild out of an archive of {count:,} recordings")
    line(rows, "wall, for a million recordings", round(cost.wall * 1_000_000 / count, 1), "s")
    line(rows, "resident", round(cost.resident), "MiB")
    shutil.rmtree(folder)
    return rows


def memory(options):
    """The most that a pass has resident: by how many downloads run at once, by size, and by how much is pending."""
    rows = []
    print("\nresident memory of a pass")
    scale = 20 if options.quick else 1
    sizes = corpus.calls(2_000_000_000 // scale)
    cases = [
        ("16 downloads at once, calls", sizes, 16, "< 128"),
        ("256 downloads at once, calls", sizes, 256, "< 256"),
        ("16 downloads at once, 1 KB to 2 GB", [1_000] * 200 + [1_000_000] * 50 + [2_000_000_000 // scale], 16, "< 128"),
    ]
    for name, these, concurrency, goal in cases:
        folder = options.work / "memory"
        folder.mkdir()
        made = corpus.Corpus.make(name.replace(" ", "-"), options.corpora, these, options.days_ago(3))
        with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
            with servers.provider(made, plain, folder) as provider:
                cost, _ = whole_job.callark(
                    options.bin / "callark", made, provider, certificate, folder, concurrency=concurrency
                )
        line(rows, name, round(cost.resident), "MiB", goal)
        shutil.rmtree(folder)
    return rows


def backlog(options):
    """The most that a pass has resident by how many recordings it finds; each is 1 KB."""
    rows = []
    print("\nresident memory of a pass over a backlog")
    found = []
    for count in (100, 1_000, 10_000) if options.quick else (1_000, 100_000, 1_000_000):
        folder = options.work / "backlog"
        folder.mkdir()
        made = corpus.Corpus.repeat(f"backlog-{count}", options.corpora, count, 1_000, options.days_ago(3))
        with servers.nginx(made.folder, folder / "nginx") as (plain, _, certificate):
            with servers.provider(made, plain, folder) as provider:
                cost, _ = whole_job.callark(options.bin / "callark", made, provider, certificate, folder)
        found.append(cost.resident)
        line(rows, f"{count:,} recordings", round(cost.resident), "MiB", detail=f"{cost.wall:.1f} s")
        shutil.rmtree(folder)
    line(rows, "the largest backlog against the smallest", round(found[-1] - found[0]), "MiB", "<= 10")
    return rows


if __name__ == "__main__":
    sys.exit(f"{pathlib.Path(__file__).name} is part of bench")
