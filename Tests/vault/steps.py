#!/usr/bin/env python3
"""Kills Callark at each request that it sends to a real store: before the store sees it, or after the store has answered and before
Callark knows. The next run has to end well, and everything is then in the vault once, whole and locked.

usage: steps.py BIN_FOLDER seaweedfs|ceph FOLDER [--every N]

A pass that puts, locks and evicts; a take-over; a bare machine's rebuild; and a pass that locks what was put without a lock. It knows only
Callark's command line and the store's own answers. Ends with 0 if everything held, and prints what did not.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import machines
import relay

# Nothing listens there.
NOWHERE = "http://127.0.0.1:9"
PASS = ("archive", "--last", "4d")


class Steps(machines.Trial):
    def __init__(self, binaries, kind, folder, every):
        super().__init__(binaries, kind, folder)
        self.every = every
        self.counted = 0

    # Callark

    def start(self, machine, *words, **environment):
        command = [str(self.callark), *words, "--config", str(machine / "callark.yaml")]
        values = {f"CALLARK_VAULT_{name}": value for name, value in environment.items()}
        return subprocess.Popen(command, env={**os.environ, **values}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def finish(self, machine, *words, codes=(0,), **environment):
        process = self.start(machine, *words, **environment)
        _, said = process.communicate(timeout=300)
        if process.returncode not in codes:
            self.complain(f"{machine.name}: callark {' '.join(words)} ends with {process.returncode}: {said.strip()[-400:]}")

    def complain(self, what):
        super().expect(False, what)

    def expect(self, holds, what):
        """Says only what does not hold: there are hundreds of runs."""
        if not holds:
            self.complain(what)

    # Machines

    def bucket(self):
        """A new one."""
        self.counted += 1
        name = f"steps-{self.counted}"
        answer = self.say(f"bucket {name} lock")
        assert answer == "ok", f"{name}: {answer}"
        return name

    def copy(self, machine, bucket):
        """Another machine like this one, whose vault is a bucket behind the relay."""
        other = self.folder / f"machine-{bucket}-{len(list(self.folder.iterdir()))}"
        shutil.copytree(machine, other)
        text = (other / "callark.yaml").read_text().replace(f"\"{machine}/", f"\"{other}/")
        text = text.replace(self.store["endpoint"], self.relay.endpoint)
        (other / "callark.yaml").write_text(text.replace(f"bucket: {machines.BUCKET}\n", f"bucket: {bucket}\n"))
        self.secret(other)
        return other

    def bare(self, machine, bucket):
        """Only the configuration of a machine."""
        other = self.copy(machine, bucket)
        shutil.rmtree(other / "archive")
        return other

    # What has to hold

    def listed(self, machine):
        return [row for row in self.recordings(machine)[0] if json.loads(row)["state"] == "archived"]

    def examine(self, machine, bucket, what, before):
        """Everything is there once and locked, and lists the same on a bare machine."""
        self.bucket_name = bucket
        versions = [each for each in self.versions() if each[0].startswith("archives/")]
        keys = [key for key, _ in versions]
        tars = [key for key in keys if key.endswith(".tar")]
        if len(keys) != len(set(keys)) or len(tars) < 3 or len(keys) < 2 * len(tars):
            self.complain(f"{what}: in the vault is {sorted(keys)}")
        if unlocked := [each for each in versions if not self.lock(*each)]:
            self.complain(f"{what}: not locked: {unlocked}")
        self.finish(machine, "verify", "--remote")
        self.finish(machine, "log", "verify")
        if self.listed(machine) != before:
            self.complain(f"{what}: {machine.name} lists other recordings than before")
        other = self.bare(machine, bucket)
        self.finish(other, "rebuild", "--from-vault")
        if self.listed(other) != before:
            self.complain(f"{what}: a bare machine lists other recordings")
        shutil.rmtree(other)

    def each_request(self, name, prepare, words, examine, **environment):
        """Kills the command at every request that an undisturbed run sends; `prepare` makes a machine and its bucket for each
        run, `examine` looks at them after the next one."""
        machine, bucket = prepare()
        self.relay.begin(None)
        self.finish(machine, *words, codes=(0, 75), **environment)
        count = self.relay.count
        examine(machine, bucket, f"{name}, undisturbed")
        shutil.rmtree(machine)
        kills = 0
        for number in range(1, count + 1, self.every):
            machine, bucket = prepare()
            self.relay.begin(number, answers=number // self.every % 2 == 0)
            process = self.start(machine, *words, **environment)
            self.relay.victim = process
            process.communicate(timeout=300)
            killed = self.relay.killed
            kills += process.returncode == -9
            self.relay.begin(None)
            self.finish(machine, *words, codes=(0, 75), **environment)
            examine(machine, bucket, f"{name}, killed at request {number} ({killed})")
            shutil.rmtree(machine)
        tried = len(range(1, count + 1, self.every))
        super().expect(tried > 0 and kills >= max(1, tried * 9 // 10),
                       f"{name}: killed at {kills} of {tried} requests, of {count} in all")

    # The trial

    def trial(self, first):
        self.relay = relay.Relay(int(self.store["endpoint"].rsplit(":", 1)[1]))
        self.run(first, "init")
        self.configure(first)
        self.finish(first, *PASS, codes=(69,), ENDPOINT=NOWHERE)
        whole = self.copy(first, bucket := self.bucket())
        self.finish(whole, *PASS, codes=(0, 75))
        before = self.listed(whole)
        self.expect(len(before) > 50, f"{len(before)} recordings are listed")

        def fresh():
            name = self.bucket()
            return self.copy(first, name), name

        self.each_request("a pass", fresh, PASS, lambda *each: self.examine(*each, before), KEEP_LOCAL_DAYS="0")

        def unlocked():
            machine, name = fresh()
            self.finish(machine, *PASS, codes=(0, 75), LOCK="none")
            return machine, name

        self.each_request("locking", unlocked, PASS, lambda *each: self.examine(*each, before))

        epochs = [1]

        def bare():
            epochs.append(epochs[-1] + 1)
            machine = self.bare(whole, bucket)
            self.finish(machine, "init")
            return machine, bucket

        def examine_writer(machine, _, what):
            status = self.lines(machine, "vault", "status", codes=(0, 75))[-1]
            if (status.get("epoch"), status.get("is_writer")) != (epochs[-1], True):
                self.complain(f"{what}: {status}, not epoch {epochs[-1]}")

        self.each_request("a take-over", bare, ("vault", "take-over"), examine_writer)

        def examine_list(machine, _, what):
            if self.listed(machine) != before:
                self.complain(f"{what}: other recordings are listed")

        self.each_request("a rebuild", lambda: (self.bare(whole, bucket), bucket), ("rebuild", "--from-vault", "--take-over"),
                          examine_list)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("store", choices=["seaweedfs", "ceph"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1, help="only every so many requests")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    sys.exit(Steps(options.bin.resolve(), options.store, options.folder.resolve(), options.every).main())
