#!/usr/bin/env python3
"""Runs deploy/demo without a terminal, and on one: there it serves the day until Ctrl-C, and what it prints works as it stands.

usage: Tests/deploy/demo.py BIN_FOLDER
"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile

DEMO = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy" / "demo"
SECONDS = 300


def without_terminal(bin_folder, folder):
    done = subprocess.run([DEMO, bin_folder, folder], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What happened" in done.stdout and "Serve it" not in done.stdout, done.stdout


def read_until(terminal, wanted):
    """What the demo prints."""
    text = b""
    while wanted.encode() not in text:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:
            part = b""
        assert part, f"it ended before {wanted!r}: {text.decode()}"
        text += part
    return text.decode().replace("\r\n", "\n")


def on_terminal(bin_folder, folder):
    process, terminal = pty.fork()
    if process == 0:
        os.execv(DEMO, [DEMO, bin_folder, folder])
    text = read_until(terminal, "Ctrl-C ends it.")
    assert re.search(r"^  address  http://127\.0\.0\.1:\d+$", text, re.MULTILINE), text
    assert re.search(r"^  key      clk_\S{43}$", text, re.MULTILINE), text
    commands = re.findall(r"^  (curl .*)$", text, re.MULTILINE)
    assert len(commands) == 2, text
    for command in commands:
        done = subprocess.run(command, shell=True, capture_output=True, cwd=folder, timeout=SECONDS)
        assert done.returncode == 0, (command, done)
    audio = (folder / "call.wav").read_bytes()
    assert audio[:4] == b"RIFF" and audio[8:12] == b"WAVE", audio[:64]
    os.write(terminal, b"\x03")
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status == 0, f"Ctrl-C: exit code {status}"
    log = (folder / "service.log").read_text()
    assert "callark: demo GET /api/v1/calls 200" in log, log


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.environ["CALLARK_DEMO_CALLS"] = "12"
    with tempfile.TemporaryDirectory(prefix="callark-demo.") as folder:
        bin_folder = str(pathlib.Path(sys.argv[1]).resolve())
        without_terminal(bin_folder, pathlib.Path(folder) / "plain")
        on_terminal(bin_folder, pathlib.Path(folder) / "terminal")
    print("demo: without a terminal, and on one")


main()
