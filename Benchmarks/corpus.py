"""Recordings to measure with: telephone WAVs whose sizes and names follow from a seed, in the folder that nginx serves."""

import hashlib
import json
import pathlib
import random
import shutil
import struct
import uuid

ORGANIZATION = "93912f11-6017-404b-bf14-5331890b1797"


class Corpus:
    """A day's recordings: `recordings` holds (task, recording, created ms, duration ms, path below the folder, bytes)."""

    def __init__(self, name, folder, recordings, day_start):
        self.name, self.folder, self.recordings, self.day_start = name, folder, recordings, day_start

    @property
    def byte_count(self):
        return sum(row[5] for row in self.recordings)

    @staticmethod
    def make(name, parent, sizes, day_start, per_task=1.5, seed=1):
        """Writes the files, unless they are there already; `sizes` are those of the audio, in bytes."""
        folder = pathlib.Path(parent) / name
        draw = random.Random(f"{name} {seed}")
        pool = draw.randbytes(64 << 20)
        recordings, task, created = [], None, day_start
        complete = folder / "complete.json"
        fingerprint = hashlib.sha256(json.dumps([sizes, day_start, per_task, seed]).encode()).hexdigest()
        is_there = complete.exists() and complete.read_text() == fingerprint
        if not is_there:
            shutil.rmtree(folder, ignore_errors=True)
        for index, size in enumerate(sizes):
            if task is None or draw.random() < 1 / per_task:
                task = str(uuid.UUID(int=draw.getrandbits(128), version=4))
                created = day_start + 85_000_000 * index // len(sizes)
            recording = str(uuid.UUID(int=draw.getrandbits(128), version=4))
            path = f"media/{ORGANIZATION}/{task}/{recording}/recording.wav"
            start = draw.randrange(len(pool) - size) if size < len(pool) else 0
            recordings.append((task, recording, created, size // 8, path, size + 44))
            if is_there:
                continue
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "wb") as out:
                out.write(header(size))
                left = size
                while left > 0:
                    part = pool[start:start + min(left, len(pool))]
                    out.write(part)
                    left -= len(part)
                    start = 0
        if not is_there:
            complete.write_text(fingerprint)
        return Corpus(name, folder, recordings, day_start)

    @staticmethod
    def repeat(name, parent, count, size, day_start, per_task=1.5, seed=1):
        """As many recordings that are all the same file, `one.wav`, whatever is asked for."""
        folder = pathlib.Path(parent) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "one.wav").write_bytes(header(size) + random.Random(seed).randbytes(size))
        draw, recordings, task = random.Random(seed), [], None
        for index in range(count):
            if task is None or draw.random() < 1 / per_task:
                task = str(uuid.UUID(int=draw.getrandbits(128), version=4))
                created = day_start + 85_000_000 * index // count
            recording = str(uuid.UUID(int=draw.getrandbits(128), version=4))
            recordings.append((task, recording, created, size // 8, f"media/{index}.wav", size + 44))
        return Corpus(name, folder, recordings, day_start)

    def urls(self, origin):
        return [f"{origin}/{row[4]}?X-Amz-Expires=3600&X-Amz-Signature=0" for row in self.recordings]


def header(size):
    """Of a WAV of µ-law, 8 kHz, one channel."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, 8000, 8000, 1, 8)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE" + form + b"data" + struct.pack("<I", size)


def calls(total_bytes, seed=2):
    """Log-normal sizes around a megabyte, as calls of some minutes have, until they make `total_bytes`."""
    draw, sizes, total = random.Random(seed), [], 0
    while total < total_bytes:
        size = int(min(max(draw.lognormvariate(13.85, 0.55), 60_000), 9_000_000)) & ~1
        sizes.append(size)
        total += size
    return sizes


def small(count, seed=3):
    """Clips of around 20 KB."""
    draw = random.Random(seed)
    return [int(draw.uniform(12_000, 28_000)) & ~1 for _ in range(count)]
