"""Runs the program as a user would, and checks how it ends."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import subprocess
import threading
import time

# The exit codes of the interface, except 70, which is a bug by definition, and those of signals, which are not sent.
CODES = {0, 64, 65, 66, 69, 74, 75, 77, 78}
# How long a run may take on an otherwise idle machine.
SECONDS = 120
# The limit for a debug build; a pass takes a tenth of it.
PEAK_BYTES = 600 << 20
OUTPUT_BYTES = 8 << 20
COMPLAINT_BYTES = 256 << 10


class Finding(Exception):
    """Something that must not happen."""


class Patience:
    """This many seconds of an idle machine: if other processes wait for its cores too, they last proportionally longer."""

    def __init__(self, seconds=SECONDS):
        self.left = seconds
        self.looked = time.monotonic()

    @property
    def is_over(self):
        """Checks the clock and how many processes wait. Call it about every second."""
        looked, self.looked = self.looked, time.monotonic()
        self.left -= (self.looked - looked) / max(1, os.getloadavg()[0] / len(os.sched_getaffinity(0)))
        return self.left <= 0


class Result:
    """How one run ended."""

    def __init__(self, arguments, code, out, err, peak):
        self.arguments, self.code, self.out, self.err, self.peak = arguments, code, out, err, peak

    def lines(self):
        """The objects of NDJSON on standard output."""
        found = []
        for line in self.out.decode("utf-8", "surrogateescape").split("\n"):
            if not line:
                continue
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise Finding(f"{self}: a line that is no JSON: {line[:200]!r}: {error}") from error
        return found

    def __str__(self):
        return f"`{' '.join(self.arguments)}` ended with {self.code}"


class Program:
    """callark, and the texts that it must never print."""

    def __init__(self, binary, secrets):
        self.binary = binary
        # The signature of a URL is a secret too.
        self.secrets = [b"X-Amz-Signature="]
        self.forbid(*secrets)

    def forbid(self, *secrets):
        """Adds a text that must not be printed."""
        self.secrets += [secret.encode() for secret in secrets if secret]

    def run(self, arguments, folder, environment, story=None, stdin=b"", talk=None):
        """Runs it once. Raises a Finding if it ends as no program should. `talk` gets its standard input, the file with its
        output, and an event that is set when it has ended."""
        into, out, err = folder / "stdin", folder / "stdout", folder / "stderr"
        into.write_bytes(stdin)
        started = time.monotonic()
        with open(into, "rb") as standard_input, open(out, "wb") as standard_output, open(err, "wb") as standard_error:
            process = subprocess.Popen(
                [os.fsencode(self.binary), *[os.fsencode(argument) for argument in arguments]],
                stdin=subprocess.PIPE if talk else standard_input, stdout=standard_output, stderr=standard_error,
                env={**base_environment(), **environment}, cwd=folder)
            watch = Watch(process)
            watch.start()
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                talking = pool.submit(converse, talk, process.stdin, out, watch.ended) if talk else None
                _, status, usage = os.wait4(process.pid, 0)
                watch.ended.set()
                watch.join()
                process.returncode = os.waitstatus_to_exitcode(status)
                if talking:
                    talking.result()
        taken = time.monotonic() - started
        result = Result(arguments, process.returncode, read(out, OUTPUT_BYTES), read(err, COMPLAINT_BYTES),
                        usage.ru_maxrss << 10)
        if story is not None:
            story.append(f"{result} after {taken:.1f} s: {result.err[-300:].decode('utf-8', 'replace').strip()!r}")
        if watch.was_late:
            raise Finding(f"{result}: no end after {taken:.0f} s")
        self.judge(result)
        return result

    def judge(self, result):
        # Lines of CSV end with both (RFC 4180).
        is_csv = result.arguments[:2] == ["sites", "export"] or any("csv" in argument for argument in result.arguments)
        out = result.out.replace(b"\r\n", b"\n") if is_csv else result.out
        if result.code not in CODES:
            raise Finding(f"{result}: {result.err[-2000:].decode('utf-8', 'replace')}")
        if result.peak > PEAK_BYTES:
            raise Finding(f"{result}: {result.peak >> 20} MiB of memory")
        for name, text in (("output", out), ("error", result.err)):
            limit = OUTPUT_BYTES if name == "output" else COMPLAINT_BYTES
            if len(text) >= limit:
                raise Finding(f"{result}: {limit >> 10} KiB and more of standard {name}")
            if (bad := control_character(text)) is not None:
                raise Finding(f"{result}: standard {name} has {bad!r} raw")
            for secret in self.secrets:
                if secret in text:
                    raise Finding(f"{result}: a secret in standard {name}")
        if result.code != 0 and not result.out and not result.err:
            raise Finding(f"{result}: without a word")
        if odd := odd_complaint(result):
            raise Finding(f"{result}: a complaint that is no line of its own: {odd[:300]!r}")
        if result.out.startswith(b"{") and "--experimental-dump-help" not in result.arguments:
            types = [line.get("type") for line in result.lines()]
            if not all(types) or types[-1] != "summary":
                raise Finding(f"{result}: lines of JSON without a type, or without a summary at their end: {types[-3:]}")


def converse(talk, standard_input, output, ended):
    """Talks to a program, which may end at any moment."""
    with contextlib.suppress(BrokenPipeError), standard_input:
        talk(standard_input, output, ended)


class Watch(threading.Thread):
    """Kills a process that does not end."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.patience = process, Patience()
        self.ended, self.was_late = threading.Event(), False

    def run(self):
        while not self.ended.wait(1):
            if self.patience.is_over:
                self.was_late = True
                self.process.kill()
                return


def odd_complaint(result):
    """A line of standard error that is neither an error message, a line of the log, nor JSON. Usage, and the problems of a
    configuration, take several lines."""
    if result.code in (64, 78):
        return None
    lines = result.err.decode("utf-8", "replace").splitlines()
    return next((line for line in lines if not re.match(r"callark: |\d{4}-\d\d-\d\dT\S+Z [a-z]+ callark: |\{.*\}$", line)), None)


def base_environment():
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def read(path, limit):
    with open(path, "rb") as file:
        return file.read(limit)


def control_character(text):
    """The first character that could affect a terminal; None if there is none."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        # The limit may cut a character in half.
        if error.start >= len(text) - 4:
            decoded = text[:error.start].decode()
        else:
            return text[error.start:error.end]
    for character in decoded:
        code = ord(character)
        if (code < 0x20 and character not in "\n\t") or 0x7F <= code < 0xA0 or 0x202A <= code <= 0x202E \
                or 0x2066 <= code <= 0x2069:
            return character
    return None


def files(folder):
    """All regular files below a folder, in a fixed order."""
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
