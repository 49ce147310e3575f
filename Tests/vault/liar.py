#!/usr/bin/env python3
"""A store whose locks are not real must be refused: rclone says that an object is locked, and deletes it.

usage: liar.py BIN_FOLDER FOLDER
"""
import os
import pathlib
import subprocess
import sys
import time

import engine


def main(binaries, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store").mkdir(exist_ok=True)
    configuration = folder / "callark.yaml"
    with open(folder / "simulator.log", "wb") as log:
        simulator = subprocess.Popen(
            [binaries / "callark-simulator", "--port", "0", "--calls", "4", "--write-config", folder],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    store = engine.Rclone(folder / "store")
    try:
        store.start()
        if (answer := store.make_bucket("callark", False)) != "ok":
            sys.exit(answer)
        deadline = time.monotonic() + 30
        while not configuration.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        secret = folder / "vault.secret"
        secret.write_text(engine.SECRET_KEY)
        secret.chmod(0o600)
        with open(configuration, "a") as file:
            file.write(f"vault:\n  endpoint: {store.endpoint}\n  region: us-east-1\n  bucket: callark\n  path_style: true\n"
                       f"  access_key_id: {engine.ACCESS_KEY}\n  secret_access_key_file: {secret}\n  lock: compliance\n"
                       "  retain_years: 1\n")
        environment = {**{name: text for name, text in os.environ.items() if not name.startswith(("CALLARK_", "AWS_"))},
                       "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES": "0"}
        for words, expected in ((["init"], 0), (["vault", "check"], 78)):
            done = subprocess.run(
                [binaries / "callark", *words, "--config", configuration], env=environment, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=300, check=False)
            print(done.stdout + done.stderr, end="", flush=True)
            if done.returncode != expected:
                sys.exit(f"FAULT callark {' '.join(words)} ended with {done.returncode}, not {expected}")
            # 78 is also what a configuration with a mistake is, and refusals that show nothing.
            if expected == 78 and "lock: NOT REAL" not in done.stdout:
                sys.exit("FAULT callark does not say that the lock is not real")
        print("ok    a store whose locks are not real is refused")
    finally:
        store.kill()
        simulator.kill()
        simulator.wait()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
