"""A manifest as it is after years: calls of agents who come and go, over working days, with numbers of all kinds.

It is a real manifest, made by a pass over a few recordings, that is filled up with rows. Its archives are files of the right size with
nothing in them, so the result answers searches and nothing else.
"""

import bisect
import datetime
import itertools
import math
import pathlib
import random
import sqlite3

DAY = 86_400_000
AGENTS, QUEUES, TEAMS, SITES, YEARS = 800, 40, 30, 6, 3
# Two queues were closed after the first year.
CLOSED_QUEUES = 2
CUSTOMERS = 4_000_000
ARCHIVE_BYTES = 1_000_000


class Centre:
    """Who is there, and the rows that calls refer to."""

    def __init__(self, db, days, draw):
        self.draw = draw
        def add(table, columns, values):
            marks = ",".join("?" * len(values))
            return db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values).lastrowid

        def word(text):
            db.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (text,))
            return db.execute("SELECT row FROM word WHERE text = ?", (text,)).fetchone()[0]

        def party(name):
            return add("call_party", "id, name", (draw.randbytes(16), name))

        self.agents = [party(f"Agent {number}") for number in range(AGENTS)]
        queues = [party(f"Queue {number}") for number in range(QUEUES)]
        teams = [party(f"Team {number}") for number in range(TEAMS)]
        sites = [party(f"Site {number}") for number in range(SITES)]
        lines = [word(f"+1800556{1000 + number}") for number in range(QUEUES * 2)]
        inbound, outdial, outbound = word("inbound"), word("outdial"), word("outbound")
        self.profiles = []
        for number, agent in enumerate(self.agents):
            own = sorted({(number + step * step) % (QUEUES - CLOSED_QUEUES) + CLOSED_QUEUES for step in range(3)})
            if number % 4 == 0:
                own.append(number // 4 % CLOSED_QUEUES)
            kinds = {}
            for queue in own:
                values = (agent, queues[queue], sites[number % SITES], teams[number % TEAMS])
                kinds[queue] = [
                    add("call_profile", "agent, queue, site, team, direction, line", (*values, direction, line))
                    for direction, line in ((inbound, lines[queue * 2]), (inbound, lines[queue * 2 + 1]),
                                            (outdial, lines[queue * 2]))
                ]
            self.profiles.append(kinds)
        # Calls that no agent took, and a campaign of the first half-year.
        self.abandoned = [
            add("call_profile", "queue, direction, line", (queues[queue], inbound, lines[queue * 2 + side]))
            for queue in range(QUEUES) for side in (0, 1)
        ]
        self.campaign = [
            add("call_profile", "agent, queue, direction, line", (self.agents[number], queues[5], outbound, lines[10]))
            for number in range(40)
        ]
        reasons = [word(f"Reason number {number}") for number in range(20)]
        ends = [word("normal"), word("sudden_disconnect"), word("transferred")]
        self.outcomes = [
            add("call_outcome", "wrap_up, termination, source", (reason, end, 1)) for reason in reasons for end in ends
        ]
        # The first day of each agent, and the last.
        self.tenures = [
            (max(0, int(draw.uniform(-days, days * 0.9))), 0) for _ in self.agents
        ]
        self.tenures = [(first, first + int(draw.expovariate(1 / 500)) + 60) for first, _ in self.tenures]
        self.tenures[0] = (0, days)

    def present(self, day):
        return [number for number, (first, last) in enumerate(self.tenures) if first <= day <= last] or [0]


def number(draw):
    """As a column has it: an integer for + and digits, its negative for digits alone, otherwise a text."""
    kind = draw.random()
    if kind < 0.04:
        return -draw.randrange(100, 100_000)
    customer = int(CUSTOMERS * draw.random() ** 2)
    area = 201 + int(60 * ((customer * 2654435761 % 2**32) / 2**32) ** 2) * 13
    digits = 10_000_000_000 + area * 10_000_000 + customer * 7919 % 10_000_000
    if kind < 0.90:
        return digits
    if kind < 0.93:
        return 49_000_000_000_0 + customer * 104729 % 10_000_000_000
    if kind < 0.97:
        return f"sip:+{digits}@carrier{customer % 3}.example"
    if kind < 0.99:
        return f"customer{customer}@example.com"
    return "anonymous"


def calls(centre, days, total, first_day, draw):
    """Day by day: (created_time, day, call_profile, call_number, call_duration_ms, call_outcome)."""
    weights = [(0.2 if day % 7 > 4 else 1) * (0.7 + 0.6 * day / days) for day in range(days)]
    scale = total / sum(weights)
    for day in range(days):
        present = centre.present(day)
        times = sorted(
            (first_day + day) * DAY + int(min(max(draw.gauss(13.5, 3), 0), 23.99) * 3_600_000)
            for _ in range(round(weights[day] * scale))
        )
        for time in times:
            kind = draw.random()
            if kind < 0.05:
                profile = draw.choice(centre.abandoned[CLOSED_QUEUES * 2 * (day > days // YEARS):])
            elif kind < 0.15 and day < days // 6:
                profile = draw.choice(centre.campaign)
            else:
                kinds = centre.profiles[draw.choice(present)]
                queues = [queue for queue in kinds if queue >= CLOSED_QUEUES or day < days // YEARS]
                profile = draw.choice(kinds[draw.choice(queues)])
            duration = int(draw.lognormvariate(math.log(190_000), 0.8))
            yield time, first_day + day, profile, number(draw), duration, draw.choice(centre.outcomes)


def files(root, first_day, days):
    """The files of sealed archives, which take no room on the disk."""
    for number in range(first_day, first_day + days):
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=number)
        path = pathlib.Path(root) / "archives" / "acme" / f"{day.year}" / f"{day.month:02}" / f"acme-{day}-001.tar"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            file.truncate(ARCHIVE_BYTES)


def fill(path, recordings, last_day, root=None, seed=1, say=lambda text: None):
    """Adds `recordings` recordings of four fifths as many calls, over three years up to `last_day` (a number since 1970).

    The first 200 days get the last row numbers, as after a backfill. Nearly all recordings are archived; those of the last two
    days are stored, some are pending, a few have failed, are damaged or look incomplete, and three calls in a thousand are gaps."""
    draw = random.Random(seed)
    days, total = 365 * YEARS, recordings * 4 // 5
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000", "foreign_keys = OFF",
                   "temp_store = MEMORY", "ignore_check_constraints = ON"):
        db.execute(f"PRAGMA {pragma}")
    rules = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND (type = 'trigger' OR "
                       "type = 'index' AND tbl_name IN ('task', 'recording', 'call_agent'))").fetchall()
    for kind, name, _ in rules:
        db.execute(f"DROP {kind} {name}")
    db.execute("BEGIN")
    first_day = last_day - days + 1
    centre = Centre(db, days, draw)
    top, = db.execute("SELECT ifnull(max(row), 0) FROM task").fetchone()
    archive, = db.execute("SELECT ifnull(max(row), 0) + 1 FROM archive").fetchone()
    word = lambda text: db.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (text,)) and db.execute(
        "SELECT row FROM word WHERE text = ?", (text,)).fetchone()[0]
    telephony, completed, main, name = map(word, ("telephony", "completed", "main", "recording-1.wav"))
    db.executemany(
        "INSERT INTO archive (row, organization, day, sequence, byte_count, digest, sealed_time) "
        f"VALUES (?, 1, ?, 1, {ARCHIVE_BYTES}, zeroblob(32), ?)",
        ((archive + day, first_day + day, (first_day + day + 1) * DAY) for day in range(days - 2)))
    db.executemany(
        "INSERT INTO archive (row, organization, day, sequence, tar_bytes, journal_bytes, spool) "
        "VALUES (?, 1, ?, 1, 0, 0, zeroblob(16))", ((archive + day, first_day + day) for day in range(days - 2, days)))
    if root:
        files(root, first_day, days - 2)
    made = list(calls(centre, days, total, first_day, draw))
    late = bisect.bisect_left(made, (first_day + 200) * DAY, key=lambda call: call[0])
    made = made[late:] + made[:late]
    say(f"{len(made):,} calls")
    db.executemany(
        "INSERT INTO task (row, organization, id, created_time, day, channel_type, status, capture_request, listed, "
        "call_profile, call_number, call_duration_ms, call_outcome) "
        f"VALUES (?, 1, randomblob(16), ?, ?, {telephony}, {completed}, 1, 1, ?, ?, ?, ?)",
        ((top + 1 + index, *call) for index, call in enumerate(made)))

    def recorded():
        ordinals = itertools.count(1)
        for index, (time, day, _, _, duration, _) in enumerate(made):
            kind = draw.random()
            for ordinal in range(0 if kind < 0.05 else 1 if kind < 0.7 else 2):
                held = archive + day - first_day
                if day == last_day and draw.random() < 0.2:
                    held = None
                failed = draw.random() < 0.00005
                leaf = next(ordinals)
                yield (top + 1 + index, ordinal, main, time + 5000, name, time + duration,
                       *((None, None, None, None, leaf, time, "not found" if failed else None, 0 if failed else None)
                         if failed or held is None else
                         (held, leaf * 512, 1_000_000 + leaf % 1_000_000, time + duration + 60_000, leaf, None, None, None)))

    db.executemany(
        "INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time, file, "
        "attempts, archive, offset, byte_count, digest, received_time, leaf, wanted_time, failure, failure_code) "
        "VALUES (?1, ?2, randomblob(16), 0, 0, ?3, ?4, ?5, ?6, 0, 1, ?7, ?8, ?9, iif(?7 IS NULL, NULL, randomblob(32)), "
        "?10, ?11, ?12, ?13, ?14)", recorded())
    say("recordings")
    others(db, top, len(made), centre, last_day, draw)
    db.execute("COMMIT")
    if db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'call_number_run'").fetchone():
        db.execute("INSERT INTO call_number_run (rowid, runs) SELECT row, runs FROM call_number_runs "
                   "WHERE runs <> '' AND row > ?", (top,))
        db.execute("INSERT INTO call_number_run (call_number_run) VALUES ('optimize')")
        say("runs of digits")
    for kind, name, sql in sorted(rules):
        db.execute(sql)
        say(f"{kind} {name}") if kind == "index" else None
    db.execute("VACUUM")
    db.close()
    say("vacuum")


def others(db, top, total, centre, last_day, draw):
    """What little is not archived, and calls with more than one agent."""
    rows = range(top + 1, top + total + 1)
    some = lambda share: sorted(draw.sample(rows, int(total * share)))
    db.executemany("INSERT OR IGNORE INTO call_agent (task, party) VALUES (?, ?)",
                   ((row, draw.choice(centre.agents)) for row in some(0.06)))
    gaps = some(0.003)
    db.executemany("INSERT OR IGNORE INTO question (task, asks, found) VALUES (?, 9, 0)", ((row,) for row in gaps))
    db.execute("INSERT OR IGNORE INTO question (task, asks, found, next_ask_time) SELECT row, 1, 0, created_time FROM task "
               f"WHERE organization = 1 AND created_time >= {(last_day - 1) * DAY} AND random() % 3 = 0")
    db.executemany("INSERT OR IGNORE INTO explanation (task, reason, note, author, time, failed) "
                   "VALUES (?, 'test_call', 'a line test', 'ann', 1700000000000, '')", ((row,) for row in gaps[::2]))
    held = db.execute(f"SELECT task, ordinal, archive FROM recording WHERE task BETWEEN {top + 1_000} AND {top + 400_000} "
                      "AND archive IS NOT NULL AND task % 997 = 0").fetchall()
    db.executemany("INSERT OR IGNORE INTO damage (task, ordinal, archive, found_time, reason) "
                   "VALUES (?, ?, ?, 1700000000000, 'its bytes were found damaged')", held)
    for row in some(0.0004):
        db.execute("UPDATE recording SET suspicion = 'shorter than stated' WHERE task = ? AND archive IS NOT NULL", (row,))
        db.execute("INSERT OR IGNORE INTO suspect (task, ordinal, last_look_time) SELECT task, ordinal, 0 FROM recording "
                   "WHERE task = ? AND archive IS NOT NULL", (row,))
