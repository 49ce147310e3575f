"""What `callark serve` bears: players beside a pass, audio beside nginx, and how soon it has a recording."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import corpus
import servers
import whole_job
from points import line

PLAYERS = 200
# What a player reads at once, and how often.
CHUNK = 64 << 10
PERIOD = 2

# Each of wrk's connections asks every two seconds for the next 64 KiB of some recording. The recordings take turns, so that
# each of them is read from its beginning to its end, as by a player of its own.
PACED = """
local urls, sizes, places, turn = {}, {}, {}, 0
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init(args)
  local row = 0
  perThread = args[3]
  math.randomseed(number + 1)
  for text in io.lines(args[1]) do
    local size, url = text:match("^(%d+) (.+)$")
    if row % tonumber(args[2]) == number then
      urls[#urls + 1] = url; sizes[#sizes + 1] = tonumber(size); places[#places + 1] = 0
    end
    row = row + 1
  end
end
function request()
  turn = turn % #urls + 1
  local first = places[turn]
  local last = math.min(first + CHUNK, sizes[turn]) - 1
  places[turn] = last + 1 < sizes[turn] and last + 1 or 0
  return wrk.format("GET", urls[turn], {["Authorization"] = wrk.headers["Authorization"], ["Range"] = "bytes=" .. first .. "-" .. last})
end
-- Players do not begin at the same moment.
local begun = 0
function delay()
  begun = begun + 1
  return begun <= tonumber(perThread) and math.random(0, DELAY) or DELAY
end
""" .replace("CHUNK", str(CHUNK)).replace("DELAY", str(PERIOD * 1000))

# As fast as it goes, whole recordings.
UNPACED = """
local urls, turn = {}, 0
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init(args)
  for text in io.lines(args[1]) do urls[#urls + 1] = text:match("^%d+ (.+)$") end
  turn = math.floor(number * #urls / tonumber(args[2]))
end
function request()
  turn = turn % #urls + 1
  return wrk.format("GET", urls[turn])
end
"""

DONE = """
function done(summary, latency)
  io.write(string.format('\\nRESULT {"requests":%d,"bytes":%d,"seconds":%.3f,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50_ms":%.2f,"p99_ms":%.2f}\\n',
    summary.requests, summary.bytes, summary.duration / 1e6, summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Wrk:
    """wrk over a list of recordings, while the block runs."""

    def __init__(self, work, script, origin, rows, connections, seconds, key=None, threads=2):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=work))
        (self.folder / "run.lua").write_text(script + DONE)
        (self.folder / "urls").write_text("".join(f"{size} {path}\n" for path, size in rows))
        command = ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", "10s", "-s",
                   self.folder / "run.lua"]
        if key:
            command += ["-H", f"Authorization: Bearer {key}"]
        self.command = [*command, origin, "--", self.folder / "urls", threads, connections // threads]

    def start(self):
        self.process = subprocess.Popen(
            list(map(str, self.command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self

    def result(self):
        """The figures; fails if wrk did."""
        said, _ = self.process.communicate()
        found = re.search(r"^RESULT (\{.*\})$", said, re.M)
        if self.process.returncode or not found:
            sys.exit(f"wrk: exit code {self.process.returncode}\n{said}")
        return json.loads(found[1])


def errors(result):
    return {kind: result[kind] for kind in ("status", "connect", "read", "write", "timeout") if result[kind]}


class Service:
    """`callark serve` over a configured root."""

    def __init__(self, binary, config, log, environment=None):
        self.binary, self.config = binary, config
        self.environment = {**os.environ, "CALLARK_SERVICE_LISTEN": "127.0.0.1:0", **(environment or {})}
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [binary, "serve", "--config", config], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env=self.environment,
            )
        self.log = pathlib.Path(log)
        for _ in range(600):
            found = re.search(r"listening at (http://\S+)", self.log.read_text())
            if found:
                break
            if self.process.poll() is not None:
                sys.exit(f"callark serve: exit code {self.process.returncode}\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)
        else:
            sys.exit("callark serve does not listen")
        self.origin = found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def resident(self):
        """The largest resident memory so far, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def ask(self, path, key, method="GET", body=None):
        request = urllib.request.Request(self.origin + path, method=method)
        request.add_header("Authorization", f"Bearer {key}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if content[:1] in (b"{", b"[") else content.decode()

    def run_pass(self, key, day):
        """Runs a pass over a day; returns its seconds."""
        made = self.ask("/api/v1/passes", key, "POST", {"organizations": ["acme"], "day": day})
        while True:
            state = self.ask(f"/api/v1/passes/{made['id']}", key)
            if state["state"] not in ("waiting", "running"):
                break
            time.sleep(0.1)
        if state["state"] != "complete":
            sys.exit(f"the pass is {state['state']}: {json.dumps(state)[:1000]}")
        return (moment(state["ended_time"]) - moment(state["begun_time"])).total_seconds()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def key_of(binary, config, role, name):
    made = subprocess.run(
        [binary, "keys", "create", "--config", config, "--name", name, "--role", role, "--json"], check=True,
        stdout=subprocess.PIPE,
    ).stdout
    return json.loads(made.splitlines()[0])["key"]


class Lookups:
    """Asks for one call after the other, 50 a second at most, on a connection that stays open."""

    def __init__(self, service, key, paths):
        self.service, self.key, self.paths = service, key, paths
        self.taken, self.failed, self.ends = [], 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def run(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.service.origin).netloc, timeout=30)
        turn = 0
        while not self.ends.wait(0.02):
            began = time.monotonic()
            connection.request("GET", self.paths[turn % len(self.paths)], headers={"Authorization": f"Bearer {self.key}"})
            answer = connection.getresponse()
            answer.read()
            self.taken.append((began, (time.monotonic() - began) * 1000))
            self.failed += answer.status != 200
            turn += 1
        connection.close()


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def held(binary, config, day):
    """The recordings of a day: the path of each in the API, its call's, its size, and the ID of its recording."""
    listed = subprocess.run(
        [binary, "list", "--config", config, "--day", day, "--state", "archived", "--json"], check=True,
        stdout=subprocess.PIPE,
    ).stdout
    rows = [json.loads(text) for text in listed.splitlines()]
    return [
        (f"/api/v1/calls/acme/{row['task_id']}/{row['file']}", f"/api/v1/calls/acme/{row['task_id']}", row["bytes"],
         row["recording_id"])
        for row in rows if row["type"] == "recording"
    ]


def players(options):
    """200 players while a pass over 2 GB runs; then, without a pass, as many bytes as go, beside nginx."""
    rows, binary, work = [], options.bin / "callark", options.work / "players"
    work.mkdir()
    played = corpus.calls(20_000_000 if options.quick else 400_000_000, seed=5)
    passed = corpus.calls(40_000_000 if options.quick else 2_000_000_000)
    days = [corpus.Corpus.make("played", options.corpora, played, options.days_ago(4)),
            corpus.Corpus.make("calls-2gb", options.corpora, passed, options.days_ago(3))]
    both = corpus.Corpus(
        "players", options.corpora,
        [(*row[:4], f"{day.name}/{row[4]}", row[5]) for day in days for row in day.recordings], days[0].day_start,
    )
    with contextlib.ExitStack() as stack:
        plain, _, certificate = stack.enter_context(servers.nginx(both.folder, work / "nginx"))
        provider = stack.enter_context(servers.provider(both, plain, work))
        config = whole_job.configured(binary, work, provider, certificate)
        subprocess.run(
            [binary, "archive", "--config", config, "--day", options.day_name(4)], check=True, stdout=subprocess.DEVNULL
        )
        recordings = held(binary, config, options.day_name(4))
        keys = {role: key_of(binary, config, role, role) for role in ("reviewer", "operator")}
        root, kept = work / "root", work / "kept"
        root.rename(kept)

        def with_fresh_root(body):
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(kept, root, symlinks=True)
            subprocess.run(["sync"], check=True)
            with Service(binary, config, work / "serve.log") as service:
                return body(service)

        alone, beside = [], []
        # The first round fills the caches, and does not count.
        for round_number in range(options.rounds + 1):
            one = with_fresh_root(lambda service: service.run_pass(keys["operator"], options.day_name(3)))
            other = with_fresh_root(lambda service: played_pass(service, keys, recordings, options, work))
            if round_number or options.quick:
                alone.append(one)
                beside.append(other)
            print(".", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        gigabytes = days[1].byte_count / 1e9
        usual, slowed = statistics.median(alone), statistics.median(run["pass"] for run in beside)
        lookups = [taken for run in beside for taken in run["lookups"]]
        wrong = [found for run in beside for found in [errors(run["wrk"])] if found]
        failed = sum(run["failed"] for run in beside)
        print(f"\n{PLAYERS} players, 64 KiB every two seconds each, while a pass over {gigabytes:.2f} GB runs ({len(beside)} rounds)")
        line(rows, "errors of players and look-ups", len(wrong) + failed, "", "0", json.dumps(wrong))
        line(rows, "requests of players", sum(run["wrk"]["requests"] for run in beside), "")
        line(rows, "p99 of players' requests", round(max(run["wrk"]["p99_ms"] for run in beside)), "ms")
        line(rows, "resident memory of the service", round(max(run["resident"] for run in beside)), "MiB", "< 256")
        line(rows, "the pass alone", round(usual, 2), "s")
        line(rows, "the pass beside the players", round(slowed, 2), "s")
        line(rows, "slowdown of the pass", round((slowed / usual - 1) * 100), "%", "< 25")
        line(rows, "look-ups during the passes", len(lookups), "")
        line(rows, "p50 of look-ups", round(percentile(lookups, 0.5), 1), "ms")
        line(rows, "p99 of look-ups", round(percentile(lookups, 0.99), 1), "ms", "< 50")
        rows += with_fresh_root(
            lambda service: unpaced(service, keys["reviewer"], recordings, days[0], plain, options, work)
        )
    shutil.rmtree(work)
    return rows


def played_pass(service, keys, recordings, options, work):
    """One pass while the players play and calls are looked up."""
    chosen = [(path, size) for path, _, size, _ in recordings][:PLAYERS]
    calls = [call for _, call, _, _ in recordings]
    # Connections, and each recording's first entry in the evidence log, come before the pass.
    lead, limit = (4, 60) if not options.quick else (3, 20)
    wrk = Wrk(work, PACED, service.origin, chosen, PLAYERS, limit, keys["reviewer"]).start()
    with Lookups(service, keys["operator"], calls) as lookups:
        time.sleep(lead)
        began = time.monotonic()
        seconds = service.run_pass(keys["operator"], options.day_name(3))
        ended = time.monotonic()
    if wrk.process.poll() is not None:
        sys.exit("the players ended before the pass: give them more time")
    # SIGINT ends wrk early, with its figures.
    wrk.process.send_signal(2)
    return {
        "pass": seconds, "wrk": wrk.result(), "resident": service.resident(), "failed": lookups.failed,
        "lookups": [taken for at, taken in lookups.taken if began <= at <= ended],
    }


def unpaced(service, key, recordings, day, plain, options, work):
    """Whole recordings as fast as they go, out of the archive and, the same bytes as files, from nginx."""
    rows, seconds = [], 3 if options.quick else 15
    files = {row[1]: f"/{day.name}/{row[4]}" for row in day.recordings}
    ours = [(path, size) for path, _, size, _ in recordings]
    theirs = [(files[recording], size) for _, _, size, recording in recordings]
    speeds = {"callark": [], "nginx": []}
    wrong = []
    for _ in range(options.rounds):
        for name, origin, urls, given in (("callark", service.origin, ours, key), ("nginx", plain, theirs, None)):
            result = Wrk(work, UNPACED, origin, urls, 32, seconds, given).start().result()
            speeds[name].append(result["bytes"] / result["seconds"] / 1e6)
            wrong += [errors(result)] if errors(result) else []
    callark, nginx = (statistics.median(speeds[name]) for name in ("callark", "nginx"))
    print("\nwhole recordings as fast as they go, 32 connections, without a pass")
    line(rows, "errors", len(wrong), "", "0", json.dumps(wrong))
    line(rows, "callark serve, checked against their checksums", round(callark), "MB/s")
    line(rows, "nginx, the same bytes as files", round(nginx), "MB/s")
    line(rows, "ratio", round(callark / nginx, 2), "")
    line(rows, "resident memory of the service", round(service.resident()), "MiB", "< 256")
    return rows


# --- How soon a recording is there


def webhooks(options):
    """From the end of a call until its recording is stored, by polling alone and with the provider's events."""
    rows = []
    poll = 1 if options.quick else 5
    minutes = 4 if options.quick else 12
    print(f"\nfrom the end of a call until its recording is stored (polls every {poll} min, recordings listed 5 s after a call)")
    for has_webhooks in (False, True):
        name = "with webhooks" if has_webhooks else "polling alone"
        found = stored_delays(options, has_webhooks, poll, minutes)
        count = sum(part[0] for part in found.values())
        if not count:
            sys.exit(f"{name}: no recording was stored; give it more time")
        mean = sum(part[1] for part in found.values()) / count
        detail = ", ".join(f"{finder}: {part[0]}" for finder, part in sorted(found.items()) if part[0])
        line(rows, f"{name}, mean", round(mean, 1), "s", detail=detail)
        print(f"{'':4}{count} recordings; {detail}; half of them within {bucket(found, 0.5)}, 90 % within {bucket(found, 0.9)}")
    return rows


def bucket(found, share):
    """The class of durations in which this share of all recordings is reached."""
    totals = {}
    for _, _, classes in found.values():
        for bound, count in classes.items():
            totals[bound] = totals.get(bound, 0) + count
    whole = totals.get("+Inf", 0)
    for bound in sorted((bound for bound in totals if bound != "+Inf"), key=float):
        if totals[bound] >= share * whole:
            return f"{bound} s"
    return "more"


def delays_of(metrics):
    """Of each finder: the number, the sum, and the classes of callark_storing_delay_seconds."""
    found = {}
    pattern = r'^callark_storing_delay_seconds_(bucket|sum|count)\{organization="acme",finder="(\w+)"(?:,le="([^"]+)")?\} (\S+)$'
    for kind, finder, bound, value in re.findall(pattern, metrics, re.M):
        part = found.setdefault(finder, [0, 0.0, {}])
        if kind == "bucket":
            part[2][bound] = float(value)
        else:
            part[0 if kind == "count" else 1] = int(value) if kind == "count" else float(value)
    return found


def stored_delays(options, has_webhooks, poll, minutes):
    """Runs a service beside a contact center at which calls go on to come in."""
    now = datetime.datetime.now(datetime.timezone.utc)
    # A time zone in which it is late morning, when there are many calls. POSIX counts them westwards.
    shift = (11 - now.hour + 12) % 24 - 12
    day = (now + datetime.timedelta(hours=shift)).strftime("%Y-%m-%d")
    zone = f"Etc/GMT{-shift:+d}" if shift else "UTC"
    with contextlib.ExitStack() as stack:
        work = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.work)))
        with (work / "simulator.log").open("w") as log:
            simulator = subprocess.Popen(
                [options.bin / "callark-simulator", "--seed", "7", "--day", day, "--time-zone", zone, "--now",
                 now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--calls", "3000", "--scale", "0.05", "--requests-per-minute", "0",
                 "--capture-delay-seconds", "5", "--write-config", work],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )
        stack.callback(servers.stop, simulator)
        config = work / "callark.yaml"
        for _ in range(200):
            if config.exists() and "organizations" in config.read_text():
                break
            if simulator.poll() is not None:
                sys.exit((work / "simulator.log").read_text())
            time.sleep(0.1)
        port = servers.free_port()
        environment = {
            "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "6000", "CALLARK_SERVICE_LISTEN": f"127.0.0.1:{port}",
            "CALLARK_SERVICE_SCHEDULE_POLL_MINUTES": str(poll),
        }
        if has_webhooks:
            environment["CALLARK_SERVICE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
            environment["CALLARK_ORG_ACME_WEBHOOK_SECRET"] = "0123456789abcdef" * 2
        binary = options.bin / "callark"

        def run(*command):
            done = subprocess.run(
                [binary, *command, "--config", config], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            # A day under way is never complete.
            if done.returncode not in (0, 75):
                sys.exit(f"callark {' '.join(command)}: exit code {done.returncode}\n{done.stdout}")

        run("init")
        # What has ended before does not count: it is there when the service starts.
        run("archive")
        key = key_of(binary, config, "admin", "bench")
        with Service(binary, config, work / "serve.log", environment) as service:
            if has_webhooks:
                service.ask("/api/v1/organizations/acme/webhooks", key, "POST")
            time.sleep(minutes * 60)
            return delays_of(service.ask("/metrics", key))
