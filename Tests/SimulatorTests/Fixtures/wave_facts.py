"""Prints one JSON line of facts on each sound file, found with nothing of Callark: by sox and by arithmetic.

wave_facts.py FILE...
"""

import array
import collections
import json
import math
import subprocess
import sys


def decoded(path):
    """All channels as a list of lists of 16-bit samples, decoded by sox."""
    with open(path, "rb") as file:
        streamed = file.read(8)[4:] in (bytes(4), b"\xff" * 4)
    # Sizes that a streaming writer left at 0 or at the maximum are ignored, as a player would.
    reading = ["--ignore-length"] if streamed else []
    command = ["sox", "-V1", *reading, path, "-t", "raw", "-e", "signed", "-b", "16", "-L", "-"]
    channels = int(subprocess.run(["sox", "--i", "-c", path], check=True, capture_output=True).stdout)
    samples = array.array("h")
    samples.frombytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return [samples[channel::channels] for channel in range(channels)]


def entropy(values):
    counts = collections.Counter(values)
    return -sum(n / len(values) * math.log2(n / len(values)) for n in counts.values())


def loudness(samples, length):
    """The root mean square of each piece of that many samples."""
    pieces = range(0, len(samples) - length + 1, length)
    return [math.sqrt(sum(s * s for s in samples[p:p + length]) / length) for p in pieces]


def voiced(piece):
    """How well a piece repeats itself at some pitch between 80 and 260 Hz: near 1 for a held vowel."""
    energy = sum(s * s for s in piece) or 1
    lags = range(8000 // 260, 8000 // 80)
    return max(sum(piece[i] * piece[i + lag] for i in range(len(piece) - lag)) / energy for lag in lags)


for path in sys.argv[1:]:
    channels = decoded(path)
    sound = channels[0]
    levels = loudness(sound, 400)
    loud = sorted(range(len(levels)), key=levels.__getitem__)[-12:]
    print(json.dumps({
        "channels": len(channels),
        "frames": len(sound),
        "rate": int(subprocess.run(["sox", "--i", "-r", path], check=True, capture_output=True).stdout),
        "encoding": subprocess.run(["sox", "--i", "-e", path], check=True, capture_output=True, text=True).stdout.strip(),
        "entropy": entropy(sound) if sound else 0,
        "quiet": sum(level < 100 for level in levels) / max(1, len(levels)),
        "loud": sum(level > 400 for level in levels) / max(1, len(levels)),
        "peak": max(map(abs, sound), default=0),
        "voiced": max((voiced(sound[i * 400:i * 400 + 400]) for i in loud), default=0),
    }))
