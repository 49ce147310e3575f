"""Lets the days of a simulated contact centre pass in minutes, with faults of the provider and of the machine, while passes
run and are killed; then compares what was archived with what existed.

It knows only Callark's command line. After every run `list` is taken at its word: what it calls stored or archived must
stay. At the end tar and sha256sum open the archives, and the simulator says what should be in them.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

# Faults of the provider, as rules of its fault plan. None of them is permanent: a recording that is gone, or that differs
# every time, could not be archived.
PROVIDER_FAULTS = [
    "media 500 share=0.2",
    "media 503 share=0.1 retry-after=1",
    "media slow-down share=0.2",
    "media 429 share=0.1",
    "media html share=0.1",
    "media json share=0.1",
    "media empty share=0.1",
    "media expired share=0.2",
    "media expired-token share=0.1",
    "media truncate share=0.2 bytes=3000",
    "media truncate-chunked share=0.1 bytes=5000",
    "media reset share=0.2 bytes=2000",
    "media stall share=0.05 bytes=1000 seconds=4",
    "media slow share=0.2 bytes=100000",
    "media delay share=0.2 seconds=0.5",
    "media chunked share=0.3",
    "media ignore-range share=0.5",
    "captures 500 share=0.2",
    "captures 503 share=0.1",
    "captures 413 share=0.05",
    "captures 429 share=0.1 retry-after=1",
    "captures poison recordings=0.02",
    "captures html share=0.05",
    "captures late recordings=0.2 seconds=3600",
    "tasks 500 share=0.2",
    "tasks 401 share=0.1",
    "tasks throttle seconds=2 first=1",
    "tasks truncate share=0.1 bytes=200",
    "tasks json share=0.05",
    "token 500 share=0.3",
    "token refuse first=2",
]

# What happens to a pass, and how often.
MACHINE_FAULTS = {
    "none": 22,
    "SIGKILL": 20,
    "kill before a step": 14,
    "kill after a step": 14,
    "SIGTERM": 6,
    "SIGSTOP": 5,
    "EIO": 5,
    "ENOSPC": 4,
    "EROFS": 2,
    "EIO from then on": 3,
    "ENOSPC from then on": 3,
    "short writes": 2,
}

# What is done in addition to passes, and how often.
COMMANDS = {"archive": 70, "list": 6, "fetch": 12, "verify": 5, "rebuild": 4, "two passes": 3}

# Codes with which a run may end if something was wrong; 65 (damage) and 70 (a bug) are never allowed.
ALLOWED = {0, 69, 74, 75, 77, 130, 137, 143}

HANG_SECONDS = 180


def pick(random_, weights):
    return random_.choices(list(weights), list(weights.values()))[0]


class Provider:
    """The simulator's own pages."""

    def __init__(self, origin):
        self.origin = origin
        self.strikes = collections.Counter()
        self.takes_faults = self.ask("GET", "/simulator/faults") is not None

    def ask(self, method, path, body=None):
        data = body.encode() if body is not None else None
        request = urllib.request.Request(self.origin + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def lines(self, path):
        return [json.loads(line) for line in self.ask("GET", path).splitlines()]

    def now(self, after=0):
        """Its time, in seconds since 1970, after advancing its clock by this many seconds."""
        text = json.loads(self.ask("POST", f"/simulator/advance?seconds={after}"))["now"]
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

    def add_fault(self, rule):
        if self.takes_faults:
            self.ask("POST", "/simulator/faults", rule)

    def clear_faults(self):
        if not self.takes_faults:
            return
        for entry in self.lines("/simulator/faults"):
            self.strikes[f"{entry['at']} {entry['fault']}"] += int(entry["strikes"])
        self.ask("DELETE", "/simulator/faults")


class Soak:
    def __init__(self, options, folder, provider, configuration):
        self.options = options
        self.folder = folder
        self.bin = pathlib.Path(options.bin)
        self.root = folder / "archive"
        self.provider = provider
        self.configuration = configuration
        self.random = random.Random(options.seed)
        self.promised = {}
        self.complaints = []
        self.happened = collections.Counter()
        self.endings = collections.Counter()
        self.kills = 0
        self.started = 0
        self.lost = set()

    # Running

    def environment(self, fault=None):
        shift = round(self.provider.now() - time.time())
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("CALLARK_", "FAULT_"))}
        environment |= {
            "CALLARK_CONFIG": str(self.configuration),
            "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "0",
            "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "60000",
            "CALLARK_DOWNLOADS_MEMORY_BYTES": "1048576",
            "CALLARK_DOWNLOADS_STALL_SECONDS": "2",
            "CALLARK_DOWNLOADS_ATTEMPTS": "4",
            "LD_PRELOAD": ":".join(filter(None, [str(pathlib.Path(self.options.shim).resolve()), os.environ.get("LD_PRELOAD")])),
            # The simulated days are in the past, and Callark runs in them.
            "FAULT_CLOCK": str(shift),
        }
        if fault:
            environment |= {"FAULT_ROOT": str(self.root)} | fault
        return environment

    def start(self, *arguments, fault=None):
        # The output of the last of them is kept for a person to read.
        self.started += 1
        path = self.folder / "runs" / f"{self.started:06}-{arguments[0]}"
        for old in self.folder.glob(f"runs/{self.started - 200:06}-*"):
            old.unlink()
        output = open(path, "w+b")
        process = subprocess.Popen(
            [self.bin / "callark", *arguments],
            env=self.environment(fault),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if arguments[0] != "list" else subprocess.DEVNULL,
        )
        process.output, process.path = output, path
        return process

    def end(self, process, what, allowed=ALLOWED):
        """Waits for the end; a run that does not end is a fault."""
        try:
            status = process.wait(timeout=HANG_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.complain(f"{what} did not end in {HANG_SECONDS} s", process)
            return 137
        status = 128 - status if status < 0 else status
        self.endings[status] += 1
        if status not in allowed:
            self.complain(f"{what} ended with {status}", process)
        process.output.close()
        return status

    def run(self, *arguments, fault=None, what=None, allowed=ALLOWED):
        return self.end(self.start(*arguments, fault=fault), what or arguments[0], allowed)

    def complain(self, text, process=None):
        tail = ""
        if process:
            process.output.seek(0)
            tail = ": " + process.output.read().decode(errors="replace")[-2000:].strip()
        self.complaints.append(text + tail)
        print(f"!! {text}{tail}", flush=True)

    # What it does

    def rounds(self, seconds, first, last):
        """Runs until the time is over, while the provider's days pass."""
        begin = time.monotonic()
        while (elapsed := time.monotonic() - begin) < seconds:
            due = first + (last - first) * elapsed / seconds
            self.provider.now(max(0, round(due - self.provider.now())))
            if self.random.random() < 0.4:
                self.provider.clear_faults()
                for rule in self.random.sample(PROVIDER_FAULTS, self.random.randint(0, 3)):
                    self.provider.add_fault(rule)
            getattr(self, pick(self.random, COMMANDS).replace(" ", "_"))()
            self.check_list()
        self.provider.clear_faults()

    def window(self):
        """Usually the daily job's window; occasionally everything, by name."""
        return [] if self.random.random() < 0.7 else ["--from", self.options.day, "--to", self.options.end]

    def archive(self):
        self.disturb(["archive", *self.window()])

    def rebuild(self):
        self.disturb(["rebuild", "--discard-old"])

    def disturb(self, arguments):
        fault = pick(self.random, MACHINE_FAULTS)
        self.happened[fault] += 1
        step = {"FAULT_AT": str(round(self.random.lognormvariate(4.6, 1.2)) + 1)}
        actions = {
            "kill before a step": {"FAULT_DO": "kill-before"},
            "kill after a step": {"FAULT_DO": "kill-after"},
            "EIO": {"FAULT_DO": "EIO"},
            "ENOSPC": {"FAULT_DO": "ENOSPC"},
            "EROFS": {"FAULT_DO": "EROFS"},
            "EIO from then on": {"FAULT_DO": "EIO", "FAULT_TIMES": "0"},
            "ENOSPC from then on": {"FAULT_DO": "ENOSPC", "FAULT_TIMES": "0"},
            "short writes": {"FAULT_DO": "short", "FAULT_TIMES": "0", "FAULT_KINDS": "write"},
        }
        process = self.start(*arguments, fault=step | actions[fault] if fault in actions else None)
        if fault.startswith("SIG"):
            self.send(process, signal.Signals[fault])
        if self.end(process, f"{arguments[0]} with {fault}") == 137:
            self.kills += 1

    def send(self, process, number):
        try:
            process.wait(timeout=self.random.expovariate(1 / 0.3))
            return
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        if number == signal.SIGSTOP:
            time.sleep(self.random.uniform(0.5, 4))
            process.send_signal(signal.SIGCONT)

    def two_passes(self):
        self.happened["two at once"] += 1
        first, second = self.start("archive"), self.start("archive")
        statuses = [self.end(first, "the first of two"), self.end(second, "the second of two")]
        if 75 not in statuses and min(statuses) != 0:
            self.complain(f"of two passes at once, none was refused: {statuses}")

    def list(self):
        self.run("list", "--day", self.options.day)
        self.run("status")

    def verify(self):
        # Archives may be open, and recordings in transit; what is sealed has to be intact.
        if self.run("verify") != 0:
            self.complain("verify does not end with 0")

    def fetch(self):
        """Some held recordings, checked against what `list` says about them, and a task that may not be held."""
        tasks = list({key[0] for key in self.promised})
        wanted = self.random.sample(tasks, min(len(tasks), 5))
        out = self.folder / "fetched"
        subprocess.run(["rm", "-rf", out], check=True)
        other = self.random.choice(self.provider.lines("/simulator/tasks") or [{"task_id": "none"}])["task_id"]
        # The archive and the provider may not know it yet, or not any more.
        allowed = ALLOWED if other in tasks else ALLOWED | {66}
        self.run("fetch", *{*wanted, other}, "-o", str(out), allowed=allowed)
        held = collections.Counter(sums(out))
        for task, _, checksum in (key for key in self.promised if key[0] in wanted):
            if not held[task, checksum]:
                self.complain(f"fetch did not give {task} {checksum}")

    def check_list(self):
        """Checks that the archive still has what it said it had."""
        process = self.start("list", "--json")
        status = self.end(process, "list")
        if status != 0:
            if self.promised:
                self.complain(f"list ended with {status}")
            return
        held = collections.Counter()
        for line in process.path.read_text().splitlines():
            row = json.loads(line)
            if row["type"] == "recording" and row["state"] in ("stored", "archived"):
                held[row["task_id"], row["recording_id"], row["sha256"]] += 1
        for key in self.promised.keys() - held.keys():
            if key not in self.lost:
                self.lost.add(key)
                self.complain(f"no longer held: {' '.join(key)}")
        self.promised |= held

    # The end

    def finish(self):
        """Without faults, until everything that the provider has is archived."""
        for attempt in range(20):
            status = self.run("archive", "--from", self.options.day, "--to", self.options.end, what="the last pass")
            self.check_list()
            if status == 0:
                return attempt + 1
            self.provider.now(6 * 3600)
        self.complain("the archive does not become complete")
        return None

    def judge(self):
        if self.run("verify", what="the last verify") != 0:
            self.complain("verify does not end with 0")
        truth = collections.Counter((row["task_id"], row["sha256"]) for row in self.provider.lines("/simulator/recordings"))
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        archives = sorted((self.root / "archives").rglob("*.tar"))
        for archive in archives:
            subprocess.run(["sha256sum", "--quiet", "-c", archive.name + ".sha256"], cwd=archive.parent, check=True)
            target = unpacked / archive.stem
            target.mkdir()
            subprocess.run(["tar", "-xf", archive, "-C", target], check=True)
        held = collections.Counter()
        for archive in archives:
            bag = unpacked / archive.stem / archive.stem
            held.update(sums(bag / "data"))
        lost = truth - held
        extra = held - truth
        false = {key for key in extra if key not in truth}
        twice = {key for key in extra if key in truth}
        return truth, held, sum(lost.values()) + len(self.lost), len(false), sum(extra[key] for key in twice), len(archives)


def sums(folder):
    """(folder of the task, SHA-256) of every file below, as sha256sum computes it."""
    found = subprocess.run(
        ["find", folder, "-type", "f", "-exec", "sha256sum", "{}", "+"], capture_output=True, text=True, check=False
    )
    for line in found.stdout.splitlines():
        checksum, path = line.split(maxsplit=1)
        yield pathlib.Path(path).parent.name, checksum


def wait_for(path, process, log, seconds=60):
    for _ in range(seconds * 10):
        if path.exists() and path.stat().st_size:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"the simulator does not start: {log.read_text(errors='replace')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin", help="the folder of callark and callark-simulator")
    parser.add_argument("shim", help="Tests/FaultShim, built")
    parser.add_argument("folder", help="an empty folder to work in")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES") or 30))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SOAK_SEED") or random.randrange(10**6)))
    options = parser.parse_args()
    options.days = 2
    first = datetime.date.today() - datetime.timedelta(days=10)
    options.day = first.isoformat()
    options.end = (first + datetime.timedelta(days=options.days)).isoformat()
    calls = max(60, round(options.minutes * 60))
    folder = pathlib.Path(options.folder).resolve()
    (folder / "runs").mkdir()
    print(f"seed {options.seed}, {options.minutes:g} minutes, {options.days} days of {calls} calls each", flush=True)

    log = folder / "simulator.log"
    simulator = subprocess.Popen(
        [
            pathlib.Path(options.bin) / "callark-simulator", "--port", "0", "--seed", str(options.seed),
            "--day", options.day, "--days", str(options.days), "--calls", str(calls), "--scale", "0.03",
            "--now", f"{options.day}T06:00:00Z", "--requests-per-minute", "0", "--write-config", str(folder),
        ],
        stdout=open(log, "wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        configuration = folder / "callark.yaml"
        wait_for(configuration, simulator, log)
        base = next(line.split()[-1] for line in configuration.read_text().splitlines() if "api_base_url" in line)
        provider = Provider(base.strip('"').removesuffix("/v1"))
        if not provider.takes_faults:
            print("this simulator takes no faults while it runs: only those of the machine are tried", flush=True)
        soak = Soak(options, folder, provider, configuration)
        if soak.run("init") != 0:
            sys.exit("the root cannot be made")
        begin = provider.now()
        end = datetime.datetime.fromisoformat(options.end + "T03:00:00+00:00").timestamp()
        soak.rounds(options.minutes * 60, begin, end)
        provider.now(max(0, round(end + 40 * 3600 - provider.now())))
        passes = soak.finish()
        truth, held, lost, false, twice, archives = soak.judge()
    finally:
        simulator.terminate()
        simulator.wait()

    print(f"recordings served   {sum(truth.values())}")
    print(f"archived            {sum(held.values())} in {archives} archives, after {passes} passes without faults")
    print(f"lost                {lost}")
    print(f"false               {false}")
    print(f"twice               {twice}")
    print(f"kills survived      {soak.kills}")
    print("runs ended with     " + ", ".join(f"{status}: {count}" for status, count in sorted(soak.endings.items())))
    for title, counts in (("machine", soak.happened), ("provider", provider.strikes)):
        print(f"faults of the {title}: " + ", ".join(f"{name} {count}" for name, count in counts.most_common() if count))
    print(f"other complaints    {len(soak.complaints)}")
    print(f"seed                {options.seed}")
    return 1 if lost or false or twice or soak.complaints or not truth else 0


if __name__ == "__main__":
    sys.exit(main())
