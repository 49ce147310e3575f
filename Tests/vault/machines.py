#!/usr/bin/env python3
"""Two machines and a real object store: archives days of a simulated contact centre into the vault, deletes everything that the
machine has, makes it anew on another one, and wakes the first one up again.

usage: machines.py BIN_FOLDER seaweedfs|ceph FOLDER

It knows only Callark's command line and the store's own answers. Ends with 0 if everything held, and prints what did not.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.parse
import xml.etree.ElementTree

import engine

BUCKET = "callark"
HERE = pathlib.Path(__file__).resolve().parent


class Trial:
    def __init__(self, binaries, kind, folder):
        self.callark = binaries / "callark"
        self.simulator = binaries / "callark-simulator"
        self.kind = kind
        self.folder = folder
        self.faults = []
        self.bucket_name = BUCKET

    # What both sides say

    def expect(self, holds, what):
        print(("ok    " if holds else "FAULT ") + what, flush=True)
        if not holds:
            self.faults.append(what)

    def run(self, machine, *words, codes=(0,)):
        command = [str(self.callark), *words, "--config", str(machine / "callark.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        what = f"{machine.name}: callark {' '.join(words)} ends with {' or '.join(map(str, codes))}"
        self.expect(done.returncode in codes, what if done.returncode in codes
                    else f"{what}, not {done.returncode}: {done.stderr.strip()[-400:]}")
        return done

    def lines(self, machine, *words, codes=(0,)):
        return [json.loads(line) for line in self.run(machine, *words, "--json", codes=codes).stdout.splitlines()]

    def recordings(self, machine):
        """What `list` says of each recording, without where its copies are, and where the machine has its root."""
        rows = [row for row in self.lines(machine, "list") if row["type"] == "recording"]
        copies = {tuple(row.pop("copies", [])) for row in rows}
        for row in rows:
            row["archive"] = row["archive"] and row["archive"].replace(str(machine), "")
        return sorted(json.dumps(row, sort_keys=True) for row in rows), copies

    # The store, without Callark

    def ask(self, method, path, query=""):
        return engine.request(self.store["endpoint"], method, path, query)

    def versions(self):
        status, body = self.ask("GET", f"/{self.bucket_name}", "versions=")
        assert status == 200 and b"<IsTruncated>true" not in body, body
        root = xml.etree.ElementTree.fromstring(body)
        space = root.tag.split("}")[0] + "}" if root.tag.startswith("{") else ""
        for version in root.iter(f"{space}Version"):
            yield version.find(f"{space}Key").text, version.find(f"{space}VersionId").text

    def lock(self, key, version):
        path = "/" + self.bucket_name + "/" + urllib.parse.quote(key, safe="/-_.~")
        query = "retention=&versionId=" + urllib.parse.quote(version, safe="-_.~")
        status, body = self.ask("GET", path, query)
        return status == 200 and b"COMPLIANCE" in body

    def delete(self, key, version):
        path = "/" + self.bucket_name + "/" + urllib.parse.quote(key, safe="/-_.~")
        return self.ask("DELETE", path, "versionId=" + urllib.parse.quote(version, safe="-_.~"))[0]

    def say(self, line):
        """Asks for a change of the store, and returns its answer: ok, or what is wrong."""
        self.engine.stdin.write(line + "\n")
        self.engine.stdin.flush()
        return self.engine.stdout.readline().strip()

    # The trial

    def begin(self):
        """Starts the store and the provider.

        Returns the provider's process, and the first machine."""
        self.engine = subprocess.Popen([sys.executable, HERE / "engine.py", self.kind, self.folder / "store"], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.store = json.loads(self.engine.stdout.readline())
        for line in (f"bucket {BUCKET} lock", "bucket unlocked"):
            answer = self.say(line)
            assert answer == "ok", f"{line}: {answer}"
        first = self.folder / "first"
        provider = subprocess.Popen([self.simulator, "--port", "0", "--days", "3", "--calls", "30", "--scale", "0.02",
                                     "--requests-per-minute", "0", "--write-config", first],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not (first / "callark.yaml").exists():
            assert provider.poll() is None and time.monotonic() < deadline, "the simulator does not start"
            time.sleep(0.1)
        return provider, first

    def secret(self, machine):
        (machine / "vault.secret").write_text(self.store["secret_access_key"] + "\n")
        (machine / "vault.secret").chmod(0o600)

    def configure(self, machine, bucket=BUCKET):
        self.secret(machine)
        text = (machine / "callark.yaml").read_text().split("vault:\n")[0]
        (machine / "callark.yaml").write_text(text + "\n".join([
            "vault:", f"  endpoint: {self.store['endpoint']}", f"  region: {engine.REGION}", f"  bucket: {bucket}",
            "  path_style: true", f"  access_key_id: {self.store['access_key_id']}",
            f"  secret_access_key_file: \"{machine}/vault.secret\"", "  lock: compliance", "  retain_years: 7", ""]))

    def move(self, machine, name):
        """The configuration and the secrets of a machine, on another one."""
        other = self.folder / name
        other.mkdir()
        for path in machine.iterdir():
            if path.is_file():
                shutil.copy(path, other / path.name)
        config = (other / "callark.yaml").read_text()
        (other / "callark.yaml").write_text(config.replace(f"\"{machine}/", f"\"{other}/"))
        return other

    def main(self):
        provider, first = self.begin()
        try:
            self.trial(first)
        finally:
            provider.terminate()
            provider.wait()
            self.engine.stdin.close()
            self.engine.wait()
        print(f"{len(self.faults)} faults", flush=True)
        return 1 if self.faults else 0

    def trial(self, first):
        self.run(first, "init")
        self.configure(first, "unlocked")
        self.run(first, "vault", "check", codes=(78,))
        self.configure(first)
        self.run(first, "vault", "check")
        self.run(first, "archive", "--last", "4d", codes=(0, 75))
        self.run(first, "vault", "status", codes=(0,))
        before, copies = self.recordings(first)
        self.expect(len(before) > 50, f"{len(before)} recordings are listed")
        archived = [row for row in before if json.loads(row)["state"] == "archived"]
        self.expect(len(archived) > 50, f"{len(archived)} of them are archived")
        self.expect({("disk", "vault")} <= copies <= {("disk", "vault"), ()},
                    f"what is archived is on the disk and in the vault: {copies}")

        versions = list(self.versions())
        tars = [(key, version) for key, version in versions if key.endswith(".tar")]
        self.expect(len(tars) == len({key for key, _ in tars}) >= 3, f"{len(tars)} archives are there, each once")
        kept = [each for each in versions if each[0].startswith("archives/")]
        self.expect(len(kept) >= 2 * len(tars) and all(self.lock(*each) for each in kept),
                    f"all {len(kept)} objects of archives are locked")
        status = self.delete(*tars[0])
        self.expect(status == 403 and tars[0] in list(self.versions()), f"the store refuses to delete one ({status})")
        self.expect(not any("credentials" in key or "service" in key or key.endswith(".key") for key, _ in versions),
                    "no key and no token left the machine")

        second = self.move(first, "second")
        self.run(second, "archive", codes=(74,))
        line = self.lines(second, "rebuild", "--from-vault", "--take-over")[-1]
        after, copies = self.recordings(second)
        self.expect([row for row in after if json.loads(row)["state"] == "archived"] == archived,
                    "the second machine lists what the first one had archived")
        self.expect(copies == {("vault",)}, f"all of it is in the vault only: {copies}")
        each = line["vault_bytes"] / max(1, line["recordings"])
        print(f"      {line['vault_requests']} requests, {each:.0f} bytes for each recording", flush=True)
        self.run(second, "archive", codes=(0, 75))
        self.expect(set(archived) <= set(self.recordings(second)[0]), "and still does after its next pass")
        task = json.loads(archived[0])["task_id"]
        for machine in (first, second):
            self.run(machine, "fetch", task, "-o", str(machine / "calls"), codes=(0, 75))
        files = [{path.name: path.read_bytes() for path in (machine / "calls" / task).iterdir() if path.suffix == ".wav"}
                 for machine in (first, second)]
        self.expect(files[0] and files[0] == files[1], "a call is the same from the vault and from the disk")

        # The first one was only asleep.
        self.run(first, "vault", "status", codes=(78,))
        there = sorted(self.versions())
        self.expect(set(tars) <= set(there), "every archive that the first machine put is still there")
        done = self.run(first, "archive", codes=(78,))
        self.expect("belongs to the archive root" in done.stderr, f"the first machine, woken, is told: {done.stderr.strip()[-400:]}")
        # It has nothing to put, so it need not ask.
        self.run(first, "vault", "push", codes=(0, 78))
        self.expect(sorted(self.versions()) == there, "and it puts nothing, and deletes nothing")
        self.run(second, "vault", "status", codes=(0, 75))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[2] not in ("seaweedfs", "ceph"):
        sys.exit(__doc__)
    work = pathlib.Path(sys.argv[3]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    sys.exit(Trial(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], work).main())
