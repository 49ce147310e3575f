#!/usr/bin/env python3
"""Holds the manifests of deploy/kubernetes against the schemas of Kubernetes, and against Callark and its image.

usage: Tests/deploy/kubernetes.py BIN_FOLDER
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy"
FOLDER = DEPLOY / "kubernetes"

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def validate(file):
    """kubernetes-validate says a line of INFO for each resource that is right."""
    program = pathlib.Path(sys.executable).with_name("kubernetes-validate")
    done = subprocess.run([program, "--strict", file], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    check(done.returncode == 0 and all(line.startswith("INFO ") and " passed " in line for line in said), "\n".join(said))


def check_pod(name, pod, configuration, image_user):
    """Without root, with a root file system that cannot be written, and with a volume behind each path that Callark uses."""
    security = pod["securityContext"]
    check(security["runAsNonRoot"] is True and security["runAsUser"] == image_user, f"{name}: user")
    check(security["fsGroupChangePolicy"] == "OnRootMismatch", f"{name}: archives would become writable")
    check(security["seccompProfile"] == {"type": "RuntimeDefault"}, f"{name}: seccomp")
    check(pod["automountServiceAccountToken"] is False, f"{name}: a token that nothing needs")
    check(pod["enableServiceLinks"] is False, f"{name}: variables that Callark warns of")
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for container in pod["containers"]:
        confined = container["securityContext"]
        check(confined["allowPrivilegeEscalation"] is False, f"{name}: privileges")
        check(confined["readOnlyRootFilesystem"] is True, f"{name}: root file system")
        check(confined["capabilities"] == {"drop": ["ALL"]}, f"{name}: capabilities")
        check("env" not in container and "envFrom" not in container, f"{name}: secrets are files")
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        for mount in mounts.values():
            check(mount in volumes, f"{name}: no volume {mount}")
        check("persistentVolumeClaim" in volumes[mounts[configuration["archive"]["root"]]], f"{name}: archive.root")
        check(container["args"][2] in mounts, f"{name}: no configuration at {container['args'][2]}")
        if container["args"][0] != "init":
            for path in re.findall(r"_file: (\S+)", yaml.safe_dump(configuration)):
                volume = volumes.get(mounts.get(os.path.dirname(path)), {})
                check("secret" in volume and volume["secret"]["defaultMode"] & 0o007 == 0, f"{name}: {path}")
            port = int(configuration["service"]["listen"].rsplit(":", 1)[1])
            check([port] == [one["containerPort"] for one in container["ports"]], f"{name}: port")
            for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
                check(container[probe]["httpGet"] == {"path": path, "port": "https", "scheme": "HTTPS"}, f"{name}: {probe}")


if len(sys.argv) != 2:
    sys.exit(__doc__)
files = sorted(FOLDER.rglob("*.yaml"))
resources = {}
for file in files:
    validate(file)
    for resource in yaml.safe_load_all(file.read_text()):
        resources[resource["kind"]] = resource
text = resources["ConfigMap"]["data"]["callark.yaml"]
with tempfile.TemporaryDirectory() as folder:
    written = pathlib.Path(folder) / "callark.yaml"
    written.write_text(text)
    done = subprocess.run(
        [pathlib.Path(sys.argv[1]) / "callark", "config", "show", "--config", written], capture_output=True, text=True, check=False
    )
    check(done.returncode == 0, f"the ConfigMap: {done.stderr}")
user = int(re.search(r"^USER (\d+)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)[1])
stateful, job = resources["StatefulSet"], resources["Job"]
check(stateful["spec"]["replicas"] == 1, "an archive has one writer")
for resource in (stateful, job):
    check_pod(resource["kind"], resource["spec"]["template"]["spec"], yaml.safe_load(text), user)
labels = stateful["spec"]["template"]["metadata"]["labels"].items()
for kind, selector in (
    ("Service", resources["Service"]["spec"]["selector"]),
    ("NetworkPolicy", resources["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]),
):
    check(selector.items() <= labels, f"{kind}: selects no pod")
for failure in failures:
    print(failure, file=sys.stderr)
print(f"kubernetes: {len(files)} files, {len(failures)} failures")
sys.exit(1 if failures else 0)
