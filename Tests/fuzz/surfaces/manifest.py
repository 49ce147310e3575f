"""The manifest: bits of its file, and values in its rows that its own rules would never accept."""
import re
import shutil
import sqlite3

import mutation
from program import Finding

from world import DAY

from . import sealed

VALUES = [None, 0, -1, 2**63 - 1, -2**63, 2**31, 1.5, 1e300, "", "x", "\x1b[31m", "2025-11-20", b"", b"\0", b"x" * 16, b"y" * 32,
          "a" * 10000, "{}", "[]", "{"]
READERS = [["events"], ["events", "--json"], ["report", "--month", DAY[:7], "--html"],
           ["status"], ["status", "--check"], ["status", "--json"], ["list"], ["list", "--json"], ["gaps"], ["gaps", "--json"],
           ["report", "--month", DAY[:7]], ["report", "--month", DAY[:7], "--json"], ["report", "--month", DAY[:7], "--csv"],
           ["list", "--agent", "a", "--json"], ["list", "--min-duration", "1s"], ["verify", "--json"], ["verify", "--quick"]]


def run(world, case, draw, story):
    root = world.copy(case)
    path = root / "manifest.sqlite"
    if draw.random() < 0.4:
        data = path.read_bytes()
        path.write_bytes(mutation.bytes_of(draw, data))
        story.append("bytes of manifest.sqlite changed")
    else:
        change_rows(draw, path, story)
    for arguments in draw.sample(READERS, 6):
        result = world.run(arguments, case, root, story)
        if "--json" in arguments:
            result.lines()
    task = draw.choice(world.tasks)
    world.run(["list", "--task", task, "--json"], case, root, story).lines()
    world.run(["gaps", "show", task], case, root, story)
    sealed.fetch(world, case, root, draw, story)
    verified = world.run(["verify", "--json"], case, root, story)
    if verified.code == 0:
        rows = world.rows(case, root, story)
        false = [row for row in rows if row["state"] == "archived" and world.foreign({row["sha256"]})]
        if false:
            raise Finding(f"verify says 0, and the manifest has a checksum that is nobody's: {false[0]}")
    if draw.random() < 0.5:
        world.run(["archive", "--from", DAY, "--json"], case, root, story).lines()
    rebuild(world, case, root, story)


def rebuild(world, case, root, story):
    """Whatever happened to the manifest, the archives and the spool yield an intact one."""
    for path in root.glob("manifest.sqlite*"):
        path.unlink()
    result = world.run(["rebuild", "--json"], case, root, story)
    result.lines()
    if false := world.foreign(set(world.held(case, root, story).values())):
        raise Finding(f"rebuild has bytes that nobody archived: {sorted(false)[:3]}")
    shutil.rmtree(root)


def change_rows(draw, path, story):
    """Writes odd values into one to three rows, past every rule of the schema, as one flipped bit of the file could."""
    rules = loosen(path)
    database = sqlite3.connect(path)
    database.create_function("regexp", 2, lambda pattern, text: re.search(pattern, text or "") is not None)
    try:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA recursive_triggers = OFF")
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        tables = [name for name, in database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")]
        for _ in range(draw.choice([1, 1, 2, 3])):
            table = draw.choice(tables)
            columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            count = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            if not count:
                continue
            column, value, row = draw.choice(columns), draw.choice(VALUES), draw.randrange(count)
            keys = [info[1] for info in database.execute(f'PRAGMA table_info("{table}")') if info[5]]
            chosen = database.execute(f'SELECT {", ".join(keys) or "rowid"} FROM "{table}" LIMIT 1 OFFSET {row}').fetchone()
            where = " AND ".join(f"{key} IS ?" for key in (keys or ["rowid"]))
            try:
                database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (value, *chosen))
                story.append(f"{table}.{column} of row {row} = {value!r}"[:120])
            except (sqlite3.Error, OverflowError) as error:
                story.append(f"{table}.{column} = {value!r}: {error}"[:120])
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    restore(path, rules)


def loosen(path):
    """Removes the rules against which SQLite would check values from the tables. Returns the original tables."""
    database = sqlite3.connect(path)
    select = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'"
    rules = dict(database.execute(select))
    database.execute("PRAGMA writable_schema = ON")
    for name, text in rules.items():
        loose = re.sub(r"(?<!IS) NOT NULL|, STRICT|STRICT, |STRICT", "", text)
        database.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (loose, name))
    database.commit()
    database.close()
    return rules


def restore(path, rules):
    database = sqlite3.connect(path)
    database.execute("PRAGMA writable_schema = ON")
    for name, text in rules.items():
        database.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (text, name))
    database.commit()
    database.close()
