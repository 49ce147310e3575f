"""A simulated provider, an archive of one of its days, and `callark serve` over it, for the tests of deploy."""

import contextlib
import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def first_line(process, wanted, log, seconds=300):
    """The first line of the log that has the wanted word; fails if the process ends before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in log.read_text().splitlines():
            if wanted in line:
                return line
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"no line with {wanted!r}; exit code {process.poll()}:\n{log.read_text()}")


class Service:
    """`callark serve` on a free port of the loopback interface."""

    def __init__(self, program, folder, environment):
        self.program, self.folder, self.environment = program, folder, environment

    def run(self, *arguments):
        """What a command prints; fails unless it ends with 0."""
        done = subprocess.run(
            [self.program, *arguments], env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise SystemExit(f"callark {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def ask(self, path, key=None):
        """The status and the body of the answer to a GET."""
        request = urllib.request.Request(self.address + path)
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextlib.contextmanager
def running(bin_folder, calls=40):
    """A service over an archive that the daily pass has just filled."""
    bin_folder = pathlib.Path(bin_folder)
    now = datetime.datetime.now(datetime.timezone.utc)
    day = (now - datetime.timedelta(days=2)).date().isoformat()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callark-deploy.")))

        def start(name, *command, environment=None):
            log = folder / f"{name}.log"
            process = subprocess.Popen(
                command, stdout=log.open("w"), stderr=subprocess.STDOUT, env=environment, stdin=subprocess.DEVNULL
            )

            def stop():
                process.terminate()
                process.wait(60)

            stack.callback(stop)
            return process, log

        provider, log = start(
            "simulator", bin_folder / "callark-simulator", "--port", "0", "--seed", "7", "--day", day,
            "--now", now.strftime("%Y-%m-%dT%H:%M:%SZ"), "--calls", str(calls), "--scale", "0.1",
            "--requests-per-minute", "0", "--write-config", folder,
        )
        while not (folder / "callark.yaml").exists():
            if provider.poll() is not None:
                raise SystemExit(f"the simulator ended:\n{log.read_text()}")
            time.sleep(0.05)
        environment = dict(
            os.environ, CALLARK_CONFIG=str(folder / "callark.yaml"), CALLARK_ORG_ACME_REQUESTS_PER_MINUTE="60000",
            CALLARK_SERVICE_LISTEN="127.0.0.1:0", CALLARK_ORG_ACME_WEBHOOK_SECRET="0123456789abcdef" * 2,
        )
        # An anchor that takes every checkpoint.
        with (folder / "callark.yaml").open("a") as file:
            file.write("evidence: { anchors: [{ kind: command, name: office, command: [/bin/cat] }] }\n")
        service = Service(bin_folder / "callark", folder, environment)
        service.run("init")
        service.run("archive")
        made = service.run("keys", "create", "--name", "test", "--role", "admin", "--json")
        service.key = json.loads(made.splitlines()[0])["key"]
        process, log = start("serve", service.program, "serve", environment=environment)
        service.address = first_line(process, "listening at", log).rsplit(" ", 1)[1]
        yield service
