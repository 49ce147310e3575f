"""A root as it is after years: a manifest of any size, and one archive of 100 GB that takes no room on the disk.

The manifest is a real one, made by a pass over a few recordings, that is filled up with rows by the sqlite3 command. The
archive is a tar of zeros with a header for every recording, so that a recording in it is what the manifest says it is.
"""

import datetime
import hashlib
import pathlib
import random
import struct
import subprocess
import tarfile
import uuid
import zlib

DAY_MS = 86_400_000
RECORDING_BYTES = 2_000_000


def sql(database, text):
    result = subprocess.run(["sqlite3", "-bail", database], input=text, text=True, capture_output=True)
    if result.returncode != 0:
        raise SystemExit(f"sqlite3: {result.stderr}")
    return result.stdout


AGENTS, QUEUES, LINES = 400, 20, 40


def fill(database, recordings, archives_from, per_archive=50_000):
    """Adds `recordings` rows, three to two tasks, to archives of `per_archive` recordings each, a day an archive, from
    the day number `archives_from` on backwards. Rules are out of force meanwhile, and the same afterwards.

    The calls are those of 400 agents in 20 teams on 4 sites, each agent for two of 20 queues with two lines each; one in
    three goes out, and one in ten lasts longer than ten minutes."""
    tasks = recordings * 2 // 3
    triggers = sql(database, "SELECT sql || ';' FROM sqlite_master WHERE type = 'trigger';")
    names = sql(database, "SELECT name FROM sqlite_master WHERE type = 'trigger';").split()
    tasks_per_archive = per_archive * 2 // 3
    zeros = hashlib.sha256(bytes(RECORDING_BYTES)).hexdigest()
    sql(database, f"""
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -6000000; PRAGMA foreign_keys = OFF;
BEGIN;
{"".join(f"DROP TRIGGER {name};" for name in names)}
CREATE TEMP TABLE base AS SELECT (SELECT max(row) FROM task) AS task, (SELECT max(row) FROM archive) AS archive,
    (SELECT call_type FROM recording LIMIT 1) AS call_type, (SELECT provider_name FROM recording LIMIT 1) AS name;
INSERT INTO archive (row, organization, day, sequence, recordings, byte_count, digest, sealed_time)
    SELECT base.archive + 1 + value, 1, {archives_from} - value, 1, {per_archive},
        {per_archive} * {RECORDING_BYTES}, zeroblob(32), ({archives_from} - value + 2) * {DAY_MS}
    FROM base, generate_series(0, {tasks} / {tasks_per_archive});
INSERT OR IGNORE INTO word (text) VALUES ('inbound'), ('outdial');
CREATE TEMP TABLE first AS SELECT (SELECT ifnull(max(row), 0) FROM call_party) AS party,
    (SELECT ifnull(max(row), 0) FROM call_profile) AS profile, (SELECT ifnull(max(row), 0) FROM call_outcome) AS outcome,
    (SELECT max(row) FROM word) AS word;
INSERT INTO word (row, text)
    SELECT first.word + 1 + value, '+1800556' || (1000 + value) FROM first, generate_series(0, {LINES} - 1)
    UNION ALL SELECT first.word + 1 + {LINES} + value, 'Reason number ' || value FROM first, generate_series(0, 9);
INSERT INTO call_party (row, id, name)
    SELECT first.party + 1 + value, randomblob(16), CASE WHEN value < {AGENTS} THEN 'Agent ' || value
        WHEN value < {AGENTS + QUEUES} THEN 'Queue ' || (value - {AGENTS})
        WHEN value < {AGENTS + QUEUES + 20} THEN 'Team ' || (value - {AGENTS + QUEUES})
        ELSE 'Site ' || (value - {AGENTS + QUEUES + 20}) END
    FROM first, generate_series(0, {AGENTS + QUEUES + 24} - 1);
INSERT INTO call_profile (row, agent, queue, team, site, direction, line)
    SELECT first.profile + 1 + value, first.party + 1 + value / 6,
        first.party + 1 + {AGENTS} + (value / 6 + value / 3 % 2) % {QUEUES},
        first.party + 1 + {AGENTS + QUEUES} + value / 6 % 20, first.party + 1 + {AGENTS + QUEUES + 20} + value / 6 % 4,
        (SELECT row FROM word WHERE text = iif(value % 3 = 2, 'outdial', 'inbound')),
        first.word + 1 + (value / 6 + value / 3 % 2) % {QUEUES} * 2 + (value % 3 = 1)
    FROM first, generate_series(0, {AGENTS} * 6 - 1);
INSERT INTO call_outcome (row, wrap_up, source)
    SELECT first.outcome + 1 + value, first.word + 1 + {LINES} + value, 1 FROM first, generate_series(0, 9);
INSERT INTO task (row, organization, id, created_time, day, channel_type, status, capture_request, listed,
        call_profile, call_number, call_duration_ms, call_outcome)
    SELECT base.task + 1 + value, 1, randomblob(16),
        ({archives_from} - value / {tasks_per_archive}) * {DAY_MS}
            + value % {tasks_per_archive} * {DAY_MS} / {tasks_per_archive},
        {archives_from} - value / {tasks_per_archive}, 1, 2, 1, 1,
        first.profile + 1 + value * 7919 % ({AGENTS} * 6), 15550000000 + value * 104729 % 9000000,
        iif(value % 10 = 0, 600000 + value % 900000, 20000 + value * 7919 % 500000), first.outcome + 1 + value % 10
    FROM base, first, generate_series(0, {tasks} - 1);
INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time, file,
        attempts, archive, offset, byte_count, digest, received_time, leaf)
    SELECT base.task + 1 + value / 3 * 2 + (value % 3 = 2), value % 3 = 1, randomblob(16), 0, 0, base.call_type,
        1700000000000 + value * 1000, base.name, 1700000000000 + value * 1000 + 180000, 0, 1,
        base.archive + 1 + value / 3 * 2 / {tasks_per_archive},
        512 + (value % {per_archive}) * {member_bytes()}, {RECORDING_BYTES}, x'{zeros}', 1700000000000 + value * 1000, value
    FROM base, generate_series(0, {tasks} / 2 * 3 - 1);
INSERT INTO call_number_run (rowid, runs)
    SELECT row, runs FROM base, call_number_runs WHERE row > base.task AND runs <> '' ORDER BY row;
COMMIT;
{triggers}
VACUUM;
PRAGMA optimize;
""")


