"""The site as gunicorn serves it, for tests of what it tells machines."""

import contextlib
import http.client
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import connection

from runner import processes
from runner.addresses import free_port
from runner.processes import Process
from tests.environment import of_the_site

HOST = "127.0.0.1"
NAME = "monitored site"


@contextlib.contextmanager
def gunicorn(
    folder: Path, *options: str, application: str = "expertim.wsgi", **environment: str
) -> Iterator[tuple[Process, int]]:
    """Have a web server, with its port; on the test's database where the environment says nothing else."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}", *options]
    own = {"DEMO": "1", "PGAPPNAME": NAME, "TMPDIR": str(folder)}
    site = processes.start(
        "site",
        [*command, "--no-control-socket"],
        folder=folder,
        marker=application,
        environment=of_the_site(**own | environment),
    )
    try:
        processes.await_ready(site, lambda: _is_up(port), seconds=120)
        yield site, port
    finally:
        site.popen.send_signal(signal.SIGTERM)
        site.popen.wait(30)


def ask(
    port: int, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET"
) -> tuple[int, Mapping[str, str], str]:
    """Return status, headers and text of an answer."""
    site = http.client.HTTPConnection(HOST, port, timeout=20)
    with contextlib.closing(site):
        site.request(method, path, headers=dict(headers or {}))
        answer = site.getresponse()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read().decode(),
        )


def end_sessions() -> None:
    """End what killed programs left open in the test's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s",
            [NAME],
        )


def _is_up(port: int) -> bool:
    try:
        return ask(port, "/health/live")[0] == 200
    except (OSError, http.client.HTTPException):
        return False
