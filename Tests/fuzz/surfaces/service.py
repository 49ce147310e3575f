"""Requests to `callark serve`: whatever comes, it answers as HTTP has it, lets no stranger in, loses nothing, and goes on."""
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse

import mutation
from program import COMPLAINT_BYTES, Finding, Patience, Result, base_environment, read
from world import DAY

SECRET = "0123456789abcdef" * 2
REQUESTS = 30
# How long an answer may take before the next request is sent. Some requests get none: they are not complete.
SECONDS = 0.5
# Paths that answer strangers.
OPEN = (b"healthz", b"readyz", b"session", b"login", b"assets", b"callback")
RANGES = ["bytes=0-0", "bytes=5-", "bytes=-9", "bytes=0-99999999999999999999", "bytes=9-1", "bytes=0-1,3-4", "bytes=--1", "x", ""]


def run(world, case, draw, story):
    root = world.copy(case)
    known = set(world.held(case, root).values())
    rows = [row for row in world.rows(case, root) if row["state"] in ("stored", "archived")]
    is_stranger = draw.random() < 0.3
    made = world.run(["keys", "create", "--name", "fuzz", "--role", "admin", "--json"], case, root, story, complete=True)
    key = made.lines()[0]["key"]
    world.program.forbid(key)
    before = keys(world, case, root, story)
    with serving(world, case, root, story) as port:
        for _ in range(REQUESTS):
            request = drawn(draw, draw.choice(rows), wrong(draw, key) if is_stranger else key, is_stranger)
            answer = exchange(port, request)
            story.append(f"{request[:300].replace(key.encode(), b'KEY')!r} -> {answer[:60]!r}")
            judge(request, answer, is_stranger)
        if not exchange(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 60).startswith(b"HTTP/1.1 200"):
            raise Finding("the service is not healthy any more")
    if is_stranger and keys(world, case, root, story) != before:
        raise Finding("a stranger has changed keys")
    if gone := known - set(world.held(case, root, story).values()):
        raise Finding(f"{len(gone)} recordings are held no more")


def keys(world, case, root, story):
    """The keys, without when they were last used."""
    lines = world.run(["keys", "list", "--json"], case, root, story, complete=True).lines()
    return [{name: value for name, value in line.items() if name != "last_used_time"} for line in lines]


def wrong(draw, key):
    return draw.choice(["", "x", key[:-1], key + "A", key.swapcase(), "clk_" + "A" * 43, "a.b.c", "eyJhbGciOiJub25lIn0.e30."])


def templates(row):
    """Requests that are valid: method, path, headers, body."""
    call = f"/api/v1/calls/acme/{urllib.parse.quote(row['task_id'], safe='')}"
    event = {"id": "e", "type": "capture:available", "comciscotimestamp": int(time.time() * 1000), "data": {"taskId": row["task_id"]}}
    return [
        ("GET", "/api/v1/calls?number=0100&limit=3&last=7d&state=archived", {}, None),
        ("GET", f"/api/v1/calls?from={DAY}&to={DAY}T12:00:00Z&agent=a&min_duration=1m", {}, None),
        ("GET", call, {}, None),
        ("GET", f"{call}/{row['file']}", {"Range": "bytes=0-9", "If-Range": f'"{row["sha256"]}"', "Callark-Reason": "test"}, None),
        ("HEAD", f"{call}/{row['file']}", {"If-None-Match": '"x"', "If-Match": "*"}, None),
        ("GET", f"{call}/{row['file']}/waveform", {}, None),
        ("GET", f"{call}/{row['file']}/proof", {"Accept": "application/json;q=0.5, text/plain"}, None),
        ("POST", f"{call}/access", {}, {"reason": "a test", "case": "1"}),
        ("GET", f"/api/v1/days/acme/{DAY}", {}, None),
        ("GET", f"/api/v1/reports/acme?month={DAY[:7]}&rows=gaps", {"Accept": "text/csv"}, None),
        ("GET", "/api/v1/gaps?explained=all&limit=1", {}, None),
        ("POST", "/api/v1/gaps/explanations", {}, {"organization": "acme", "tasks": [row["task_id"]], "reason": "other", "note": "n"}),
        ("GET", "/api/v1/audit?organization=acme&type=access.created&limit=2", {}, None),
        ("GET", "/api/v1/log/acme/tile/entries/000.p/1", {}, None),
        ("POST", "/api/v1/verifications", {}, {"organizations": ["acme"], "day": DAY, "quick": True}),
        ("POST", "/api/v1/keys", {}, {"name": "other", "role": "viewer", "organizations": ["acme"], "expires": "2999-01-01"}),
        ("POST", "/api/v1/cases", {}, {"name": "a case", "note": "of a test"}),
        ("PUT", f"/api/v1/cases/a%20case{call[len('/api/v1'):]}", {}, None),
        ("POST", "/session", {}, {"key": "clk_x"}),
        ("GET", "/?day=" + DAY, {"Accept": "text/html", "Cookie": "callark=x; theme=dark"}, None),
        ("GET", "/login?next=/calls", {"Accept": "text/html"}, None),
        ("POST", "/webhooks/webex/acme", {}, event),
    ]