def member_bytes():
    return 512 + (RECORDING_BYTES + 511) // 512 * 512


def task_ids(database, count, seed=1):
    """Some of the tasks, drawn at random, as the provider writes their IDs."""
    last = int(sql(database, "SELECT max(row) FROM task;"))
    rows = random.Random(seed).sample(range(last // 2, last), count)
    text = sql(database, f"SELECT hex(id) FROM task WHERE row IN ({','.join(map(str, rows))});")
    return [str(uuid.UUID(hex=line)) for line in text.split()]


def sparse_archive(root, database, day_number, count):
    """The file of the first archive that `fill` made, without its metadata, which a retrieval does not look at.

    Returns its path, a task in the middle, and the name of that task's file."""
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=day_number)
    name = f"acme-{day}-001"
    path = pathlib.Path(root) / "archives" / "acme" / f"{day.year}" / f"{day.month:02}" / f"{name}.tar"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = sql(database, f"""
SELECT hex(task.id), offset, ordinal FROM task JOIN recording ON recording.task = task.row
WHERE task.created_time >= {day_number * DAY_MS} AND task.created_time < {(day_number + 1) * DAY_MS}
    AND task.day = {day_number} ORDER BY offset LIMIT {count};""")
    members = [line.split("|") for line in rows.splitlines()]
    with open(path, "wb") as file:
        for identifier, offset, ordinal in members:
            member = tarfile.TarInfo(f"{name}/data/{uuid.UUID(hex=identifier)}/recording-{ordinal}.wav")
            member.size, member.mode = RECORDING_BYTES, 0o440
            file.seek(int(offset) - 512)
            file.write(member.tobuf(tarfile.USTAR_FORMAT))
        file.truncate(int(members[-1][1]) + member_bytes() - 512 + 1024)
    path.chmod(0o440)
    identifier, _, ordinal = members[len(members) // 2]
    task = str(uuid.UUID(hex=identifier))
    return path, task, f"{name}/data/{task}/recording-{ordinal}.wav"


def sparse_zip(path, names):
    """A zip of stored zeros with as many members, for unzip; zip64, since it is over 4 GB."""
    checksum = zlib.crc32(bytes(RECORDING_BYTES))
    directory = bytearray()
    with open(path, "wb") as file:
        for name in names:
            encoded, offset = name.encode(), file.tell()
            common = struct.pack(
                "<HHHHHIIIH", 45, 0, 0, 0, 33, checksum, RECORDING_BYTES, RECORDING_BYTES, len(encoded)
            )
            file.write(b"PK\3\4" + common + struct.pack("<H", 0) + encoded)
            file.seek(RECORDING_BYTES, 1)
            extra = struct.pack("<HHQ", 1, 8, offset)
            directory += (
                b"PK\1\2" + struct.pack("<H", 45) + common
                + struct.pack("<HHHHII", len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + encoded + extra
            )
        start = file.tell()
        file.write(directory)
        end = file.tell()
        count = len(names)
        file.write(
            b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), start)
            + b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
            + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        )
