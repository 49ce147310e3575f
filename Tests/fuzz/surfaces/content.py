"""What the media host sends in the place of recordings: errors in any dress, and sound that is not whole."""
import json

import mutation
from program import Finding
from proxy import Proxy
from world import DAY

# What nobody says: markup and objects of an error.
TEXTS = ["<html><body>Service Unavailable</body></html>", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
         "{\"status\":false,\"errorCode\":124,\"errorMessage\":\"not found\"}", "{\"title\":\"Not found\",\"status\":404}",
         "[]", "null", "{}", "{\"message\":\"Internal Server Error\"}", "<Error><Code>SlowDown</Code></Error>"]
# What could be a transcription of what somebody said, and is no sound.
PLAIN = ["Internal Server Error", "error: the recording is not available\n", "AccessDenied", "0"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1"]


def run(world, case, draw, story):
    root = case / "root"
    world.run(["init"], case, root, complete=True)
    text = draw.choice([*TEXTS, *PLAIN])
    is_plain = text in PLAIN
    if draw.random() < 0.4:
        text += " " * draw.choice([1, 100, 5000]) + draw.choice(["", "\n" * 50, "é", "x" * 3000])
    encoding = draw.choice(ENCODINGS)
    body = text.encode(encoding, "replace")
    if draw.random() < 0.2:
        body = json.dumps({"error": text}).encode(encoding, "replace")
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
        result = world.run(["archive", "--day", DAY, "--json"], case, root, story, **address)
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
    if false := [row for row in kept if not (is_plain and row["kind"] == "transcription")]:
        raise Finding(f"{len(false)} recordings are held, and only errors were sent: {false[0]['file']}")
    if result.code == 0:
        raise Finding("the pass is complete, and only errors were sent")
