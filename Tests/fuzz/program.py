"""Runs the program as a user would, and looks at how it ends."""
import json
import os
import pathlib
import subprocess
import threading
import time

# The exit codes of the interface but 70, which is a bug by definition.
CODES = {0, 64, 65, 66, 69, 74, 75, 77, 78, 130, 143}
SECONDS = 90
# Of a build for debugging; a pass takes a tenth of it.
PEAK_BYTES = 600 << 20
OUTPUT_BYTES = 8 << 20
COMPLAINT_BYTES = 256 << 10


class Finding(Exception):
    """Something that must not be."""


class Result:
    """How one run ended."""

    def __init__(self, arguments, code, out, err, seconds, peak):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err
        self.seconds, self.peak = seconds, peak

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
    """callark, with what it must never print."""

    def __init__(self, binary, secrets):
        self.binary = binary
        self.secrets = [secret.encode() for secret in secrets if secret]

    def run(self, arguments, folder, environment, story=None, seconds=SECONDS):
        """Runs it once. Raises a Finding if it ends as no program should."""
        out, err = folder / "stdout", folder / "stderr"
        started = time.monotonic()
        with open(out, "wb") as standard_output, open(err, "wb") as standard_error:
            process = subprocess.Popen(
                [os.fsencode(self.binary), *[os.fsencode(argument) for argument in arguments]],
                stdin=subprocess.DEVNULL, stdout=standard_output, stderr=standard_error,
                env={**base_environment(), **environment}, cwd=folder)
            late = threading.Timer(seconds, process.kill)
            late.start()
            _, status, usage = os.wait4(process.pid, 0)
            late.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        taken = time.monotonic() - started
        result = Result(arguments, process.returncode, read(out, OUTPUT_BYTES), read(err, COMPLAINT_BYTES), taken,
                        usage.ru_maxrss << 10)
        if story is not None:
            story.append(f"{result} after {taken:.1f} s: {result.err[-300:].decode('utf-8', 'replace').strip()!r}")
        self.judge(result, seconds)
        return result

    def judge(self, result, seconds):
        # Lines of CSV end with both (RFC 4180).
        out = result.out.replace(b"\r\n", b"\n") if "--csv" in result.arguments else result.out
        if result.seconds >= seconds:
            raise Finding(f"{result}: no end after {seconds} s")
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


def base_environment():
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def read(path, limit):
    with open(path, "rb") as file:
        return file.read(limit)


def control_character(text):
    """The first character that could do something to a terminal; None if there is none."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        # Cut off in the middle of a character at the limit.
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