def drawn(draw, row, key, is_stranger):
    """The bytes of a request with some changes."""
    method, path, headers, body = draw.choice(templates(row))
    headers = {"Host": "archive.example", **headers}
    what = draw.randrange(6)
    content = b"" if body is None else json.dumps(body).encode()
    if what == 0 and content:
        content = mutation.json_of(draw, content)
    if what == 1:
        path = place(draw, path)
    if what == 2:
        headers[draw.choice([*headers, "Range", "Transfer-Encoding", "Content-Length", "X-Forwarded-For", "Origin"])] = \
            draw.choice([*RANGES, *mutation.TEXTS[:24], "chunked", "gzip", "0x10", "1, 2"])
    if what == 3:
        method = draw.choice(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "", "A" * 99])
    if path.startswith("/webhooks"):
        digest = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
        headers["X-WebexCC-Signature"] = draw.choice(["", "0" * 64, digest[:-1]]) if is_stranger else digest
    elif key:
        headers["Authorization"] = f"Bearer {key}"
    if content:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
    request = "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + content
    return mutation.bytes_of(draw, request) if what == 4 else request


def place(draw, path):
    """The path with another text in it, percent-encoded or as it is."""
    text = draw.choice(mutation.TEXTS[:24])
    text = urllib.parse.quote(text.encode("utf-8", "surrogatepass"), safe="") if draw.random() < 0.7 else text
    parts = re.split(r"([/=&?])", path)
    parts[draw.randrange(len(parts))] = text
    return "".join(parts)


def exchange(port, request, seconds=SECONDS):
    """What the service answers until it is silent."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        connection.settimeout(seconds)
        while len(answer) < 1 << 20 and (more := connection.recv(65536)):
            answer += more
            if seconds == SECONDS and is_whole(answer):
                break
    return answer


def is_whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end and length and len(body) >= int(length[1]))


def judge(request, answer, is_stranger):
    if not answer:
        return
    status = re.match(rb"HTTP/1\.1 ([1-5]\d\d) ", answer)
    if not status:
        raise Finding(f"an answer that is not HTTP: {answer[:200]!r}")
    code = int(status[1])
    head, _, body = answer.partition(b"\r\n\r\n")
    if code >= 500 and code not in (502, 503):
        raise Finding(f"status {code}: {body[:300]!r}")
    if is_stranger and re.search(rb"HTTP/1\.1 2\d\d ", answer) and not any(name in request for name in OPEN):
        raise Finding(f"a stranger is let in: {answer[:300]!r}")
    if b"\r\nx-content-type-options: nosniff" not in head.lower():
        raise Finding(f"an answer without the headers that every one has: {head[:500]!r}")
    # After the head of an answer to HEAD may come that to another request.
    if code >= 400 and body.startswith(b"{") and is_whole(answer) and b"application/problem+json" in head.lower():
        problem = json.loads(body[:int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])])
        if problem["status"] != code or not re.fullmatch("[a-z_]+", problem["type"]) or not problem["detail"]:
            raise Finding(f"a problem that is none: {body[:300]!r}")


@contextlib.contextmanager
def serving(world, case, root, story):
    """Runs the service, and judges how it ends. Gives its port."""
    environment = world.environment(root, CALLARK_SERVICE_LISTEN="127.0.0.1:0", CALLARK_ORG_ACME_WEBHOOK_SECRET=SECRET)
    out, err = case / "serve.out", case / "serve.err"
    with open(out, "wb") as standard_output, open(err, "wb") as standard_error:
        process = subprocess.Popen(
            [world.program.binary, "serve"], stdin=subprocess.DEVNULL, stdout=standard_output, stderr=standard_error,
            env={**base_environment(), **environment}, cwd=case)
    ended, patience = None, Patience()
    try:
        while not (found := re.search(rb"listening at http://127\.0\.0\.1:(\d+)", err.read_bytes())):
            if (ended := wait(process)) or patience.is_over:
                raise Finding(f"the service does not listen: {err.read_bytes()[-2000:].decode('utf-8', 'replace')}")
            time.sleep(0.05)
        yield int(found[1])
        ended = wait(process)
        if not ended:
            process.send_signal(signal.SIGTERM)
            patience = Patience()
            while not (ended := wait(process)):
                if patience.is_over:
                    raise Finding("the service does not end")
                time.sleep(0.05)
    finally:
        if not ended:
            process.kill()
            process.wait()
    code, peak = ended
    result = Result(["serve"], 0 if code == 128 + signal.SIGTERM else code or 1, read(out, COMPLAINT_BYTES),
                    read(err, COMPLAINT_BYTES), peak)
    story.append(f"{result}: {result.err[-300:].decode('utf-8', 'replace').strip()!r}")
    world.program.judge(result)


def wait(process):
    """The exit code and the peak of memory of a process that has ended; None if it has not."""
    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    if pid == 0:
        return None
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss << 10
