"""Command lines."""
import mutation

COMMANDS = ["archive", "fetch", "list", "gaps", "gaps show", "gaps explain", "report", "status", "verify", "rebuild", "stats queues",
            "stats agents", "stats activities", "sites list", "legacy csr", "legacy enrich", "auth status", "config check",
            "config show", "events", "init", ""]
OPTIONS = ["--day", "--from", "--to", "--org", "--json", "--csv", "--month", "--state", "--task", "--agent", "--queue", "--direction",
           "--origin", "--destination", "--min-duration", "--share", "--archive", "--quick", "--check", "--reason", "--note",
           "--log-level", "--log-format", "--config", "-o", "--help", "--version", "--retry-failed", "--dry-run", "--low-priority"]
VALUES = ["2025-11-19", "2025-11-20T08:00:00Z", "1763539200000", "2025-11", "acme", "other", "archived", "inbound", "1/30", "0/0",
          "9223372036854775807", "-1", "1e9", "30s", "json", "text", "trace", "-", "--", "", "/dev/null", "2025-02-30",
          "9999-12-31", "0001-01-01", "253402300800000", "-62135596800001"]


def run(world, case, draw, story):
    root = world.copy(case)
    for _ in range(6):
        arguments = draw.choice(COMMANDS).split()
        for _ in range(draw.choice([0, 1, 2, 3, 5])):
            option = draw.choice(OPTIONS)
            arguments.append(option)
            if option == "-o":
                # Nothing is written outside of the case's folder.
                arguments.append(draw.choice(["out", "out/deeper", "callark.yaml", "-"]))
            elif draw.random() < 0.7:
                arguments.append(draw.choice([*VALUES, *VALUES, *world.tasks, *mutation.TEXTS]))
        arguments = [argument.replace("\0", "").encode("utf-8", "replace").decode()[:100_000] for argument in arguments]
        result = world.run(arguments, case, root, story)
        if result.code == 0 and "--json" in arguments and "--help" not in arguments:
            result.lines()
