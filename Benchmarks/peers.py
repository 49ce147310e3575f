"""What people use instead, for the bytes alone: download 16 at a time, SHA-256 of each, one tar, flushed to disk.

None of them lists, queries, checks what it got, or keeps a manifest. Debian's sha256sum is slow; openssl is used, as the
faster one.
"""

import pathlib
import shlex
import shutil
import sys

HERE = pathlib.Path(__file__).parent
PACK = (
    "find got -type f -print0 | sort -z | xargs -0 -n 200 -P 2 openssl dgst -sha256 >sums"
    " && tar -cf day.tar got sums && sync day.tar"
)


def prepare(corpus, origin, folder):
    """Writes the lists that the peers read."""
    folder = pathlib.Path(folder)
    urls = corpus.urls(origin)
    (folder / "urls").write_text("".join(f"{url}\n" for url in urls))
    (folder / "curl.conf").write_text(
        "".join(f'url = "{url}"\noutput = "got/{index}.wav"\n' for index, url in enumerate(urls))
    )
    (folder / "nowhere.conf").write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))
    (folder / "aria2").write_text("".join(f"{url}\n out={index}.wav\n" for index, url in enumerate(urls)))
    (folder / "wget").write_text("".join(f"got/{index}.wav\n{url}\n" for index, url in enumerate(urls)))


def receiving(certificate):
    """Shell text that receives all in the prepared folder, and keeps nothing."""
    return curl(certificate, "nowhere.conf")


def curl(certificate, transfers):
    return f"curl -sS --fail --cacert {shlex.quote(str(certificate))} --parallel --parallel-max 16 -K {transfers}"


def commands(corpus, origin, certificate, python):
    """The peers that are installed, by name, as shell text to be run in the prepared folder."""
    trust = shlex.quote(str(certificate))
    peers = {
        "curl --parallel": f"mkdir got && {curl(certificate, 'curl.conf')}",
        "xargs -P wget":
            f"mkdir got && xargs -P 16 -n 2 wget -q --ca-certificate={trust} -O <wget",
        "aria2c":
            f"mkdir got && aria2c -q -j16 -x1 --ca-certificate={trust} --file-allocation=none --auto-file-renaming=false"
            " --console-log-level=error -d got -i aria2",
        "rclone copy":
            f"rclone copy -q --ca-cert {trust} --transfers 16 --checkers 16 --config /dev/null"
            f" --http-url {shlex.quote(origin)} :http:media got",
        "Python requests":
            f"mkdir got && {shlex.quote(python)} {shlex.quote(str(HERE / 'peer_requests.py'))} urls {trust}",
    }
    tools = {"curl --parallel": "curl", "xargs -P wget": "wget", "aria2c": "aria2c", "rclone copy": "rclone"}
    missing = [name for name, tool in tools.items() if shutil.which(tool) is None]
    for name in missing:
        print(f"{tools[name]} is not installed: left out", file=sys.stderr)
        del peers[name]
    return {
        name: command + (" && tar -cf day.tar got sums && sync day.tar" if name.startswith("Python") else f" && {PACK}")
        for name, command in peers.items()
    }
