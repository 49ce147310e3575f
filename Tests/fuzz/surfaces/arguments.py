"""Command lines: every command with every option that the program lists, and with valid and invalid values.

The commands run on a root with missing and suspect recordings, so that all of them find something to do, and with a
provider whose answers are true. So no command may find damage, and none may cause any.
"""
import contextlib
import json

import mutation
from program import Finding
from world import DAY, TODAY

TIMES = [DAY, str(TODAY), f"{DAY}T08:00:00Z", f"{DAY}T23:59:59+14:00", "1763539200000", "2025-02-30", "9999-12-31", "0001-01-01",
         "253402300800000", "-62135596800001", "2025-11-19T25:00:00Z", "now"]
UUID = "93912f11-6017-404b-bf14-5331890b1797"
# Valid values by the name of an option's value; otherwise anything is valid.
FITTING = {
    "day": [DAY, DAY, str(TODAY), "2025-11-20"], "month": [DAY[:7], DAY[:7], "2025-13", "0000-01"], "from": TIMES, "to": TIMES,
    "last": ["1h", "24h", "7d", "2w", "99999w", "0d", "7"], "org": ["acme"] * 8 + ["other", "ACME"],
    "limit": ["1", "2", "100", "0", "-1"], "min-duration": ["1s", "30", "2m", "1h", "0"], "share": ["1/30", "5%", "1", "0/0", "1/0"],
    "note": ["heard by nobody", "a test, \"with quotes\""], "interval": ["15", "30", "60"], "days": ["0", "1", "365", "366"],
    "scope": ["cjp:config_read", "cjp:config_write", "nothing"], "profile-id": [UUID], "site-id": [UUID],
    "name": ["Site", "Site 2"], "description": ["", "a site"], "number": ["+4930123", "30"], "contact-session-id": [UUID],
    "session-cstts-event": [f"{UUID}-1612238768144-new"], "agent-session-id": [UUID],
    "session-channel-time-event": [f"{UUID}-telephony-1612238768144-idle"], "subcommands": ["archive", "gaps", "auth"],
}
# Values within the case's folder, and short waits: these options get nothing else.
BOUNDED = {
    "output": ["out", "out", "out/deeper", "callark.yaml", "-", "", "/dev/null/x"],
    "seconds": ["1", "2", "0", "-1", "86401", "1.5", "x"],
    "redirect-uri": ["http://127.0.0.1:1/", "http://127.0.0.1:0/", "https://example.org/x", "http://example.org/", "x"],
}
ODD = [text for text in [*mutation.TEXTS, *map(str, mutation.NUMBERS), "-", "--", "-1", "/dev/null"] if text not in ("/", "..")]
WINDOW = ["day", "month", "last", "from"]
LIKELY = {"help": 0.01, "version": 0.01, "note": 0.8, "withdraw": 0.2, "reason": 0.7, "yes": 0.7}
# Only the case's own folder is walked.
PLACES = {"config", "path", "archive", "file"}


def run(world, case, draw, story):
    root = world.copy(case, world.troubled)
    known = set(world.held(case, root).values())
    (case / "query.json").write_text(json.dumps({"type": "csrs", "columns": ["sid"]}))
    (case / "sites.csv").write_text(f"name,multimedia_profile_id,active\nSite,{UUID},true\n")
    environment = world.environment(root)
    for _ in range(6):
        words, takes = draw.choice(world.commands)
        arguments = [*words, *options(world, case, root, draw, words, takes)]
        if draw.random() < 0.1:
            stray(world, draw, arguments)
        arguments = [argument.replace("\0", "").encode("utf-8", "replace").decode()[:100_000] for argument in arguments]
        # Logins wait on one port, one after the other.
        with world.redirect_port if words == ["auth", "login"] else contextlib.nullcontext():
            result = world.program.run(arguments, case, environment, story, stdin=typed(world, draw, story))
        if result.code == 65 and words != ["verify"]:
            raise Finding(f"{result}: damage is found, and nothing was damaged: {result.err[-500:].decode('utf-8', 'replace')}")
    held = world.held(case, root, story).values()
    if gone := known - set(held):
        raise Finding(f"{len(gone)} recordings are held no more")
    last = world.run(["verify", "--json"], case, root, story)
    if last.code != 0:
        raise Finding(f"{last} after these commands: {last.out[-800:].decode('utf-8', 'replace')}")


