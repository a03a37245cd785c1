"""Real workers and beats, started on the test's database and killed without a warning."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from celery import Celery
from django.db import connection
from redis import Redis

from expertim.redis_address import for_celery
from expertim.schedule import ROUTES
from runner import processes, redis
from runner.processes import Process
from tests import environment

CONCURRENCY = 2
CELERY = (sys.executable, "-m", "celery", "-A")
HURRIED = "tests.crashes.hurried:app"
QUIETLY = ("--without-mingle", "--without-gossip", "--without-heartbeat")


@dataclass
class Programs:
    """What runs beside the test. Each worker is two processes that do the work, and one that leads them."""

    folder: Path
    redis_process: Process
    email_url: str
    running: list[Process] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    more: dict[str, str] = field(default_factory=dict)

    def start_worker(self, *, app: str = HURRIED, queues: str = "", children: int = CONCURRENCY) -> Process:
        """Start a worker, for all queues or for some; it is of use a little later."""
        options = ("--loglevel", "INFO", "--concurrency", str(children), *QUIETLY)
        which = ("--queues", queues) if queues else ()
        name = f"w{next(self.numbers)}@here"
        return self._start("worker", app, "worker", "--hostname", name, *options, *which)

    def start_beat(self) -> Process:
        """Start a clock; several are a mistake that must not hurt."""
        return self._start("beat", HURRIED, "beat", "--loglevel", "INFO", "--pidfile=")

    def await_ready(self, worker: Process) -> None:
        """Wait until a worker takes jobs."""
        processes.await_ready(worker, lambda: " ready." in worker.log.read_text(), seconds=60)

    def kill(self, process: Process) -> None:
        """End a program and its children as a power cut would."""
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        self.running.remove(process)

    def kill_a_child(self, worker: Process) -> None:
        """End one of the processes of a worker that do the work; it starts another by itself."""
        told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True)  # noqa: S607
        pairs = [line.split() for line in told.stdout.splitlines()]
        children = [int(pid) for pid, parent in pairs if int(parent) == worker.popen.pid]
        os.kill(min(children), signal.SIGKILL)

    def empty_broker(self) -> None:
        """Make Redis forget everything."""
        with Redis.from_url(self.redis_url) as client:
            client.flushall()

    def kill_redis(self) -> None:
        """End Redis as a power cut would."""
        self.redis_process.popen.kill()
        self.redis_process.popen.wait()

    def restart_redis(self) -> None:
        """Have Redis again, with nothing in it."""
        self.redis_process = redis.start(self.folder, durable=False, program=redis.system_program())

    def ask_for(self, job: str) -> None:
        """Ask for a job now, whether it waits already or not."""
        with Celery("asking", broker=for_celery(self.redis_url), set_as_current=False) as app:
            app.conf.task_routes = ROUTES
            app.send_task(job)

    def end(self) -> None:
        """End all that still runs, at once: in these tests nothing may depend on a tidy end."""
        for process in list(self.running):
            if process.has_ended():
                self.running.remove(process)
            else:
                self.kill(process)
        if not self.redis_process.has_ended():
            self.kill_redis()
        await_that(lambda: _other_sessions() == 0, "the sessions of the killed programs end")

    @property
    def redis_url(self) -> str:
        """The address of the Redis of these programs."""
        return redis.address(self.folder)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of these programs."""
        told_nothing = "jitsi"
        own = {"REDIS_URL": self.redis_url, "EMAIL_URL": self.email_url, "VIDEO_PLATFORM": told_nothing}
        return environment.of_the_site(**own | self.more)

    def _start(self, name: str, *command: str) -> Process:
        process = processes.start(
            f"{name}{next(self.numbers)}",
            [*CELERY, *command],
            folder=self.folder,
            marker="tests.",
            environment=self.environment,
            stop_signal=signal.SIGKILL,
        )
        self.running.append(process)
        return process


def await_that(
    is_so: Callable[[], bool],
    what: str,
    *,
    seconds: float = 60,
    else_say: Callable[[], str] = lambda: "",
) -> None:
    """Wait until something is so."""
    latest = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < latest, f"In vain waited that {what}. {else_say()}"
        time.sleep(0.05)


def _other_sessions() -> int:
    """Count the connections to the test's database that are not of this process's pool."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' "
            "AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
        return count
