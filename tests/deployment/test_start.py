"""Each documented command runs with what .env.example calls needed, and nothing else, until it is of use."""

import http.client
import subprocess
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from celery import Celery

from expertim.redis_address import for_celery
from runner import locks, postgres, processes
from runner.addresses import free_port
from runner.places import ROOT
from runner.processes import Process
from tests.deployment import documented
from tests.deployment.conftest import COLLECTING, Start
from tests.deployment.documented import Command

HOST = "127.0.0.1"
# A job for each queue.
JOBS = {
    "celery": "meetings.jobs.let_time_pass",
    "mail": "notifications.jobs.deliver_mails",
    "video": "meetings.jobs.prepare_rooms",
}
TOYS = {"meetings.E002": {"VIDEO_PLATFORM": "practice"}, "accounts.E002": {"SECRET_KEY": "k"}}


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    found = [one for one in documented.commands() if one.kind in kinds]
    return pytest.mark.parametrize("command", found, ids=str)


def first(kind: str) -> Command:
    return next(one for one in documented.commands() if one.kind == kind)


def test_every_documented_command_is_tried_here() -> None:
    tried = {"web", "worker", "beat", "inspect", "prepare", "collectstatic", "asks the site"}
    tried |= {"check_video", "audit", "createsuperuser", "check", "back_up"}
    assert {one.kind for one in documented.commands()} <= tried
    sources = {one.source for one in documented.commands()}
    assert {"README", "Dockerfile", "docker-compose.yml"} <= sources


@of_kind("prepare", "collectstatic", "check_video", "audit", "check")
def test_a_command_that_ends_ends_well(command: Command, prepared: dict[str, str]) -> None:
    with locks.awaited(COLLECTING):
        done = run(command, prepared)
    assert done.returncode == 0, done.stdout + done.stderr


@of_kind("createsuperuser")
def test_the_first_operator_is_made(command: Command, prepared: dict[str, str]) -> None:
    typed = {"DJANGO_SUPERUSER_EMAIL": "olga@example.com", "DJANGO_SUPERUSER_PASSWORD": "a long pass phrase"}
    done = run(command, prepared | typed, "--noinput")
    assert done.returncode == 0, done.stdout + done.stderr


@of_kind("back_up")
def test_a_back_up_is_written(command: Command, prepared: dict[str, str], tmp_path: Path) -> None:
    words = tuple(str(tmp_path) if word.startswith("/") else word for word in command.words)
    path = {"PATH": f"{prepared['PATH']}:{postgres.binaries()}"}
    done = run(Command(command.source, words), prepared | path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one.suffix for one in tmp_path.iterdir()] == [".dump"]


@of_kind("web")
def test_web_answers_with_its_first_page(command: Command, prepared: dict[str, str], start: Start) -> None:
    port = free_port()
    web = start(command, "--bind", f"{HOST}:{port}")
    processes.await_ready(web, lambda: status(port, prepared["SITE_URL"]) == 200, seconds=90)


@of_kind("asks the site")
def test_a_health_check_tells_a_good_site_from_none(
    command: Command, prepared: dict[str, str], start: Start
) -> None:
    port = free_port()
    words = tuple(word.replace(":8000", f":{port}") for word in command.words)
    asks = Command(command.source, words)
    assert run(asks, prepared).returncode != 0
    web = start(first("web"), "--bind", f"{HOST}:{port}")
    processes.await_ready(web, lambda: run(asks, prepared).returncode == 0, seconds=90)


@of_kind("worker")
def test_worker_takes_jobs(command: Command, prepared: dict[str, str], start: Start) -> None:
    worker = start(command)
    processes.await_ready(worker, lambda: " ready." in worker.log.read_text(), seconds=90)
    for queue in queues_of(command):
        await_run(prepared, queue, worker)
    for ping in pings_of(command):
        done = run(ping, prepared)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_ping_asks_a_documented_worker() -> None:
    asked = {ping.words for one in documented.commands() if one.kind == "worker" for ping in pings_of(one)}
    assert asked == {one.words for one in documented.commands() if one.kind == "inspect"}


@of_kind("inspect")
def test_ping_fails_where_no_worker_runs(command: Command, prepared: dict[str, str]) -> None:
    assert run(command, prepared).returncode != 0


@of_kind("beat")
def test_beat_sends_jobs(command: Command, prepared: dict[str, str], start: Start) -> None:
    job, worker = JOBS["celery"], start(first("worker"))
    before = runs(prepared, job)
    beat = start(command)
    processes.await_ready(beat, lambda: runs(prepared, job) > before, seconds=180)
    assert not worker.has_ended()


@pytest.mark.parametrize(
    ("kind", "toy"), list(zip(("web", "worker", "beat", "prepare"), cycle(TOYS), strict=False))
)
def test_a_toy_keeps_each_program_from_starting(kind: str, toy: str, prepared: dict[str, str]) -> None:
    more = ("--bind", f"{HOST}:{free_port()}") if kind == "web" else ()
    done = run(first(kind), prepared | TOYS[toy], *more)
    assert done.returncode != 0
    assert toy in done.stdout + done.stderr


def run(command: Command, environment: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603 - a documented command
        [*command.words, *more],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timedelta(minutes=3).total_seconds(),
    )


def queues_of(worker: Command) -> list[str]:
    """Return the queues that a worker serves: all, unless it names some."""
    if "--queues" not in worker.words:
        return list(JOBS)
    return worker.words[worker.words.index("--queues") + 1].split(",")


def pings_of(worker: Command) -> list[Command]:
    """Return the health checks that ask this worker, by the name that it was given."""
    pings = [one for one in documented.commands() if one.kind == "inspect"]
    return [one for one in pings if {word for word in one.words if "@" in word} & set(worker.words)]


def await_run(environment: dict[str, str], queue: str, worker: Process) -> None:
    """Ask for the job of a queue and wait until it has run."""
    job, before = JOBS[queue], runs(environment, JOBS[queue])
    with Celery("asking", broker=for_celery(environment["REDIS_URL"]), set_as_current=False) as app:
        app.send_task(job, queue=queue)
    processes.await_ready(worker, lambda: runs(environment, job) > before, seconds=60)


def runs(environment: dict[str, str], job: str) -> int:
    """Return how often a job has run to a good end."""
    with psycopg.connect(environment["DATABASE_URL"]) as server:
        row = server.execute(
            "SELECT runs - failures FROM meetings_jobrun WHERE task = %s AND succeeded_at >= started_at",
            [job],
        ).fetchone()
    return row[0] if row else 0


def status(port: int, site: str) -> int | None:
    """Return what the first page answers with, asked as the proxy in front asks."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        headers = {"Host": urlsplit(site).netloc, "X-Forwarded-Proto": "https"}
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
