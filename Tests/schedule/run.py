#!/usr/bin/env python3
"""Keeps the schedule of the real `callark serve` over changes of the clocks, and kills it again and again.

usage: Tests/schedule/run.py BIN_FOLDER [--minutes N] [--seed N]   (--brief: only the daily job, within a minute)

The tests' shim shifts the wall clock of the service and of the simulated provider, so that the hour is one around a change,
and passes as any hour. Each case has a root, a provider and a service of its own; all run at the same time.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zoneinfo

# Time zone, the moment of the change, and a daily time: one that the clock skips, one that it shows twice, and one in a zone
# whose clocks change by half an hour.
CASES = [
    ("Europe/Berlin", "2027-03-28T01:00:00Z", "02:30", "2027-03-28T01:00:00Z"),
    ("Europe/Berlin", "2027-10-31T01:00:00Z", "02:30", "2027-10-31T00:30:00Z"),
    ("Australia/Lord_Howe", "2027-10-02T15:30:00Z", "02:15", "2027-10-02T15:30:00Z"),
]
ORGANIZATION = "acme"
SPREAD = 600


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def delay():
    """The seconds after the configured time at which the daily job of the organization is due: a hash of its name (FNV-1a)."""
    value = 0xCBF29CE484222325
    for byte in ORGANIZATION.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return int(SPREAD * 1000 * ((value >> 11) / 2**53)) / 1000


class Case:
    """One root with its provider and its service."""

    def __init__(self, options, folder, zone, change, daily_at, due):
        self.bin, self.folder, self.zone = options.bin, pathlib.Path(folder), zone
        self.due = moment(due) + datetime.timedelta(seconds=delay())
        lead = 12 if options.brief else options.minutes * 60 * 0.45
        # The hour is around the daily job, which is within minutes of the change.
        self.shift = int((self.due - datetime.timedelta(seconds=lead)).timestamp() - time.time())
        self.day = (moment(due).astimezone(zoneinfo.ZoneInfo(zone))).date().isoformat()
        shim = str(options.bin / "libFaultShim.so")
        preload = os.environ.get("LD_PRELOAD")
        self.environment = {
            **os.environ, "LD_PRELOAD": f"{shim}:{preload}" if preload else shim, "FAULT_CLOCK": str(self.shift),
            "TZ": zone, "CALLARK_CONFIG": str(self.folder / "callark.yaml"), "CALLARK_ARCHIVE_TIME_ZONE": zone,
            "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "60000", "CALLARK_SERVICE_LISTEN": "127.0.0.1:0",
            "CALLARK_SERVICE_SCHEDULE_POLL_MINUTES": "1", "CALLARK_SERVICE_SCHEDULE_DAILY_AT": daily_at,
            "CALLARK_SERVICE_SCHEDULE_VERIFY_SHARE": "1/30",
        }
        self.name = f"{zone} {daily_at}"
        self.done, self.begun, self.kills = set(), set(), 0
        self.service = self.provider = None

    def now(self):
        return datetime.datetime.fromtimestamp(time.time() + self.shift, datetime.timezone.utc)

    def start(self, name, *command):
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                list(map(str, command)), env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def run(self, *command):
        done = subprocess.run(
            [self.bin / "callark", *command], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        if done.returncode not in (0, 75):
            raise SystemExit(f"{self.name}: callark {' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self):
        self.provider = self.start(
            "provider", self.bin / "callark-simulator", "--port", 0, "--seed", 7, "--calls", 6, "--scale", "0.01",
            "--requests-per-minute", 0, "--time-zone", self.zone, "--write-config", self.folder,
        )
        while not (self.folder / "callark.yaml").exists():
            if self.provider.poll() is not None:
                raise SystemExit((self.folder / "provider.log").read_text())
            time.sleep(0.05)
        self.run("init")
        self.service = self.start("serve", self.bin / "callark", "serve")

    def kill(self):
        """As a power cut would end it. It is started at once."""
        self.service.send_signal(signal.SIGKILL)
        self.service.wait()
        self.kills += 1
        self.service = self.start("serve", self.bin / "callark", "serve")

    def look(self):
        """Notes which daily jobs have begun and are done; returns whether one runs."""
        if self.service.poll() is not None:
            raise SystemExit(f"{self.name}: the service ended:\n{(self.folder / 'serve.log').read_text()[-2000:]}")
        for text in self.run("status", "--json").splitlines():
            row = json.loads(text)
            if row["type"] != "schedule":
                continue
            for job in row["jobs"]:
                if job["job"] != "daily" or not job["began_time"]:
                    continue
                self.begun.add(job["began_time"])
                # One that was not complete is tried again, as it should be.
                if job["ended_time"] and job["complete"]:
                    self.done.add(job["began_time"])
                return job["running"]
        return False

    def stop(self):
        for process in (self.service, self.provider):
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()

    def judge(self):
        """What is wrong; nothing if all is well."""
        faults = []
        if len(self.done) != 1:
            faults.append(f"the daily job was done {len(self.done)} times: {sorted(self.done)}")
        early = [begun for begun in self.begun if moment(begun) < self.due - datetime.timedelta(seconds=1)]
        if early:
            faults.append(f"the daily job began at {early}, before {self.due}")
        with contextlib.closing(sqlite3.connect(self.root() / "service.sqlite")) as database:
            day, is_done = database.execute("SELECT daily_day, daily_done FROM schedule").fetchone()
            if (day, is_done) != (self.day, 1):
                faults.append(f"the schedule has the daily job of {day}, done: {is_done}; it should be {self.day}")
        with contextlib.closing(sqlite3.connect(self.root() / "manifest.sqlite")) as manifest:
            passes = manifest.execute("SELECT started_time, ended_time FROM pass ORDER BY row").fetchall()
        for (_, ended), (began, _) in zip(passes, passes[1:]):
            # A pass that was killed has no end of its own.
            if ended and began < ended:
                faults.append(f"a pass began at {began}, before the one before it ended at {ended}")
        if not passes:
            faults.append("no pass ran")
        return faults, len(passes)

    def root(self):
        for text in self.run("config", "show", "--json").splitlines():
            row = json.loads(text)
            if row.get("key") == "archive.root":
                return pathlib.Path(row["value"])
        raise SystemExit("config show has no archive.root")


def live_briefly(case, _):
    """The daily job becomes due, is killed when it begins, is done, and is not done again after another kill."""
    # It takes less than a minute, also on a slow machine; a busy one is given more.
    end = time.monotonic() + 240
    while not case.look():
        if case.done or time.monotonic() > end:
            break
        time.sleep(0.1)
    # A daily job that was done between two looks was not hit; then this is a kill after it.
    case.kill()
    while not case.done and time.monotonic() < end:
        case.look()
        time.sleep(0.2)
    case.kill()
    time.sleep(3)
    case.look()


def live_long(case, options):
    """Kills the service at random moments, on average every two minutes, also while the daily job runs."""
    draw = random.Random(f"{options.seed} {case.name}")
    end = time.monotonic() + options.minutes * 60
    next_kill = time.monotonic() + draw.uniform(5, 120)
    hits = 0
    while time.monotonic() < end:
        is_running = case.look()
        if is_running and hits < 2 or time.monotonic() >= next_kill:
            hits += is_running
            case.kill()
            next_kill = time.monotonic() + draw.uniform(5, 240)
        time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    faults = []
    with contextlib.ExitStack() as stack:
        cases = []
        for row in CASES[:2] if options.brief else CASES:
            zone, change, daily_at, due = row
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="callark-schedule."))
            cases.append(Case(options, folder, zone, change, daily_at, due))
            stack.callback(cases[-1].stop)

        def live(case):
            try:
                case.prepare()
                (live_briefly if options.brief else live_long)(case, options)
                case.stop()
                found, passes = case.judge()
                faults.extend(f"{case.name}: {fault}" for fault in found)
                print(f"{case.name}: daily job of {case.day} due {case.due:%Y-%m-%dT%H:%M:%SZ}, {case.kills} kills, "
                      f"{passes} passes, {len(found)} faults", flush=True)
            except (SystemExit, Exception) as error:
                faults.append(str(error))

        threads = [threading.Thread(target=live, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
