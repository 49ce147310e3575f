"""The provider's answers: every endpoint's status, headers and JSON, and occasionally its media."""
import mutation
from program import Finding
from proxy import Proxy
from world import DAY, IMPATIENT

from . import forged

HEADERS = [("Retry-After", ["0", "-1", "1", "99999999999999999999", "x", "Wed, 21 Oct 2099 07:28:00 GMT"]),
           ("Date", ["Wed, 21 Oct 2099 07:28:00 GMT", "x", "Thu, 01 Jan 1970 00:00:00 GMT"]),
           ("Content-Type", ["text/html", "application/json; charset=utf-16", "x" * 9000]),
           ("Content-Encoding", ["gzip", "br", "identity", "x"]), ("ETag", ["", "\"", "W/\"a\"", "\x1b[31m"]),
           ("Location", ["/", "http://127.0.0.1:1/", "file:///etc/passwd", "//"]), ("TrackingID", ["\x1b[31m", "a" * 5000]),
           ("Content-Range", ["bytes 0-0/1", "bytes 5-1/9223372036854775807", "bytes */*", "x"]), ("X", ["y" * 20000])]
STATUSES = [200, 200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 413, 416, 422, 429, 500, 503, 599, 100, 0]
# Whole answers: of no known form, deeply nested, or with very many small values.
BODIES = [b"", b"null", b"[]", b"{}", b"[" * 100_000, b'{"a":' * 50_000, b"[" + b"1," * 1_000_000 + b"1]",
          b'{"data":[' + b'{"id":"a"},' * 20_000 + b'{"id":"a"}]}', b'{"data":[' + b"[]," * 500_000 + b"[]]}",
          b'{"error":"bad_refresh_token"}', b'{"status":false,"errorCode":124}', b"\xff\xfea\0", b"<html>busy</html>"]
# How many requests a pass over two days of this world may make, whatever the answers.
MOST_REQUESTS = 3000
WINDOW = ["--from", DAY]


def run(world, case, draw, story):
    root = case / "root"
    world.run(["init"], case, root, complete=True)
    share = draw.choice([0.02, 0.1, 0.3])
    kinds = draw.sample(["access_token", "captures", "tasks", "activities", "search", "statistics", "media", "organization"],
                        draw.choice([1, 1, 2, 8]))
    budget = [draw.choice([1, 1, 3, 20])]
    story.append(f"changes of {', '.join(kinds)}, at most {budget[0]} of them")

    def change(inner, answer):
        if budget[0] <= 0 or answer.kind not in kinds or inner.random() > share:
            return
        budget[0] -= 1
        change_answer(inner, answer, story)

    proxy = Proxy(world.origin, draw.random(), change)
    try:
        address = {"CALLARK_ORG_ACME_API_BASE_URL": proxy.origin + "/v1", "CALLARK_ORG_ACME_OAUTH_BASE_URL": proxy.origin + "/v1"}
        result = world.run(["archive", *WINDOW, "--json"], case, root, story, **IMPATIENT, **address)
        result.lines()
        if proxy.requests > MOST_REQUESTS:
            raise Finding(f"{result} after {proxy.requests} requests")
        world.run(["status"], case, root, story)
        world.run(["gaps"], case, root, story)
        world.run(["list"], case, root, story)
        held = set(world.held(case, root, story).values())
        if false := world.foreign(held - proxy.sent):
            raise Finding(f"{len(false)} recordings are held that nobody sent")
        said = dict(result=result, held=held)
    finally:
        proxy.close()
    heal(world, case, root, story, proxy, said)


def change_answer(draw, answer, story):
    """One change of one answer."""
    what = draw.randrange(10)
    if what == 0:
        answer.status = draw.choice(STATUSES)
    elif what == 1:
        name, values = draw.choice(HEADERS)
        answer.headers = [header for header in answer.headers if header[0].lower() != name.lower()]
        answer.headers += [(name, draw.choice(values))] * draw.choice([1, 1, 2])
    elif what == 2:
        answer.length = draw.choice([0, 1, len(answer.body) + 1, len(answer.body) - 1, 2**31, 2**63 - 1, 2**64, -1])
    elif what == 3:
        answer.body = draw.choice(BODIES)
    elif what == 4 or answer.kind == "media":
        answer.body = mutation.bytes_of(draw, answer.body)
    else:
        answer.body = mutation.json_of(draw, answer.body)
    story.append(f"{answer.kind}: change {what}, status {answer.status}, {answer.body[:160]!r}")


def heal(world, case, root, story, proxy, said):
    """Once the provider's answers are true, passes archive everything, whatever it answered before."""
    for path in (root / "spool").rglob("credentials"):
        for file in path.iterdir():
            if not file.name.startswith("log.key"):
                file.unlink()
    for _ in range(3):
        result = world.run(["archive", *WINDOW, "--json"], case, root, story)
        result.lines()
        held = set(world.held(case, root, story).values())
        if world.digests <= held:
            break
    # Bytes that arrived changed but complete are what the provider sent, and may replace the first ones.
    wanted = len(world.digests - held)
    foreign = len(world.foreign(held | said["held"]))
    forged.require_sound(root)
    if wanted > foreign:
        raise Finding(f"{wanted} recordings are not held after the provider spoke the truth again; {result}")
    if said["result"].code == 0 and not world.digests <= said["held"] and not foreign:
        story.append("note: the pass over the changed answers ended with 0 without all recordings")
