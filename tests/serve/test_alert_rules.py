"""The alerting rules: right by promtool, and about metrics that the server has."""

import re
import shutil
import subprocess

import prometheus_client
import pytest
import yaml

from hindcast import paths
from hindcast.serve import metrics

RULES = paths.root() / "deploy" / "alerts.yml"
OF_PROMETHEUS = {"up"}
PARTS = ("_bucket", "_count", "_sum")


def rules() -> list[dict]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def labels() -> dict[str, set[str]]:
    """Return the labels of every metric that the server shows, by the name that it shows."""
    found = {name: set(told[1]) for name, told in metrics.MONITORED.items()}
    for one in vars(metrics).values():
        if isinstance(one, prometheus_client.metrics.MetricWrapperBase):
            name = f"{one._name}_total" if one._type == "counter" else one._name
            found[name] = set(one._labelnames)
            if one._type == "histogram":
                found |= {name + part: {*one._labelnames, "le"} for part in PARTS}
    return found


def test_promtool_finds_every_alert_begin_when_it_should():
    if not shutil.which("promtool"):
        pytest.skip("no promtool: apt-get install prometheus")
    run = ["promtool", "test", "rules", str(RULES.with_name("alerts_test.yml"))]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_in_both_ways():
    tests = yaml.safe_load(RULES.with_name("alerts_test.yml").read_text())["tests"]
    asked = [one for test in tests for one in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {one["alertname"] for one in asked if one["exp_alerts"]} == names
    assert {one["alertname"] for one in asked if not one["exp_alerts"]} == names


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_and_labels_that_are_there(rule):
    there = labels()
    asked = set(re.findall(r"\b(hindcast_\w+|up)\b(?!\")", rule["expr"]))
    assert asked
    assert asked <= there.keys() | OF_PROMETHEUS
    for name, chosen in re.findall(r"(hindcast_\w+)\{([^}]*)\}", rule["expr"]):
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen)) <= there[name]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_is_and_where_to_read_on(rule):
    told = rule["annotations"]
    assert told["runbook_url"] == f"docs/runbook.html#{rule['alert'].lower()}"
    assert told["summary"]
    assert told["description"].endswith(".")
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_every_alert_has_its_section_in_the_runbook():
    page = (RULES.parents[1] / "docs" / "runbook.qmd").read_text("utf-8")
    sections = re.findall(r"^## (\w+)$", page, flags=re.M)
    assert sections == [rule["alert"] for rule in rules()]
