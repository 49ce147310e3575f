"""Validates vCons against a schema: vcon_judge.py SCHEMA VCON... Then breaks each in many ways, which must be refused.

It prints, for each content in base64url, its SHA-256 and file name.
"""
import base64
import copy
import hashlib
import json
import sys

import jsonschema

BREAKS = [
    ("no uuid", lambda v: v.pop("uuid")),
    ("no created_at", lambda v: v.pop("created_at")),
    ("another version", lambda v: v.update(vcon="0.0.1")),
    ("a subject that is a number", lambda v: v.update(subject=1)),
    ("parties that are an object", lambda v: v.update(parties={})),
    ("a party that is a text", lambda v: v["parties"].append("somebody")),
    ("a number that is no text", lambda v: v["parties"][0].update(tel=1555)),
    ("a dialog of an unknown type", lambda v: v["dialog"][0].update(type="sound")),
    ("a dialog without a start", lambda v: v["dialog"][0].pop("start")),
    ("a negative duration", lambda v: v["dialog"][0].update(duration=-1)),
    ("a party before the first", lambda v: v["dialog"][0].update(parties=[-1])),
    ("an unknown encoding", lambda v: v["dialog"][0].update(encoding="hex")),
    ("a file name that is a number", lambda v: v["dialog"][0].update(filename=7)),
    ("an attachment without a dialog", lambda v: v["attachments"][0].pop("dialog")),
    ("an attachment without a party", lambda v: v["attachments"][0].pop("party")),
    ("an attachment of a broken dialog", lambda v: v["attachments"][0].update(dialog="0")),
    ("an analysis without a vendor", lambda v: v["analysis"].append({"type": "transcript"})),
]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = jsonschema.Draft7Validator(json.load(file))
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            vcon = json.load(file)
        validator.validate(vcon)
        for what, change in BREAKS:
            broken = copy.deepcopy(vcon)
            change(broken)
            if validator.is_valid(broken):
                sys.exit("%s: %s was taken" % (path, what))
        for part in vcon["dialog"] + vcon["analysis"]:
            if part.get("encoding") == "base64url":
                text = part["body"] + "=" * (-len(part["body"]) % 4)
                print(hashlib.sha256(base64.urlsafe_b64decode(text)).hexdigest(), part["filename"])


if __name__ == "__main__":
    main()
