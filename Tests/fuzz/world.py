"""One simulated contact centre and one archive of it, of which every case gets a copy, and the truth about both."""
import datetime
import hashlib
import json
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.request

from program import Finding, Patience, Program, files

CALLS = 24
# A zone in which it is evening: yesterday is sealed, and today, whose recordings are in the spool, has most of its calls.
HOURS = 21 - datetime.datetime.now(datetime.timezone.utc).hour
HOURS -= 24 if HOURS > 12 else 0
ZONE = f"Etc/GMT{-HOURS:+d}" if HOURS else "UTC"
# A zone in which that day is over, if there is one on earth.
SEALING_ZONE = f"Etc/GMT{-HOURS - 4:+d}" if HOURS <= 10 and HOURS != -4 else None
TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=HOURS))).date()
DAY = str(TODAY - datetime.timedelta(days=1))
# For passes over a provider whose answers are false, whatever its bytes.
IMPATIENT = {"CALLARK_DOWNLOADS_ATTEMPTS": "3", "CALLARK_DOWNLOADS_STALL_SECONDS": "2"}


class World:
    """Starts the simulator, archives its first days once, and ends it."""

    def __init__(self, binaries, folder, seed):
        self.binaries, self.folder, self.seed = binaries, folder, seed
        folder.mkdir(parents=True)

    def __enter__(self):
        # Only one login at a time can wait there.
        self.redirect_uri, self.redirect_port = f"http://127.0.0.1:{free_port()}/callark", threading.Lock()
        log = open(self.folder / "simulator.log", "wb")
        self.simulator = subprocess.Popen(
            [self.binaries / "callark-simulator", "--port", "0", "--seed", str(self.seed % 97), "--day", DAY, "--days", "2",
             "--now", now(), "--time-zone", ZONE, "--calls", str(CALLS), "--scale", "0.02", "--requests-per-minute", "0",
             "--redirect-uri", self.redirect_uri, "--legacy", "--write-config", self.folder], stdout=log, stderr=log)
        try:
            self.prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.simulator.terminate()
        self.simulator.wait()

    def prepare(self):
        self.configuration = self.folder / "callark.yaml"
        patience = Patience()
        while not (self.configuration.exists() and self.configuration.stat().st_size):
            if patience.is_over or self.simulator.poll() is not None:
                raise RuntimeError((self.folder / "simulator.log").read_text())
            time.sleep(0.05)
        text = self.configuration.read_text()
        self.origin = next(line.split("api_base_url: ")[1] for line in text.splitlines() if "api_base_url" in line)[:-3]
        secrets = [(self.folder / name).read_text().strip() for name in ("secret", "refresh", "legacy-key")]
        self.program = Program(self.binaries / "callark", secrets)
        self.commands = self.grammar()
        self.root = self.folder / "archive"
        self.run(["init"], self.folder, self.root)
        # A call of the last minutes may still be in progress; then the code is 75.
        self.run(["archive", "--from", DAY], self.folder, self.root)
        truth = self.served()
        self.program.forbid(json.loads((self.root / "spool/credentials/acme.json").read_text())["access_token"])
        self.digests = set(self.held(self.folder, self.root).values())
        if not self.digests or not self.digests <= {record["sha256"] for record in truth}:
            raise RuntimeError(f"the archive to begin with has {len(self.digests)} of {len(truth)} recordings")
        self.manifest_quiet(self.root)
        self.originals = {path.relative_to(self.root): path.read_bytes() for path in files(self.root)}
        self.tasks = sorted({record["task_id"] for record in truth})
        self.open_archives = [path for path in self.originals if path.suffix == ".open"]
        if not self.open_archives:
            raise RuntimeError("the archive to begin with has no open daily archive")
        self.troubled = self.folder / "troubled"
        self.trouble()

    def grammar(self):
        """The name of each command and its arguments, from the program's output for shells."""
        text = self.program.run(["--experimental-dump-help"], self.folder, {}).out

        def leaves(command, words):
            if inner := command.get("subcommands"):
                for each in inner:
                    yield from leaves(each, [*words, each["commandName"]])
            elif words[-1] != "serve":  # A server runs until it is told to end.
                yield words, command.get("arguments", [])
        return list(leaves(json.loads(text)["command"], []))

    def trouble(self):
        """An archive with recordings that are suspect, that failed and that are missing, while the provider errs."""
        self.ask("/simulator/faults", b"- media cut keeps=0.5 etag=own recordings=0.2\n- media 404 recordings=0.1\n"
                                      b"- captures vanish recordings=0.3\n")
        self.run(["init"], self.folder, self.troubled)
        self.run(["archive", "--from", DAY], self.folder, self.troubled, **IMPATIENT)
        self.ask("/simulator/faults", method="DELETE")
        rows = self.run(["list", "--json"], self.folder, self.troubled).lines()
        wrong = [row for row in rows if row["type"] == "gap" or row.get("suspect") or row.get("state") == "failed"]
        self.lacking = sorted({row["task_id"] for row in wrong})
        if not self.lacking:
            raise RuntimeError("the archive in which recordings are to be missing and suspect has all of them, whole")
        self.manifest_quiet(self.troubled)

    def ask(self, path, body=None, method=None):
        """A page of the simulator."""
        request = urllib.request.Request(self.origin + path, body, method=method)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.read().decode()

    def served(self):
        """What the provider has at present; more comes as the day continues."""
        return [json.loads(line) for line in self.ask("/simulator/recordings").splitlines()]

    def foreign(self, digests):
        """Those of `digests` that the provider never had."""
        strange = digests - self.digests
        return strange - {record["sha256"] for record in self.served()} if strange else strange

    def manifest_quiet(self, root):
        """The manifest in one file without a WAL, so that every change of the file changes what is read."""
        with sqlite3.connect(root / "manifest.sqlite") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def copy(self, case, original=None):
        """A root of its own for one case."""
        root = case / "root"
        shutil.copytree(original or self.root, root)
        return root

    def environment(self, root, **more):
        return {"CALLARK_CONFIG": str(self.configuration), "CALLARK_ARCHIVE_ROOT": str(root),
                "CALLARK_ARCHIVE_TIME_ZONE": ZONE, "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "0", **more}

    def run(self, arguments, folder, root, story=None, complete=False, **more):
        result = self.program.run(arguments, folder, self.environment(root, **more), story)
        if complete and result.code != 0:
            raise Finding(f"{result}: {result.err.decode('utf-8', 'replace')}")
        return result

    def rows(self, folder, root, story=None):
        """What `list` says about each recording, if it says anything."""
        result = self.run(["list", "--json"], folder, root, story)
        return [line for line in result.lines() if line.get("type") == "recording"]

    def held(self, folder, root, story=None):
        """The digests of what `list` calls stored or archived, read from the places that it names."""
        found = {}
        for row in self.rows(folder, root, story):
            if row["state"] not in ("stored", "archived"):
                continue
            path = pathlib.Path(row["archive"])
            if not path.is_file():
                raise Finding(f"{row['recording_id']} is {row['state']} in {row['archive']}, which does not exist")
            with open(path, "rb") as file:
                file.seek(row["offset"])
                digest = hashlib.sha256(file.read(row["bytes"])).hexdigest()
            if digest != row["sha256"]:
                raise Finding(f"{row['recording_id']} is {row['state']} in {path}, whose bytes are {digest}")
            found[row["task_id"], row["file"]] = digest
        return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(path, data):
    """Replaces the bytes of a file, even a read-only one, and keeps its mode."""
    mode = path.stat().st_mode
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)
