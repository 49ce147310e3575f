"""The first page of every filter of `GET /api/v1/calls`, and of any two together, among as many recordings as after years."""

import itertools
import json
import shutil
import sqlite3
import statistics
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import large
import servers
from points import line, small_root

GOAL = 100


def asked(database):
    """Filters by name: frequent and rare ones, of now and of long ago, and some that nothing passes."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    first, last = db.execute("SELECT min(day), max(day) FROM archive WHERE day < 40000").fetchone()
    day = lambda number: time.strftime("%Y-%m-%d", time.gmtime(number * 86_400))
    whole, = db.execute("SELECT call_number FROM task WHERE typeof(call_number) = 'integer' AND call_number > 1e10 LIMIT 1").fetchone()
    db.close()
    return {
        "agent": {"agent": "Agent 0"}, "agent who left": {"agent": "Agent 17"}, "agent nobody": {"agent": "nobody"},
        "queue": {"queue": "Queue 7"}, "queue closed": {"queue": "Queue 0"}, "site": {"site": "Site 3"}, "team": {"team": "Team 5"},
        "inbound": {"direction": "inbound"}, "campaign of long ago": {"direction": "outbound"},
        "number in full": {"number": f"+{whole}"}, "four digits": {"number": "0042"}, "six digits": {"number": "304200"},
        "area code": {"number": "1201"}, "our line": {"destination": "18005561014"}, "nobody's number": {"number": "99999999"},
        "anonymous": {"origin": "anonymous"}, "an address": {"number": "customer1000@example.com"},
        "9 minutes": {"min_duration": "9m"}, "an hour": {"min_duration": "60m"}, "a day": {"min_duration": "24h"},
        "day": {"day": day(last - 300)}, "month of long ago": {"month": day(first + 40)[:7]},
        **{state: {"state": state} for state in
           ("pending", "stored", "archived", "failed", "damaged", "suspect", "missing", "explained", "gap")},
    }


class Service:
    def __init__(self, binary, config, folder):
        self.port = servers.free_port()
        config.write_text(config.read_text() + f"service: {{ listen: '127.0.0.1:{self.port}' }}\n")
        made = subprocess.run([binary, "keys", "create", "--name", "bench", "--role", "reviewer", "--json", "--config", config],
                              check=True, capture_output=True, text=True).stdout
        self.key = json.loads(made.splitlines()[0])["key"]
        self.log = open(folder / "serve.log", "w", encoding="utf-8")
        self.process = subprocess.Popen([binary, "serve", "--config", config], stdout=self.log, stderr=self.log)
        servers.wait_for(self.port, self.process)

    def page(self, query):
        """A page, and the milliseconds that it took."""
        url = f"http://127.0.0.1:{self.port}/api/v1/calls?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.key}"})
        began = time.perf_counter()
        with urllib.request.urlopen(request) as reply:
            text = reply.read()
        return json.loads(text), (time.perf_counter() - began) * 1000

    def stop(self):
        servers.stop(self.process)
        self.log.close()


def first_page(service, query, count):
    service.page(query)
    pages = [service.page(query) for _ in range(count)]
    return pages[0][0], statistics.median(took for _, took in pages)


def filters(options):
    rows = []
    folder = small_root(options, "filters", [80_000], options.days_ago(3))
    database = folder / "root" / "manifest.sqlite"
    subprocess.run(["sqlite3", database, "PRAGMA wal_checkpoint(TRUNCATE);"], check=True, stdout=subprocess.DEVNULL)
    count = 100_000 if options.quick else options.manifest_recordings
    large.fill(database, count, options.days_ago(4) // large.DAY, folder / "root")
    print(f"\nthe first page of a hundred calls, {count:,} recordings; + if the next page goes on")
    line(rows, "manifest, after VACUUM", round(database.stat().st_size / count), "B/rec", "<= 320")
    named = asked(database)
    service = Service(options.bin / "callark", folder / "callark.yaml", folder)
    try:
        def measured(name, query, times):
            page, took = first_page(service, query, times)
            detail = f"{len(page['calls'])} calls{' +' if 'next_cursor' in page else ''}"
            rows.append({"what": name, "value": round(took, 1), "unit": "ms", "goal": f"< {GOAL}", "detail": detail})
            return took, name, detail

        def show(found):
            for took, name, detail in found:
                print(f"{name:62} {took:10.1f} ms       < {GOAL} {detail}")

        show(measured(name, query, 5) for name, query in {"no filter": {}, **named}.items())
        pairs = {
            f"{one}, {other}": {**named[one], **named[other]} for one, other in itertools.combinations(named, 2)
            if not named[one].keys() & named[other].keys() and not {"day", "month"} <= named[one].keys() | named[other].keys()
        }
        found = sorted((measured(name, query, 1) for name, query in pairs.items()), reverse=True)
        print(f"any two: {len(found)}; {sum(took < GOAL for took, _, _ in found)} in less than {GOAL} ms; the slowest:")
        show(found[:20])
        pages, slowest, query = 0, 0, {"number": "99999999", "min_duration": "9m", "direction": "inbound"}
        while True:
            page, took = service.page(query)
            pages, slowest = pages + 1, max(slowest, took)
            if "next_cursor" not in page:
                break
            query["cursor"] = page["next_cursor"]
        line(rows, f"the slowest of all {pages} pages of a search for nothing", round(slowest), "ms", f"< {GOAL}")
    finally:
        service.stop()
    shutil.rmtree(folder)
    return rows
