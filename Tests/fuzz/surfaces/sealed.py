"""Sealed archives and the files next to them: changed, renamed, truncated, given a new checksum file, or deleted."""
import hashlib
import shutil

import mutation
from program import Finding, files
from world import DAY, write


def run(world, case, draw, story):
    root = world.copy(case)
    archives = sorted((root / "archives").rglob("*"))
    archives = [path for path in archives if path.is_file()]
    change(draw, archives, story)
    names = [path.name for path in archives]
    original = world.originals
    different = [path for path in archives if not path.exists() or path.read_bytes() != original[path.relative_to(root)]]
    tars = [path for path in different if path.suffix == ".tar"]

    result = world.run(["verify", "--json"], case, root, story)
    result.lines()
    if tars and result.code == 0:
        raise Finding(f"verify finds nothing, and {[path.name for path in tars]} of {names} are not what was sealed")
    for path in files(root / "archives"):
        if path.suffix == ".tar" and path in tars:
            alone = world.run(["verify", "--archive", str(path), "--json"], case, root, story)
            alone.lines()
            if alone.code == 0:
                raise Finding(f"verify --archive calls {path.name} sound, which is not what was sealed")
    tell(world, case, root, story, bool(tars))
    fetch(world, case, root, draw, story)
    if draw.random() < 0.7:
        rebuild(world, case, root, draw, story, bool(tars))


def change(draw, archives, story):
    """Changes one file, or two; half of the time an archive's checksum file is rewritten, as a forger would."""
    for path in draw.sample(archives, draw.choice([1, 1, 2])):
        what = draw.randrange(12)
        if what == 0:
            path.unlink()
            story.append(f"{path.name} removed")
            continue
        if what == 1:
            number = f"-{draw.choice(['002', '009', '000', '999', '1', '001'])}."
            other = path.with_name(path.name.replace("-001.", number).replace(DAY, draw.choice([DAY, "2025-11-18"])))
            if not other.exists():
                path.rename(other)
                story.append(f"{path.name} renamed to {other.name}")
            continue
        data = path.read_bytes()
        write(path, mutation.bytes_of(draw, data, (data,)))
        story.append(f"{path.name} changed")
        if path.suffix == ".tar" and draw.random() < 0.5:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            side = path.with_name(path.name + ".sha256")
            if side.exists():
                write(side, f"{digest}  {path.name}\n".encode())
            story.append("its checksum file made anew")


def tell(world, case, root, story, is_damaged):
    """Every command that names archives, after verify."""
    for arguments in (["status", "--json"], ["report", "--day", DAY, "--json"], ["report", "--day", DAY],
                      ["gaps", "--json"], ["list"]):
        result = world.run(arguments, case, root, story)
        if "--json" in arguments:
            result.lines()
    if is_damaged:
        report = world.run(["report", "--day", DAY, "--json"], case, root, story).lines()
        if any(line.get("state") == "closed" or line.get("closed") is True for line in report):
            raise Finding("report calls the day closed, whose archive is not what was sealed")


def fetch(world, case, root, draw, story):
    """What is fetched is what the provider sent; otherwise it is not written."""
    folder = case / "fetched"
    for task in draw.sample(world.tasks, 3):
        world.run(["fetch", task, "-o", str(folder)], case, root, story)
    if folder.exists():
        for path in files(folder):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if path.suffix == ".wav" and world.foreign({digest}):
                raise Finding(f"fetch wrote {path}, which is not what was archived")
        shutil.rmtree(folder)


def rebuild(world, case, root, draw, story, is_damaged):
    """A manifest from these archives alone."""
    if draw.random() < 0.7:
        for path in root.glob("manifest.sqlite*"):
            path.unlink()
    # If an archive, its checksum file and the manifest are all gone, nothing is left that shows it.
    has_trace = (root / "manifest.sqlite").exists() or bool(files(root / "archives"))
    result = world.run(["rebuild", "--json", "--discard-old"], case, root, story)
    result.lines()
    held = world.held(case, root, story) if (root / "manifest.sqlite").exists() else {}
    if false := world.foreign(set(held.values())):
        raise Finding(f"rebuild takes in bytes that nobody archived: {sorted(false)[:3]}")
    gone = world.digests - set(held.values())
    if result.code == 0 and is_damaged and has_trace and gone:
        raise Finding(f"rebuild says 0, and {len(gone)} recordings of a damaged archive are not taken in")
