"""A simulated contact center, its archive and the service, for a browser to visit. Nothing leaves this machine."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

DAYS = 4
CALLS = 40
# Alarms, which the page can try: one channel takes them, and one does not.
NOTIFICATIONS = """
notifications:
  - command: [/bin/true]
  - command: [/bin/false]
"""
ROLES = ["viewer", "reviewer", "operator", "admin", "auditor"]


class Stage:
    """Runs the programs in `binaries`, with everything that they write below `folder`."""

    def __init__(self, binaries, folder, days=DAYS, calls=CALLS, seed=7, missing=0.012):
        self.binaries, self.folder = pathlib.Path(binaries), pathlib.Path(folder)
        self.days, self.calls, self.seed, self.missing = days, calls, seed, missing
        # The provider sends the browser back to an address that it knows beforehand.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CALLARK_")},
            "CALLARK_CONFIG": str(self.folder / "callark.yaml"), "CALLARK_ORG_ACME_REQUESTS_PER_MINUTE": "6000",
            "CALLARK_SERVICE_LISTEN": f"127.0.0.1:{self.port}", "CALLARK_DOWNLOADS_ATTEMPTS": "2",
        }
        self.today = datetime.datetime.now(datetime.timezone.utc).date()
        self.keys, self.address = {}, None
        self._processes, self.service = [], None

    def callark(self, *arguments, codes=(0,)):
        """Runs a command and returns what it printed."""
        done = subprocess.run([self.binaries / "callark", *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode not in codes:
            raise RuntimeError(f"callark {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done.stdout

    def _start(self, *command, log):
        with open(self.folder / log, "w") as file:
            process = subprocess.Popen(command, env=self.environment, stdout=file, stderr=subprocess.STDOUT)
        self._processes.append(process)
        return process

    def _wait(self, process, what, found, seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (value := found()) is not None:
                return value
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{what} did not start: {[p.read_text() for p in self.folder.glob('*.log')]}")

    def begin(self):
        """Archives some days, one of which has gaps, and serves them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        first = self.today - datetime.timedelta(days=self.days - 1)
        simulator = self._start(
            self.binaries / "callark-simulator", "--port", "0", "--seed", str(self.seed), "--day", str(first), "--days",
            str(self.days), "--calls", str(self.calls), "--scale", "0.25", "--requests-per-minute", "0",
            "--capture-delay-seconds", "30", "--now", f"{self.today}T23:00:00Z",
            "--redirect-uri", f"http://127.0.0.1:{self.port}/oauth/webex/callback",
            "--fault", f"media 404 recordings={self.missing}", "--write-config", str(self.folder), log="simulator.log",
        )
        configuration = self.folder / "callark.yaml"
        self._wait(simulator, "the simulator", lambda: True if configuration.exists() and configuration.stat().st_size else None)
        text = configuration.read_text()
        self.provider = re.search(r"oauth_base_url: (https?://[^/\s]+)", text)[1]
        configuration.write_text(text + NOTIFICATIONS)
        self.callark("init")
        # Some downloads fail for good: that leaves gaps.
        self.callark("archive", "--from", str(first), codes=(0, 75))
        self._close(first)
        for role in ROLES:
            lines = self.callark("keys", "create", "--name", f"test-{role}", "--role", role, "--json").splitlines()
            self.keys[role] = json.loads(lines[0])["key"]
        self.serve()
        return self

    def _close(self, day):
        """Explains what a day lacks, so that there is a closed day whatever the simulator leaves out."""
        lines = [json.loads(line) for line in self.callark("gaps", "--day", str(day), "--json", codes=(0, 65, 75)).splitlines()]
        tasks = sorted({line["task_id"] for line in lines if line["type"] == "gap" and not line.get("explanation")})
        if tasks:
            self.callark("gaps", "explain", *tasks, "--reason", "provider_fault", "--note", "The provider lost it")
            self.callark("archive", "--day", str(day), codes=(0, 75))

    def serve(self, **variables):
        """Starts the service at a free port, with more of its configuration if it is given; ends the one that runs."""
        if self.service is not None:
            self.service.send_signal(signal.SIGTERM)
            self.service.wait(30)
        log = self.folder / "serve.log"
        log.unlink(missing_ok=True)
        self.environment.update(variables)
        process = self._start(self.binaries / "callark", "serve", log="serve.log")
        self.service = process
        self.address = self._wait(
            process, "the service", lambda: (m := re.search(r"listening at (http://\S+)", log.read_text())) and m[1] or None
        )

    def end(self):
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def api(self, path, role="admin"):
        """The JSON of the API."""
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {self.keys[role]}"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


@contextlib.contextmanager
def staged(binaries, **options):
    """A stage in a folder of its own, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="callark-browser-", ignore_cleanup_errors=True) as folder:
        stage = Stage(binaries, folder, **options)
        try:
            yield stage.begin()
        finally:
            stage.end()
