#!/usr/bin/env python3
"""Kills uploads: archives many days of a simulated contact centre on the disk, and moves them into a vault with a command that is
killed again and again. Then boto3 says what is in the store: every archive once, whole, locked, and nothing else.

usage: kills.py BIN_FOLDER seaweedfs|ceph FOLDER [--kills N] [--minutes M] [--seed N]      (with the Python of .build-vault)

It knows only Callark's command line and its files. The last line says what came of it; any fault ends it with 1.
"""
import argparse
import calendar
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import judge

import engine

BUCKET = "callark"

class Trial:
    def __init__(self, options):
        self.folder = pathlib.Path(options.folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.callark = pathlib.Path(options.bin).resolve() / "callark"
        self.simulator = pathlib.Path(options.bin).resolve() / "callark-simulator"
        self.options = options
        self.random = random.Random(options.seed)
        self.faults = []
        self.kills = 0

    @property
    def configuration(self):
        return self.folder / "callark.yaml"

    @property
    def archives(self):
        return sorted((self.folder / "archive/archives").rglob("*.tar"))

    def complain(self, text):
        self.faults.append(text)
        print(f"FAULT {text}", flush=True)

    # What is put

    def archive_days(self):
        days = max(20, self.options.kills // 2)
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - (days + 2) * 86400))
        with open(self.folder / "simulator.log", "wb") as log:
            simulator = subprocess.Popen(
                [self.simulator, "--port", "0", "--seed", str(self.options.seed), "--day", day, "--days", str(days), "--calls", "4",
                 "--scale", "0.5", "--requests-per-minute", "0", "--now", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                 "--write-config", self.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while not self.configuration.exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            # Written, and complete.
            time.sleep(0.5)
            self.run("init")
            self.run("archive", "--from", day, "--to", time.strftime("%Y-%m-%d", time.gmtime()), codes=(0, 75))
        finally:
            simulator.kill()
            simulator.wait()
        if len(self.archives) < days // 2:
            sys.exit(f"only {len(self.archives)} archives of {days} days were made; see {self.folder}")

    def run(self, *words, codes=(0,)):
        done = subprocess.run(
            [self.callark, *words, "--config", self.configuration], env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode not in codes:
            self.complain(f"callark {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done

    def environment(self):
        return {**{name: text for name, text in os.environ.items() if not name.startswith(("CALLARK_", "AWS_"))},
                "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "0", "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "60000"}

    def configure(self, store):
        secret = self.folder / "vault.secret"
        secret.write_text(store["secret_access_key"])
        secret.chmod(0o600)
        total = sum(path.stat().st_size for path in self.archives)
        pace = max(200_000, int(total / (self.options.minutes * 60)))
        with open(self.configuration, "a") as file:
            file.write(f"""
vault:
  endpoint: {store["endpoint"]}
  region: us-east-1
  bucket: {BUCKET}
  path_style: true
  access_key_id: {store["access_key_id"]}
  secret_access_key_file: {secret}
  lock: compliance
  retain_years: 1
  bytes_per_second: {pace}
""")
        print(f"{len(self.archives)} archives of {total} bytes, at {pace} bytes a second", flush=True)

    # What is done to it

    def push(self):
        """Until everything is in the vault; killed as often as was asked for, as long as there is something to put."""
        mean = self.options.minutes * 60 / max(1, self.options.kills)
        unfinished = 0
        while True:
            process = subprocess.Popen(
                [self.callark, "vault", "push", "--config", self.configuration], env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                limit = self.random.uniform(0.1, 2 * mean) if self.kills < self.options.kills else 3600
                _, said = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                self.kills += 1
                continue
            if process.returncode == 0:
                return
            # The lock of a process that was killed is free at once; whatever else waits for the next run must end.
            unfinished += 1
            if process.returncode != 75 or unfinished > 20:
                self.complain(f"callark vault push ended with {process.returncode}: {said.strip()[-500:]}")
                return

    # What is there

    def examine(self, store):
        s3 = judge.client(store["endpoint"], store["access_key_id"], store["secret_access_key"])
        versions, markers = {}, []
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
            for each in page.get("Versions", []):
                versions.setdefault(each["Key"], []).append(each["VersionId"])
            markers += [each["Key"] for each in page.get("DeleteMarkers", [])]
        for key in markers:
            self.complain(f"{key} has a delete marker")
        if unfinished := s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self.complain(f"{len(unfinished)} uploads are unfinished")
        expected = {str(path.relative_to(self.folder / "archive")): path for path in self.archives}
        expected |= {f"{key}.sha256": pathlib.Path(f"{path}.sha256") for key, path in expected.items()}
        found = {key for key in versions if key.startswith("archives/")}
        for key in sorted(found - expected.keys()):
            self.complain(f"{key} is in the vault, and nowhere else")
        for key, path in sorted(expected.items()):
            self.examine_object(s3, key, path, versions.get(key, []))

    def examine_object(self, s3, key, path, versions):
        if len(versions) != 1:
            return self.complain(f"{key} has {len(versions)} versions")
        this = {"Bucket": BUCKET, "Key": key, "VersionId": versions[0]}
        answer = s3.get_object(**this)
        digest = hashlib.sha256(answer["Body"].read()).hexdigest()
        if digest != hashlib.sha256(path.read_bytes()).hexdigest():
            self.complain(f"{key} has other bytes than the disk")
        if key.endswith(".tar") and answer["Metadata"].get("sha256") != digest:
            self.complain(f"{key} has another SHA-256 in its metadata")
        retention = judge.optional(s3.get_object_retention, "Retention", **this) or {}
        day = calendar.timegm(time.strptime(re.search(r"(\d{4}-\d\d-\d\d)-\d{3}\.tar", key)[1], "%Y-%m-%d"))
        if retention.get("Mode") != "COMPLIANCE" or judge.instant(retention.get("RetainUntilDate")) < day + 365 * 86400:
            self.complain(f"{key} is not locked: {retention}")
        elif judge.is_deleted(s3, BUCKET, key, versions[0]):
            self.complain(f"{key} was locked, and could be deleted")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("store", choices=["seaweedfs", "ceph"])
    parser.add_argument("folder")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    trial = Trial(options)
    trial.archive_days()
    store_folder = trial.folder / "store"
    store_folder.mkdir(exist_ok=True)
    store = {"seaweedfs": engine.SeaweedFS, "ceph": engine.Ceph}[options.store](store_folder)
    try:
        store.start()
        if (answer := store.make_bucket(BUCKET, True)) != "ok":
            sys.exit(answer)
        names = {"endpoint": store.endpoint, "access_key_id": engine.ACCESS_KEY, "secret_access_key": engine.SECRET_KEY}
        trial.configure(names)
        trial.run("vault", "check")
        begin = time.monotonic()
        trial.push()
        if trial.kills < options.kills // 2:
            trial.complain(f"everything was in the vault after {trial.kills} kills: the trial is too short")
        trial.examine(names)
        seconds = round(time.monotonic() - begin)
        print(json.dumps({"type": "summary", "store": options.store, "archives": len(trial.archives), "kills": trial.kills,
                          "seconds": seconds, "faults": len(trial.faults), "seed": options.seed}), flush=True)
    finally:
        store.kill()
    sys.exit(1 if trial.faults else 0)


if __name__ == "__main__":
    main()
