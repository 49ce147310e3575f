"""What is under way: open archives, their journals, parts, kept tokens, and the root's own file."""
import mutation
from program import Finding, files
from world import DAY, write


def run(world, case, draw, story):
    root = world.copy(case)
    inside = [path for path in files(root / "spool") if path.suffix != ".lock"]
    for path in draw.sample(inside, min(len(inside), draw.choice([1, 1, 1, 2]))):
        data = path.read_bytes()
        if draw.random() < 0.08:
            path.unlink()
            story.append(f"{path.relative_to(root)} removed")
            continue
        write(path, mutation.bytes_of(draw, data, (data,)))
        story.append(f"{path.relative_to(root)} changed")
    world.run(["verify", "--json"], case, root, story).lines()
    world.run(["list", "--json"], case, root, story).lines()
    # Passes heal the spool by themselves, or the provider gives once more what is lost.
    for _ in range(3):
        result = world.run(["archive", "--from", DAY, "--json"], case, root, story)
        result.lines()
        held = set(world.held(case, root, story).values())
        if result.code == 0 and world.digests <= held:
            break
    if result.code == 77:
        return  # The kept tokens were changed, and a person is needed: that is said.
    if result.code not in (0, 75):
        raise Finding(f"{result}: three passes do not heal it: {result.err[-500:].decode('utf-8', 'replace')}")
    if gone := world.digests - held:
        raise Finding(f"{result}: {len(gone)} recordings are not held")
    if foreign := world.foreign(held):
        raise Finding(f"{len(foreign)} recordings are held that nobody sent")
    last = world.run(["verify", "--json"], case, root, story)
    if last.code != 0:
        raise Finding(f"{last} after the passes: {last.out[-800:].decode('utf-8', 'replace')}")
