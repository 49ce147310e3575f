#!/usr/bin/env python3
"""Sends the released programs malformed input on every surface that takes bytes from outside.

A case is a surface and a number; with the same seed it is always the same. A case is a finding if a program dies of a
signal, ends with code 70 or one that the interface does not define, takes too long or too much memory, prints raw control
characters or a secret, or says something that this fuzzer's own witness knows to be false.

usage: fuzz.py BIN_FOLDER [--minutes M] [--cases N] [--seed S] [--surface NAME …] [--case SURFACE:NUMBER] [--jobs N]
"""
import argparse
import itertools
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback

from program import Finding
from surfaces import SURFACES
from world import World


class Fuzzer:
    """Draws cases and runs them until the time is over."""

    def __init__(self, options, world, folder):
        self.options = options
        self.world = world
        self.folder = folder
        self.findings = []
        self.counts = dict.fromkeys(options.surface, 0)
        self.numbers = itertools.count()
        self.lock = threading.Lock()

    def run_one(self, surface, number):
        """Runs one case; a finding is printed and its folder kept."""
        case = self.folder / f"{surface}-{number}"
        shutil.rmtree(case, ignore_errors=True)
        case.mkdir()
        draw = random.Random(f"{self.options.seed}:{surface}:{number}")
        story = []
        try:
            SURFACES[surface](self.world, case, draw, story)
        except Finding as finding:
            self.report(surface, number, story, str(finding), case)
        except Exception:  # A bug in the fuzzer itself must be seen too.
            self.report(surface, number, story, traceback.format_exc(), case)
        else:
            shutil.rmtree(case, ignore_errors=True)
        with self.lock:
            self.counts[surface] += 1

    def report(self, surface, number, story, text, case):
        seed = self.options.seed
        repeat = f"python3 {sys.argv[0]} {self.options.bin} --seed {seed} --case {surface}:{number}"
        with self.lock:
            self.findings.append((surface, number))
            print(f"\nFINDING {surface}:{number}: {text}", flush=True)
            for line in story:
                print(f"  {line}")
            print(f"  kept: {case}\n  again: {repeat}", flush=True)

    def work(self, until):
        """The work of each thread."""
        while time.monotonic() < until:
            with self.lock:
                number = next(self.numbers)
            if self.options.cases is not None and number >= self.options.cases:
                return
            surface = self.options.surface[number % len(self.options.surface)]
            self.run_one(surface, number)

    def run(self):
        until = time.monotonic() + self.options.minutes * 60
        threads = [threading.Thread(target=self.work, args=(until,)) for _ in range(self.options.jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path, help="the folder with callark and callark-simulator")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cases", type=int, help="how many, if the time allows: the same ones of a seed each time")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--surface", action="append", choices=sorted(SURFACES))
    parser.add_argument("--case", help="SURFACE:NUMBER, as a finding names it")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    options.surface = options.surface or sorted(SURFACES)
    return options


def main():
    options = parse()
    # Commands without a configuration would find this one, and hold what they are given against its archive.
    if pathlib.Path("/etc/callark/callark.yaml").exists():
        sys.exit("fuzz on a machine that has no /etc/callark/callark.yaml")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="callark-fuzz."))
    print(f"seed {options.seed}, {options.minutes:g} minutes, in {folder}", flush=True)
    with World(options.bin, folder / "world", options.seed) as world:
        fuzzer = Fuzzer(options, world, folder)
        if options.case:
            surface, number = options.case.split(":")
            fuzzer.run_one(surface, int(number))
        else:
            fuzzer.run()
    total = sum(fuzzer.counts.values())
    for surface, count in fuzzer.counts.items():
        print(f"{surface:12} {count} cases")
    print(f"{total} cases, {len(fuzzer.findings)} findings, seed {options.seed}")
    if not fuzzer.findings:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if fuzzer.findings or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