def options(world, case, root, draw, words, takes):
    """The arguments of a command: nearly always those that it needs, and usually one option that selects a time."""
    drawn = []
    time = draw.choice([*WINDOW, None])
    for option in takes:
        name = option["valueName"]
        likely = 2 / len(takes)
        if not option["isOptional"]:
            likely = 0.95
        elif option["kind"] == "positional":
            likely = 0.5
        elif name in WINDOW:
            likely = 0.9 if name == time else 0.02
        else:
            likely = LIKELY.get(name, likely)
        if draw.random() > likely:
            continue
        for _ in range(draw.choice([1, 1, 1, 2]) if option["isRepeating"] else 1):
            spelling = draw.choice([spelt(name) for name in option.get("names", [])] or [None])
            if option["kind"] == "flag":
                drawn.append([spelling])
                continue
            text = value(world, case, root, draw, option)
            joined = spelling and spelling.startswith("--") and draw.random() < 0.2
            drawn.append([f"{spelling}={text}"] if joined else [text] if spelling is None else [spelling, text])
    if words == ["auth", "login"] and not any(part[0].startswith("--timeout") for part in drawn):
        drawn.append(["--timeout", "1"])
    draw.shuffle(drawn)
    return [part for parts in drawn for part in parts]


def spelt(name):
    return f"-{name['name']}" if name["kind"] == "short" else f"--{name['name']}"


def value(world, case, root, draw, option):
    """A value for an option, usually a valid one."""
    kind = option["valueName"]
    if any(name["name"] == "output" for name in option.get("names", [])):
        kind = "output"
    if kind in BOUNDED:
        return draw.choice(BOUNDED[kind])
    if kind in PLACES:
        archives = sorted(str(path) for path in root.rglob("*.tar"))
        return draw.choice([*archives, str(root), str(world.configuration), "query.json", "sites.csv", "-", "/dev/null", "missing"])
    if draw.random() < 0.15:
        return draw.choice(ODD)
    if kind in ("task", "task-id"):
        return draw.choice([draw.choice(world.tasks), draw.choice(world.lacking), draw.choice(world.lacking), UUID, "-"])
    return draw.choice(option.get("allValues") or FITTING.get(kind) or ["a", *world.tasks, *ODD])


def stray(world, draw, arguments):
    """Another command's option, help, or a word, in any place."""
    _, takes = draw.choice(world.commands)
    others = [spelt(name) for option in takes for name in option.get("names", []) if option["valueName"] not in BOUNDED]
    others = [name for name in others if name not in ("-o", "--output")]
    arguments.insert(draw.randrange(len(arguments) + 1), draw.choice([*others, "help", "--help", "-h", "--version", *ODD]))


def typed(world, draw, story):
    """The standard input."""
    choice = draw.randrange(6)
    if choice == 0:
        text = "\n".join(draw.choice([*world.tasks, *ODD]) for _ in range(draw.choice([1, 5]))).encode("utf-8", "replace")
    elif choice == 1:
        text = f"name,multimedia_profile_id,active\nSite {draw.randrange(9)},{UUID},true\n".encode()
        text = mutation.bytes_of(draw, text) if draw.random() < 0.5 else text
    elif choice == 2:
        text = mutation.json_of(draw, b'{"type":"csrs","columns":["sid"],"dateBegin":1,"dateEnd":2}')
    elif choice == 3:
        text = f"http://localhost:8085/callark?code={draw.choice(['x', 'a b', '%00'])}&state={draw.choice(ODD)[:99]}\n".encode(
            "utf-8", "replace")
    else:
        return b""
    story.append(f"standard input: {text[:80]!r}")
    return text

