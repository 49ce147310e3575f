#!/usr/bin/env python3
"""Makes the file system of deploy/Containerfile's last stage without a container engine, and runs it as deploy/README.md says: as
its user, without capabilities, with a root file system that cannot be written to. Needs root, and Debian's packages.

usage: Tests/deploy/image.py BIN_FOLDER
"""

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

DEPLOY = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CONFIGURATION = """
archive: { root: /var/lib/callark }
organizations:
  - name: acme
    org_id: 93912f11-6017-404b-bf14-5331890b1797
    region: us1
    auth: { access_token: none }
service:
  listen: 0.0.0.0:8443
  tls: { certificate_file: /etc/callark/service.pem, key_file: /etc/callark/service.key }
"""


def last_stage():
    """The instructions of the last stage, in order."""
    text = (DEPLOY / "Containerfile").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ").splitlines()
    instructions = [tuple(line.split(None, 1)) for line in lines if line.strip()]
    begin = max(index for index, (word, _) in enumerate(instructions) if word == "FROM")
    return instructions[begin:]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **options)
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(root, bin_folder):
    """Does what the instructions say. Returns those that say how it is run."""
    image = {}
    for word, rest in last_stage():
        if word == "FROM":
            assert rest == "debian:12-slim", rest
            run("debootstrap", "--variant=minbase", "bookworm", root)
            # How this machine reaches Debian's packages.
            for name in ("/etc/apt/apt.conf.d", "/etc/resolv.conf", "/etc/hosts"):
                if os.path.exists(name):
                    run("cp", "-rL", name, f"{root}{os.path.dirname(name)}/")
        elif word == "RUN":
            command = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
            # As in an engine, there is /proc; the mount is gone with the process.
            mounted = f'mount -t proc proc {root}/proc && exec chroot {root} env -i "$@"'
            run("unshare", "--mount", "sh", "-euc", mounted, "sh", PATH, "DEBIAN_FRONTEND=noninteractive", *command)
        elif word == "COPY":
            assert rest == "--from=build /out/callark /usr/bin/callark", rest
            run("install", "--strip", f"{bin_folder}/callark", f"{root}/usr/bin/callark")
        else:
            image[word] = rest
    return image


def command(root, image, volume, configuration, arguments):
    """A command in the image: the mounts are gone with the process."""
    user, folder = image["USER"], image["WORKDIR"]
    mounts = f"""
        mount --bind {root} {root}
        mount --bind {volume} {root}{image["VOLUME"]}
        mount --bind -o ro {configuration} {root}/etc/callark
        mount -t proc proc {root}/proc
        mount -t tmpfs tmpfs {root}/tmp
        mount -o remount,bind,ro {root}
        exec chroot {root} setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs --bounding-set=-all \\
            --inh-caps=-all env -i {PATH} sh -c 'cd {folder} && exec "$@"' sh "$@"
    """
    return ["unshare", "--mount", "sh", "-euc", mounts, "sh", *arguments]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="callark-image.") as folder:
        root, volume, configuration = (f"{folder}/{name}" for name in ("root", "volume", "configuration"))
        image = build(root, pathlib.Path(sys.argv[1]).resolve())
        os.makedirs(f"{root}/etc/callark")
        owner = os.stat(f"{root}{image['VOLUME']}")
        os.makedirs(volume)
        os.chown(volume, owner.st_uid, owner.st_gid)
        assert str(owner.st_uid) == image["USER"], owner
        os.makedirs(configuration)
        pathlib.Path(configuration, "callark.yaml").write_text(CONFIGURATION)
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=archive.example", "-keyout", f"{configuration}/service.key", "-out", f"{configuration}/service.pem")
        os.chmod(f"{configuration}/service.key", 0o600)
        os.chown(f"{configuration}/service.key", owner.st_uid, owner.st_gid)

        def inside(*arguments):
            return command(root, image, volume, configuration, arguments)

        program = json.loads(image["ENTRYPOINT"])
        health = re.fullmatch(r"(?:--\S+\s+)+CMD\s+(.*)", image["HEALTHCHECK"])[1]
        written = subprocess.run(inside("sh", "-c", "id -u; touch /x"), capture_output=True, text=True, check=False)
        assert written.stdout.strip() == image["USER"] and "Read-only file system" in written.stderr, written
        # Without its volume's root it does not begin one.
        empty = subprocess.run(inside(*program, *json.loads(image["CMD"])), capture_output=True, text=True, check=False)
        assert empty.returncode == 74, empty
        run(*inside(*program, "init", "--config", "/etc/callark/callark.yaml"))
        assert subprocess.run(inside("sh", "-c", health), check=False).returncode != 0, "healthy before it runs"
        with open(f"{folder}/log", "w+") as log:
            service = subprocess.Popen(inside(*program, *json.loads(image["CMD"])), stdout=log, stderr=log)
            try:
                end = time.monotonic() + 60
                while subprocess.run(inside("sh", "-c", health), check=False).returncode != 0:
                    log.seek(0)
                    assert service.poll() is None and time.monotonic() < end, log.read()
                    time.sleep(0.2)
                service.send_signal(getattr(signal, image["STOPSIGNAL"]))
                assert service.wait(60) == 143, service.returncode
            finally:
                if service.poll() is None:
                    service.kill()
    print("image: built, healthy, stopped; user", image["USER"])


main()
