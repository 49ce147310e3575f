#!/usr/bin/env python3
"""Compares the alerts and the dashboard of deploy with what `callark serve` really gives at /metrics.

usage: Tests/deploy/monitoring.py BIN_FOLDER PROMTOOL
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client.parser import text_string_to_metric_families

import service

HERE = pathlib.Path(__file__).resolve().parent
DEPLOY = HERE.parent.parent / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
SCRAPE = DEPLOY / "prometheus" / "scrape.yaml"
DASHBOARD = DEPLOY / "grafana" / "callark.json"
ALERT_TESTS = HERE / "alerts_test.yaml"
# What Prometheus adds itself.
ADDED_METRICS = {"up"}
ADDED_LABELS = {"job", "instance"}

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def promtool(*arguments, standard_input=None):
    """The exit code and the output of promtool."""
    done = subprocess.run(
        [PROMTOOL, *map(str, arguments)], input=standard_input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode()


def real_metrics(bin_folder):
    """The metrics of a running service that has answered, refused and failed to find something."""
    with service.running(bin_folder) as office:
        office.ask("/healthz")
        office.ask("/api/v1/calls", key=office.key)
        office.ask("/api/v1/calls", key="clk_wrong")
        office.ask("/nothing", key=office.key)
        status, body = office.ask("/metrics", key=office.key)
        check(status == 200, f"/metrics: status {status}")
        return body


def labels_of(body):
    """For each metric the values that each of its labels has."""
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def compare(where, expression, given):
    """Each metric has to exist, each label that it is asked for, and each value that is written out."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    for name in set(re.findall(r"\b(?:callark_\w+|up)\b", bare)) - ADDED_METRICS:
        check(name in given, f"{where}: /metrics has no {name}")
    for name, matchers in re.findall(r"\b(callark_\w+)\{([^}]*)\}", expression):
        for label, operator, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
            if label in ADDED_LABELS:
                continue
            values = given.get(name, {}).get(label)
            check(values, f"{where}: {name} has no label {label}")
            # The status of a request is whatever happens to the service.
            if values and label not in ("organization", "status"):
                wanted = value.split("|") if operator.endswith("~") else [value]
                for one in wanted:
                    check(one in values, f"{where}: {name} never has {label}={one}")
    known = ADDED_LABELS.union(*given.values())
    for group in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", bare):
        for label in filter(None, re.split(r"[\s,]+", group)):
            check(label in known, f"{where}: no metric has the label {label}")


def check_alerts(given):
    code, said = promtool("check", "rules", ALERTS)
    check(code == 0, f"promtool check rules: {said}")
    code, said = promtool("test", "rules", ALERT_TESTS)
    check(code == 0, f"promtool test rules: {said}")
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    for rule in rules:
        compare(rule["alert"], rule["expr"], given)
        check(rule["labels"]["severity"] in ("critical", "warning"), f"{rule['alert']}: severity")
    judged = {True: set(), False: set()}
    for test in yaml.safe_load(ALERT_TESTS.read_text())["tests"]:
        for case in test["alert_rule_test"]:
            judged[bool(case["exp_alerts"])].add(case["alertname"])
    for rule in rules:
        for raised, which in ((True, "in which it is raised"), (False, "in which it is not")):
            check(rule["alert"] in judged[raised], f"{rule['alert']}: {ALERT_TESTS.name} has no case {which}")
    with tempfile.TemporaryDirectory() as folder:
        # As deploy/README.md installs them. The key has to exist, and a name from the outside is no part of the check.
        scrape = yaml.safe_load(SCRAPE.read_text())
        for job in scrape["scrape_configs"]:
            check(job["job_name"] == "callark", "scrape.yaml: the alerts ask for the job callark")
            key = pathlib.Path(folder) / "key"
            key.write_text("clk_")
            job["authorization"]["credentials_file"] = str(key)
        (pathlib.Path(folder) / scrape["rule_files"][0]).write_text(ALERTS.read_text())
        (pathlib.Path(folder) / "prometheus.yml").write_text(yaml.safe_dump(scrape))
        code, said = promtool("check", "config", pathlib.Path(folder) / "prometheus.yml")
        check(code == 0, f"promtool check config: {said}")
    return len(rules)


def kept(written, read, path=""):
    """What Grafana's own types did not take from the file, such as a misspelt key."""
    if isinstance(written, dict):
        for key, value in written.items():
            if not isinstance(read, dict) or key not in read:
                yield f"{path}/{key}"
            else:
                yield from kept(value, read[key], f"{path}/{key}")
    elif isinstance(written, list):
        if not isinstance(read, list) or len(written) != len(read):
            yield path
        else:
            for index, (one, other) in enumerate(zip(written, read)):
                yield from kept(one, other, f"{path}/{index}")
    elif written != read:
        yield f"{path}: {written!r} is read as {read!r}"


def check_dashboard(given):
    register_default_plugins()
    written = json.loads(DASHBOARD.read_text())
    dashboard = Dashboard.from_json(written)
    for path in kept(written, json.loads(json.dumps(dashboard, cls=JSONEncoder))):
        check(False, f"{DASHBOARD.name}: {path} is no part of a dashboard")
    check(len({panel.id_val for panel in dashboard.panels}) == len(dashboard.panels), "two panels have one number")
    expressions = []
    for panel in dashboard.panels:
        check(panel.targets, f"{panel.title}: no query")
        for target in panel.targets:
            expressions.append((panel.title, target.expr))
    for variable in dashboard.templating.list_val:
        if variable.type_val == "query":
            asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable.query["query"])
            check(asked and asked[2] in given.get(asked[1], {}), f"variable {variable.name}: {variable.query}")
    rules = []
    for number, (title, expression) in enumerate(expressions):
        # What Grafana puts in before it asks.
        plain = expression.replace("$__rate_interval", "5m").replace("$organization", ".*")
        check("$" not in plain, f"{title}: unknown variable in {expression}")
        compare(title, plain, given)
        rules.append({"record": f"panel:{number}", "expr": plain})
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "panels.yaml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
        code, said = promtool("check", "rules", file)
        check(code == 0, f"promtool check rules: {said}")
    return len(expressions)


if len(sys.argv) != 3:
    sys.exit(__doc__)
bin_folder, PROMTOOL = sys.argv[1:]
body = real_metrics(bin_folder)
code, said = promtool("check", "metrics", standard_input=body)
check(code == 0 and not said, f"promtool check metrics: {said}")
given = labels_of(body)
alerts, queries = check_alerts(given), check_dashboard(given)
for failure in failures:
    print(failure, file=sys.stderr)
print(f"monitoring: {len(given)} metrics, {alerts} alerts, {queries} queries, {len(failures)} failures")
sys.exit(1 if failures else 0)
