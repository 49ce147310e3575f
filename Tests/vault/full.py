#!/usr/bin/env python3
"""A store that has no room left: a pass says so, loses nothing, and goes on when there is room again.

usage: full.py BIN_FOLDER seaweedfs|ceph FOLDER

SeaweedFS may make no further volume; Ceph has a quota for its user. It knows only Callark's command line and the store's own answers.
"""
import pathlib
import sys

import machines

PASS = ("archive", "--last", "4d")


class Full(machines.Trial):
    def trial(self, first):
        self.run(first, "init")
        self.configure(first)
        self.run(first, "vault", "check")
        answer = self.say(f"fill {machines.BUCKET}")
        self.expect(answer == "ok", f"the store is full: {answer}")
        done = self.run(first, *PASS, codes=(69,))
        self.expect("room" in done.stderr, f"it says that there may be no room: {done.stderr.strip()}")
        self.expect(done.stderr.count("room") == 1, "and says it once")
        rows = [row for row in self.lines(first, "list") if row["type"] == "recording"]
        held = [row for row in rows if row["state"] == "stored"]
        self.expect(len(held) > 50 and not any(row["state"] == "archived" for row in rows),
                    f"{len(held)} recordings are stored, and none is archived")
        self.run(first, "verify")
        self.run(first, "vault", "status", codes=(75,))
        answer = self.say("empty")
        self.expect(answer == "ok", f"the store has room again: {answer}")
        self.run(first, *PASS, codes=(0, 75))
        self.run(first, "vault", "status")
        versions = [each for each in self.versions() if each[0].startswith("archives/")]
        keys = [key for key, _ in versions]
        self.expect(len(keys) == len(set(keys)) >= 6, f"{len(keys)} objects of archives are there, each once")
        self.expect(all(self.lock(*each) for each in versions), "all of them are locked")
        self.run(first, "verify", "--remote")
        status, body = self.ask("GET", f"/{self.bucket_name}", "uploads=")
        self.expect(status == 200 and b"<UploadId>" not in body, f"no upload is unfinished ({status})")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[2] not in ("seaweedfs", "ceph"):
        sys.exit(__doc__)
    work = pathlib.Path(sys.argv[3]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    sys.exit(Full(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], work).main())
