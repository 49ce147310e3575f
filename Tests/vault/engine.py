#!/usr/bin/env python3
"""Runs a real object store on loopback for a test, and nothing else on the machine's network.

usage: engine.py seaweedfs|ceph|rclone FOLDER

Prints one line of JSON (endpoint, access_key_id, secret_access_key, process IDs) when the store takes objects, and then obeys lines of its
input, each with a line of output:
    bucket NAME [lock]      makes a bucket, with versions and locks if asked
    hide BUCKET KEY         puts a delete marker before an object
    lose BUCKET KEY         deletes an object that is not locked, with all its versions
    fill BUCKET             leaves the store no room for that bucket (it may start again for that)
    empty                   gives it room again
    kill                    SIGKILL to every process of the store, at once
    start                   starts it again, with the same data, at the same port
Everything ends with the input: at the latest with the process that started it. Nothing in FOLDER is removed.
"""
import contextlib
import ctypes
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

ACCESS_KEY, SECRET_KEY, REGION = "CALLARKTESTKEY", "callark-test-secret", "us-east-1"
REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
# Also for a machine that is several times slower, and busy.
PATIENCE = 300


def die_with_parent():
    """In a new process: SIGKILL when the one that started it ends, however that happens (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_ports(count):
    """Below the ephemeral ports, so that the system gives none of them to another process before it is used here."""
    ports = []
    for port in random.sample(range(10000, 32000), 22000):
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    sys.exit("no port is free")


def quoted(text, besides=""):
    return urllib.parse.quote(text, safe=f"-_.~{besides}")


def program(name, variable):
    """From the environment, from `.build-vault`, or by PATH."""
    here = REPOSITORY / ".build-vault/bin" / name
    return os.environ.get(variable) or (str(here) if here.exists() else name)


def request(endpoint, method, path, query="", headers=(), body=b""):
    """Signed (AWS Signature Version 4). Returns status and body."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {"host": endpoint.split("//")[1], "x-amz-content-sha256": digest, "x-amz-date": now, **dict(headers)}
    names = ";".join(sorted(signed))
    canonical = "\n".join([method, path, query, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, digest])
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET_KEY).encode()
    for part in (now[:8], REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    url = f"{endpoint}{path}" + (f"?{query}" if query else "")
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body or None, signed, method=method), timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Store:
    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.port = free_ports(1)[0]

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def spawn(self, name, *command):
        with open(self.folder / f"{name}.out", "ab") as output:
            process = subprocess.Popen(command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       preexec_fn=die_with_parent)
        self.processes.append(process)

    def environment(self):
        return dict(os.environ)

    def kill(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        self.processes = []

    def wait_until(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for process in self.processes:
                if process.poll() is not None:
                    sys.exit(f"{process.args[0]} has ended with {process.returncode}; see {self.folder}")
            try:
                if condition():
                    return
            except (OSError, urllib.error.URLError, subprocess.SubprocessError):
                pass
            time.sleep(0.1)
        sys.exit(f"{what} is not ready after {PATIENCE} s; see {self.folder}")

    def is_serving(self):
        """Whether an object can be put: what answers first may not have everything yet."""
        request(self.endpoint, "PUT", "/callark-probe")
        status, _ = request(self.endpoint, "PUT", "/callark-probe/probe", body=b"probe")
        return status == 200

    def is_answering(self):
        return request(self.endpoint, "GET", "/")[0] == 200

    def delete(self, bucket, key, version=None):
        query = "" if version is None else f"versionId={quoted(version)}"
        status, body = request(self.endpoint, "DELETE", f"/{bucket}/{quoted(key, '/')}", query)
        return None if status in (200, 204) else f"failed: {status} {body[:300]!r}"

    def lose(self, bucket, key):
        status, body = request(self.endpoint, "GET", f"/{bucket}", f"prefix={quoted(key)}&versions=")
        if status != 200:
            return f"failed: {status} {body[:300]!r}"
        root = xml.etree.ElementTree.fromstring(body)
        space = root.tag.split("}")[0] + "}" if root.tag.startswith("{") else ""
        for version in [*root.iter(f"{space}Version"), *root.iter(f"{space}DeleteMarker")]:
            if version.find(f"{space}Key").text == key:
                if failure := self.delete(bucket, key, version.find(f"{space}VersionId").text):
                    return failure
        return "ok"

    def make_bucket(self, name, lock):
        headers = [("x-amz-bucket-object-lock-enabled", "true")] if lock else []
        status, body = request(self.endpoint, "PUT", f"/{name}", headers=headers)
        return "ok" if status == 200 else f"failed: {status} {body[:300]!r}"


class SeaweedFS(Store):
    """One process. Its telemetry is off, and it listens on no other address."""

    def __init__(self, folder):
        super().__init__(folder)
        self.ports = free_ports(9)
        # As many volumes as there is room for, of 256 MB.
        self.volumes, self.megabytes = 0, 256

    def fill(self, bucket):
        """Without another volume, and with volumes that are soon full. A bucket has its own."""
        self.kill()
        (self.volumes, self.megabytes) = (max(1, len(list((self.folder / "data").glob("*.dat")))), 1)
        self.start(is_full=True)
        # The master hears every few seconds how much a volume has.
        self.wait_until("a full SeaweedFS", lambda: self.refuses(bucket))
        return "ok"

    def refuses(self, bucket):
        """Fills what is left; whether three objects in a row are refused."""
        return all(request(self.endpoint, "PUT", f"/{bucket}/full/{os.urandom(8).hex()}", body=bytes(1 << 20))[0] >= 500
                   for _ in range(3))

    def empty(self):
        self.kill()
        (self.volumes, self.megabytes) = (0, 256)
        self.start()
        return "ok"

    def start(self, is_full=False):
        (self.folder / "data").mkdir(exist_ok=True)
        (self.folder / "log").mkdir(exist_ok=True)
        identity = {"name": "callark", "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
                    "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3_rpc, *_ = self.ports
        self.spawn(
            "weed", program("weed", "CALLARK_TEST_WEED"), f"-logdir={self.folder}/log", "server", f"-dir={self.folder}/data",
            "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-master.electionTimeout=1s",
            f"-master.port={master}", f"-master.port.grpc={master_rpc}", f"-master.volumeSizeLimitMB={self.megabytes}",
            f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}", f"-volume.max={self.volumes}", "-volume.preStopSeconds=1",
            "-filer", f"-filer.port={filer}", f"-filer.port.grpc={filer_rpc}", f"-filer.localSocket={self.folder}/filer.sock",
            "-s3", f"-s3.port={self.port}", f"-s3.port.grpc={s3_rpc}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            f"-s3.localSocket={self.folder}/s3.sock", f"-s3.config={self.folder}/s3.json")
        self.wait_until("SeaweedFS", self.is_answering if is_full else self.is_serving)


class Ceph(Store):
    """A monitor, a disk and a RADOS gateway of Ceph, from Debian's packages. Its objects survive SIGKILL."""

    def __init__(self, folder):
        super().__init__(folder)
        self.monitor_ports = free_ports(2)
        self.first_osd_port = 30000 + os.getpid() % 20000

    def environment(self):
        return {**os.environ, "CEPH_CONF": str(self.folder / "ceph.conf"), "CEPH_ARGS": f"--conf {self.folder}/ceph.conf"}

    def run(self, *command):
        return subprocess.run(command, env=self.environment(), capture_output=True, check=True, timeout=60)

    def configuration(self):
        identifier = self.folder / "fsid"
        if not identifier.exists():
            identifier.write_text(pathlib.Path("/proc/sys/kernel/random/uuid").read_text().strip())
        # Without authentication and encryption between its own processes, which only this machine reaches.
        return f"""
[global]
fsid = {identifier.read_text()}
mon host = [v2:127.0.0.1:{self.monitor_ports[0]},v1:127.0.0.1:{self.monitor_ports[1]}]
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = {self.first_osd_port}
ms bind port max = {self.first_osd_port + 60}
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc secure
ms mon service mode = crc secure
ms mon cluster mode = crc secure
auth allow insecure global id reclaim = false
mon data avail warn = 1
mon data avail crit = 0
mon allow pool size one = true
mon max pg per osd = 1000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = bluestore
bluestore block size = 10737418240
osd memory target = 1073741824
osd max object name len = 256
osd max object namespace len = 64
mon data = {self.folder}/mon
osd data = {self.folder}/osd
run dir = {self.folder}/run
admin socket = {self.folder}/run/$name.asok
log file = {self.folder}/log/$name.log
pid file = {self.folder}/run/$name.pid
crash dir = {self.folder}/log
telemetry = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{self.port}
rgw enable usage log = false
rgw relaxed s3 bucket names = true
rgw run sync thread = false
rgw thread pool size = 64
"""

    def start(self):
        for name in ("mon", "osd", "run", "log"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "ceph.conf").write_text(self.configuration())
        is_new = not (self.folder / "made").exists()
        fsid = (self.folder / "fsid").read_text()
        if is_new:
            keyring = str(self.folder / "mon.keyring")
            self.run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
            address = f"[v2:127.0.0.1:{self.monitor_ports[0]},v1:127.0.0.1:{self.monitor_ports[1]}]"
            map_path = str(self.folder / "monmap")
            self.run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, map_path)
            self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_path, "--keyring", keyring)
        self.spawn("mon", "ceph-mon", "-f", "-i", "a")
        self.wait_until("the monitor", lambda: self.run("timeout", "3", "ceph", "quorum_status"))
        if is_new:
            osd = pathlib.Path("/proc/sys/kernel/random/uuid").read_text().strip()
            self.run("ceph", "osd", "new", osd)
            self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self.spawn("osd", "ceph-osd", "-f", "-i", "0")
        self.wait_until("the disk", lambda: b'"active"' in self.run(
            "timeout", "3", "ceph", "daemon", f"{self.folder}/run/osd.0.asok", "status").stdout)
        if is_new:
            self.run("radosgw-admin", "user", "create", "--uid=callark", "--display-name=callark",
                     f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
            (self.folder / "made").touch()
        self.spawn("rgw", "radosgw", "-f", "-n", "client.rgw")
        self.wait_until("the gateway", self.is_serving)


    def fill(self, bucket):
        self.run("radosgw-admin", "quota", "set", "--quota-scope=user", "--uid=callark", "--max-size=1")
        self.run("radosgw-admin", "quota", "enable", "--quota-scope=user", "--uid=callark")
        self.wait_until("a full Ceph", lambda: request(self.endpoint, "PUT", f"/{bucket}/full", body=bytes(8192))[0] == 403)
        return "ok"

    def empty(self):
        self.run("radosgw-admin", "quota", "disable", "--quota-scope=user", "--uid=callark")
        self.wait_until("Ceph", self.is_serving)
        return "ok"


class Rclone(Store):
    """Not a store to trust: it says that an object is locked, and deletes it. `vault check` has to find out."""

    def start(self):
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        self.spawn("rclone", program("rclone", "CALLARK_TEST_RCLONE"), "serve", "s3", "--addr", f"127.0.0.1:{self.port}",
                   "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--config", "/dev/null", "--vfs-cache-mode", "off", str(data))
        self.wait_until("rclone", self.is_serving)


def obey(store, line):
    words = line.split()
    if words[0] == "bucket":
        return store.make_bucket(words[1], "lock" in words[2:])
    if words[0] == "hide":
        return store.delete(words[1], words[2]) or "ok"
    if words[0] == "lose":
        return store.lose(words[1], words[2])
    if words[0] == "fill":
        return store.fill(words[1])
    if words[0] == "empty":
        return store.empty()
    if words[0] == "kill":
        store.kill()
        return "ok"
    if words[0] == "start":
        store.start()
        return "ok"
    return f"failed: {words[0]} is unknown"


def main():
    kinds = {"seaweedfs": SeaweedFS, "ceph": Ceph, "rclone": Rclone}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    store = kinds[sys.argv[1]](folder)
    try:
        store.start()
        print(json.dumps({"endpoint": store.endpoint, "access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY,
                          "processes": [process.pid for process in store.processes]}), flush=True)
        for line in sys.stdin:
            if line.strip():
                print(obey(store, line), flush=True)
    finally:
        store.kill()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
