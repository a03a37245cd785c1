"""What Prometheus is told: by whom, how much, and that it adds up whoever of the workers is asked."""

import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.parser import text_string_to_metric_families

from tests.monitoring import sites
from tests.monitoring.sites import ask, gunicorn

pytestmark = pytest.mark.django_db

TOKEN = "t0ken"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
Labels = frozenset[tuple[str, str]]


@pytest.fixture
def told(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def values(text: str) -> dict[str, dict[Labels, float]]:
    """Return the values by name and labels."""
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def collected() -> dict[str, dict[Labels, float]]:
    return values(Client().get("/metrics", headers=KNOWN).content.decode())


def requests_of(view: str, status: int) -> float:
    labels = frozenset({("view", view), ("status", str(status))})
    return collected().get("expertim_http_requests_total", {}).get(labels, 0)


def test_without_a_token_there_is_no_such_page(client: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 404
        assert b"expertim_" not in answer.content


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer tökén"]
)
def test_who_does_not_know_the_token_learns_nothing(told: None, client: Client, given: str | None) -> None:
    answer = client.get("/metrics", headers={} if given is None else {"Authorization": given})
    assert (answer.status_code, answer.content) == (401, b"")


def test_prometheus_comes_by_any_name_without_https(told: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["expertim.example"]
    answer = Client().get("/metrics", headers=KNOWN | {"Host": "web:8000"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE_LATEST)
    assert not answer.cookies


def test_requests_are_counted_by_view_and_status(told: None, client: Client) -> None:
    before = requests_of("home", 200), requests_of("meetings:detail", 404)
    client.get("/")
    client.get("/meetings/1/")
    client.get("/meetings/2/")
    assert requests_of("home", 200) == before[0] + 1
    assert requests_of("meetings:detail", 404) == before[1] + 2


def test_an_error_of_ours_is_counted_as_one(told: None, settings: Any) -> None:
    settings.ROOT_URLCONF = "runner.error_pages"
    view = "runner.error_pages._breaks"
    before = requests_of(view, 500)
    Client(raise_request_exception=False).get("/errors/500/")
    assert requests_of(view, 500) == before + 1


def test_time_in_the_database_is_part_of_the_time(told: None, client: Client) -> None:
    client.get("/experts/")
    found = collected()
    view = frozenset({("view", "meetings:experts")})
    whole = found["expertim_http_request_duration_seconds_sum"][view]
    part = found["expertim_http_request_database_seconds_sum"][view]
    assert 0 < part < whole


def test_strangers_cannot_make_labels(told: None) -> None:
    """Whatever paths, methods and hosts are tried: there are as many series as before."""
    tries: list[tuple[str, Mapping[str, str]]] = [
        *((f"/unknown/{number}/", {}) for number in range(5)),
        *((f"/meetings/{number}/", {}) for number in range(5)),
        *((f"/join/{'x' * 20}{number}/", {}) for number in range(5)),
        *(("/", {"Host": f"host{number}.example"}) for number in range(5)),
    ]
    client = Client(raise_request_exception=False)
    for path, headers in tries[::5]:
        client.get(path, headers=headers)
    before = collected()["expertim_http_requests_total"].keys()
    for path, headers in tries:
        client.get(path, headers=headers)
        client.generic(f"M{len(path)}", path, headers=headers)
    new = collected()["expertim_http_requests_total"].keys() - before
    assert {dict(labels)["view"] for labels in new} <= {dict(labels)["view"] for labels in before}
    assert not any("xxx" in value or "unknown" in value for labels in before for _name, value in labels)


@pytest.fixture
def port(transactional_db: None, tmp_path: Path) -> Iterator[int]:
    """The port of a web server with two workers."""
    with gunicorn(tmp_path, "--workers", "2", "--threads", "2", METRICS_TOKEN=TOKEN) as (_site, port):
        yield port
    sites.end_sessions()


def test_two_workers_count_together(port: int, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(lambda _number: ask(port, "/help/")[0], range(80)))
    [folder] = tmp_path.glob("expertim-metrics-*")
    assert answers == [200] * 80
    assert len(list(folder.glob("counter_*.db"))) == 2, "one worker did it all"
    label = frozenset({("view", "meetings:help"), ("status", "200")})
    for _time in range(6):
        status, _headers, text = ask(port, "/metrics", KNOWN)
        assert status == 200
        assert values(text)["expertim_http_requests_total"][label] == 80


def test_all_that_a_server_writes_is_json(tmp_path: Path) -> None:
    """gunicorn's own lines too, but for warnings about the set-up, which come once as it starts."""
    with gunicorn(tmp_path, LOG_FORMAT="json", PYTHONWARNINGS="ignore") as (site, port):
        start = len(site.log.read_text())
        ask(port, "/join/of-the-student-and-nobody-else/")
        with socket.create_connection((sites.HOST, port)) as visitor:
            visitor.sendall(b"GET /join/of-the-student-and-nobody-else/ HTTP/7.7\r\n\r\n")
            visitor.recv(100)
    sites.end_sessions()
    lines = [json.loads(line) for line in site.log.read_text()[start:].splitlines()]
    assert {"gunicorn.error", "django.request"} <= {line["logger"] for line in lines}
    assert "nobody-else" not in site.log.read_text()


def test_a_server_leaves_no_counts_behind(tmp_path: Path) -> None:
    with gunicorn(tmp_path, METRICS_TOKEN=TOKEN):
        assert len(list(tmp_path.glob("expertim-metrics-*"))) == 1
    sites.end_sessions()
    assert list(tmp_path.glob("expertim-metrics-*")) == []
