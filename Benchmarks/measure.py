"""Runs a command and says what it took."""

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time


@dataclasses.dataclass
class Cost:
    """Of one run: seconds, CPU seconds of all its processes, the largest resident process in MiB, bytes that reached the
    disk's queue, and, for marked lines of its output, when they came and what CPU the command had taken by then,
    in seconds."""

    wall: float
    cpu: float
    resident: float
    written: int = 0
    marks: dict = dataclasses.field(default_factory=dict)
    cpu_marks: dict = dataclasses.field(default_factory=dict)


def run(command, cwd=None, environment=None, marks=None, statuses=(0,)):
    """Runs `command` (a list, or a text for bash) to its end.

    marks: {name: (bytes, count)}: the time of that line of standard output which is the count-th with these bytes in it,
    or, where count is None, the last. Looking at each of many lines would take a part of what is measured.
    """
    if isinstance(command, str):
        command = ["bash", "-euo", "pipefail", "-c", command]
    written = blocks_written()
    # A process counts the memory of the one that it was forked from as its own: GNU time is a small one.
    with tempfile.NamedTemporaryFile("r") as costs:
        timed = ["time", "-q", "-o", costs.name, "-f", "%e %U %S %M", *map(str, command)]
        began = time.monotonic()
        process = subprocess.Popen(
            timed, cwd=cwd, env=None if environment is None else {**os.environ, **environment},
            stdout=subprocess.PIPE if marks else subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        found, taken, errors = {}, {}, []
        seen = dict.fromkeys(marks or {}, 0)
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        if marks:
            for line in process.stdout:
                for name, (text, count) in marks.items():
                    if text in line:
                        seen[name] += 1
                        if count in (None, seen[name]):
                            found[name] = time.monotonic() - began
                            taken[name] = cpu_of_child(process.pid) or taken.get(name, 0)
        status = process.wait()
        wall = time.monotonic() - began
        reader.join()
        if status not in statuses:
            sys.exit(f"{command}: exit {status}\n{errors[0].decode(errors='replace')[-2000:]}")
        _, user, system, kilobytes = map(float, costs.read().split())
    return Cost(wall, user + system, kilobytes / 1024, blocks_written() - written, found, taken)


def cpu_of_child(pid):
    """CPU seconds of the one process that `time` started, so far; `None` once it has gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            child = file.read().split()[0]
        with open(f"/proc/{child}/stat", encoding="ascii") as file:
            user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    except (OSError, IndexError):
        return None
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def blocks_written():
    """Bytes that this machine's disks were given so far."""
    disks = {name for name in os.listdir("/sys/block") if not name.startswith(("loop", "ram", "dm-", "zram"))}
    with open("/proc/diskstats", encoding="ascii") as file:
        rows = [line.split() for line in file]
    return sum(int(row[9]) * 512 for row in rows if row[2] in disks)


def median(costs, value):
    return statistics.median(value(cost) for cost in costs)
