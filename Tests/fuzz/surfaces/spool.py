"""Work in progress: open archives, their journals, parts, stored tokens, the evidence log's key, and the root's own file."""
import mutation
from program import Finding, files
from world import DAY, SEALING_ZONE, write

from . import forged


def run(world, case, draw, story):
    root = world.copy(case)
    inside = [path for path in files(root / "spool") if path.suffix != ".lock"]
    chosen = draw.sample(inside, min(len(inside), draw.choice([1, 1, 1, 2])))
    of_log = [path for path in chosen if path.name.startswith("log.key")]
    for path in chosen:
        data = path.read_bytes()
        if draw.random() < 0.08:
            path.unlink()
            story.append(f"{path.relative_to(root)} removed")
            continue
        write(path, mutation.bytes_of(draw, data, (data,)))
        story.append(f"{path.relative_to(root)} changed")
    world.run(["verify", "--json"], case, root, story).lines()
    world.run(["list", "--json"], case, root, story).lines()
    # Damage is repaired by the pass that seals the day, or before that by a repair; what is lost is fetched again from the
    # provider.
    if SEALING_ZONE and draw.random() < 0.7:
        commands, zone = [["archive", "--from", DAY, "--json"]] * 3, {"CALLARK_ARCHIVE_TIME_ZONE": SEALING_ZONE}
        story.append("the day is over")
    else:
        commands, zone = [["archive", "--from", DAY, "--json"], ["verify", "--repair", "--json"], ["archive", "--from", DAY, "--json"]], {}
    for arguments in commands:
        result = world.run(arguments, case, root, story, **zone)
        result.lines()
        if result.code == 77:
            return  # The stored tokens were changed, and the program says that a person is needed.
        if result.code in (65, 78) and any(b"/" + path.name.encode() in result.err for path in of_log):
            return  # The same for the key of the evidence log, and the state that is remembered beside it.
    held = set(world.held(case, root, story).values())
    if result.code not in (0, 75):
        raise Finding(f"{result}: the spool is not healed: {result.err[-500:].decode('utf-8', 'replace')}")
    if gone := world.digests - held:
        raise Finding(f"{result}: {len(gone)} recordings are not held")
    if foreign := world.foreign(held):
        raise Finding(f"{len(foreign)} recordings are held that nobody sent")
    forged.require_sound(root)
    last = world.run(["verify", "--json"], case, root, story)
    if last.code != 0:
        raise Finding(f"{last} after the passes: {last.out[-800:].decode('utf-8', 'replace')}")
