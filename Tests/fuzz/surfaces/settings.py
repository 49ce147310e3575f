"""The configuration file and the environment."""
import mutation

COMMANDS = [["config", "check", "--offline"], ["config", "show"], ["config", "show", "--json"], ["list"], ["status", "--check"],
            ["auth", "status"]]
VARIABLES = ["CALLARK_ARCHIVE_TIME_ZONE", "CALLARK_ARCHIVE_MINIMUM_FREE_BYTES", "CALLARK_DOWNLOADS_CONCURRENCY",
             "CALLARK_ORG_ACME_REGION", "CALLARK_ORG_ACME_API_BASE_URL", "CALLARK_PORT", "CALLARK_SERVICE_HOST",
             "CALLARK_CAPTURES_HORIZON_DAYS", "CALLARK_ORG_ACME_CHANNEL_TYPES", "CALLARK_ARCHIVE_ROTO", "LOGNAME", "SUDO_USER",
             "TZ", "LANG", "NO_COLOR", "TERM", "COLUMNS"]


def run(world, case, draw, story):
    root = world.root
    text = world.configuration.read_bytes()
    if draw.random() < 0.1:
        text = many(draw)
        story.append("very many of one thing in the configuration")
    elif draw.random() < 0.8:
        text = mutation.bytes_of(draw, text, (text,))
        story.append("the configuration changed")
    path = case / "callark.yaml"
    path.write_bytes(text)
    more = {}
    for name in draw.sample(VARIABLES, draw.choice([0, 1, 3])):
        value = draw.choice([*mutation.TEXTS, *map(str, mutation.NUMBERS)]).replace("\0", "")
        more[name] = value.encode("utf-8", "surrogateescape" if draw.random() < 0 else "replace").decode()
        story.append(f"{name}={value[:60]!r}")
    for arguments in draw.sample(COMMANDS, 3):
        environment = {**world.environment(root), "CALLARK_CONFIG": str(path), **more}
        result = world.program.run(arguments, case, environment, story)
        if "--json" in arguments:
            result.lines()


def many(draw):
    count = draw.choice([1000, 100_000])
    return draw.choice([
        "".join(f"key{index}: {index}\n" for index in range(count)),
        "archive:\n" + "".join(f"  key{index}: 1\n" for index in range(count)),
        "organizations:\n" + "  - name: acme\n" * count,
        "a: " + "[" * count,
        "".join(f"{'  ' * min(index, 400)}k:\n" for index in range(count)),
        "a: &a [x, x]\n" + "".join(f"b{index}: &b{index} [*{'a' if index == 0 else f'b{index - 1}'}, *a]\n" for index in range(40)),
        "- " * count,
        "a: \"" + "x" * count * 10 + "\"\n",
    ]).encode()
