"""The alarm rules ask for metrics that there are, and the page explains every metric and every alarm."""

import re
from typing import Any

import yaml

from expertim.monitoring import metrics, state
from runner.places import ROOT

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus-alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PAGE = (ROOT / "docs" / "monitoring.md").read_text()


def told() -> dict[str, set[str]]:
    """Return the names of all series, with their labels."""
    view = {"view"}
    histograms = ("http_request_duration_seconds", "http_request_database_seconds")
    return {
        "http_requests_total": {"view", "status"},
        **{f"{name}_bucket": view | {"le"} for name in histograms},
        **{
            f"{name}_total" if meaning.kind == "counter" else name: set(meaning.labels)
            for name, meaning in state.MEANINGS.items()
        },
    }


def test_the_names_of_requests_are_these() -> None:
    metrics.count_request("home", 200, seconds=1, in_database=1)
    families = [family for metric in metrics.OF_REQUESTS for family in metric.collect()]
    found = {sample.name for family in families for sample in family.samples}
    assert {f"expertim_{name}" for name in told() if name.startswith("http_")} <= found


def test_each_alarm_asks_for_metrics_and_labels_that_there_are() -> None:
    known = told()
    for rule in RULES:
        names = re.findall(r"expertim_(\w+)", rule["expr"])
        assert names or "up{" in rule["expr"]
        assert set(names) <= set(known), rule["alert"]
        asked = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert asked <= set.union(set(), *(known[name] for name in names)), rule["alert"]


def test_each_alarm_says_how_urgent_it_is_and_what_to_do() -> None:
    described = dict(re.findall(r"^\| `(\w+)` \| (page|ticket) \| .{20,}\|$", PAGE, flags=re.MULTILINE))
    assert described == {rule["alert"]: rule["labels"]["severity"] for rule in RULES}


def test_each_metric_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]*?) ?\| .{10,}\|$", PAGE, flags=re.MULTILINE)
    explained = {name: {label.strip() for label in labels.split(",")} - {""} for name, labels in rows}
    explained = {name: labels for name, labels in explained.items() if not labels & {"page", "ticket"}}
    assert explained == {name.removesuffix("_bucket"): labels - {"le"} for name, labels in told().items()}
