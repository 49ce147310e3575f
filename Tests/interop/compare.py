"""Compares an unpacked daily archive and `callark list --json` with the simulator's record of what it offered."""
import hashlib
import json
import pathlib
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main(truth_path, list_path, bag_path, day):
    offered = sorted(row["sha256"] for row in lines(truth_path) if row["day"] == day)
    listed = [row for row in lines(list_path) if row["type"] == "recording"]
    held = sorted(
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in pathlib.Path(bag_path, "data").rglob("*")
        if path.is_file()
    )
    archived = sorted(row["sha256"] for row in listed if row["state"] == "archived" and row["day"] == day)
    assert held, "the bag is empty"
    assert held == archived, "the bag and the manifest differ"
    missing = len(offered) - len(set(held) & set(offered))
    assert held == offered, f"{len(held)} held, {len(offered)} offered, {missing} of them missing"
    print(f"{len(held)} recordings, all equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
