"""What the media host sends instead of recordings: errors in any form, and incomplete sound."""
import json

import mutation
from program import Finding
from proxy import Proxy
from world import DAY, IMPATIENT

# Errors as markup and JSON, values without words, and plain text.
TEXTS = ["<html><body>Service Unavailable</body></html>", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
         "{\"status\":false,\"errorCode\":124,\"errorMessage\":\"not found\"}", "{\"title\":\"Not found\",\"status\":404}",
         "[]", "null", "{}", "{\"message\":\"Internal Server Error\"}", "<Error><Code>SlowDown</Code></Error>",
         "Internal Server Error", "error: the recording is not available\n", "AccessDenied", "0"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1"]


def run(world, case, draw, story):
    root = case / "root"
    world.run(["init"], case, root, complete=True)
    text = draw.choice(TEXTS)
    if draw.random() < 0.4:
        text += " " * draw.choice([1, 100, 5000]) + draw.choice(["", "\n" * 50, "é", "x" * 3000])
    if draw.random() < 0.2:
        text = json.dumps({"error": text})
    encoding = draw.choice(ENCODINGS)
    body = text.encode(encoding, "replace")
    is_false = draw.random() < 0.6
    if is_false:
        story.append(f"{body[:60]!r} ({encoding}) in the place of recordings")

    def change(inner, answer):
        if answer.kind != "media" or answer.status not in (200, 206):
            return
        if is_false:
            answer.status, answer.body = 200, body
            answer.headers = [header for header in answer.headers if header[0].lower() not in ("content-range", "etag")]
        elif inner.random() < 0.7:
            answer.body = mutation.bytes_of(inner, answer.body)

    proxy = Proxy(world.origin, draw.random(), change)
    try:
        address = {"CALLARK_ORG_ACME_API_BASE_URL": proxy.origin + "/v1"}
        result = world.run(["archive", "--day", DAY, "--json"], case, root, story, **IMPATIENT, **address)
        result.lines()
        rows = world.rows(case, root, story)
        held = set(world.held(case, root, story).values())
    finally:
        proxy.close()
    if false := world.foreign(held - proxy.sent):
        raise Finding(f"{len(false)} recordings are held that nobody sent")
    if not is_false:
        return
    kept = [row for row in rows if row["state"] in ("stored", "archived")]
    # Nothing that was sent is certain to be a recording.
    if false := [row for row in kept if not (may_be_transcription(text) and row["kind"] == "transcription" and row.get("suspect"))]:
        raise Finding(f"{len(false)} recordings are held, and only errors were sent: {false[0]['file']}")
    if may_be_transcription(text) and (lost := [row for row in rows if row["kind"] == "transcription" and row not in kept]):
        raise Finding(f"{lost[0]['file']} is not held, and what was sent may be a transcription")
    if result.code == 0:
        raise Finding("the pass is complete, and only errors were sent")


def may_be_transcription(text):
    """Whether a text is neither spoken words nor an error, as docs/calls.md defines it, so that it is held as suspect."""
    if text[0] in "<{[":
        return text.startswith("[]")
    return len(" ".join(text.split())) > 1000
