"""python3 run.py demo: everything, with data to look at."""

import contextlib
from collections.abc import Iterator

from runner import installation, leftovers, locks, page, processes, servers, stopping, variables
from runner.places import DEV, PYTHON, ROOT
from runner.processes import Process
from runner.progress import Problem, say

CELERY = ("celery", "-A", "expertim.celery:app")
LOUDLY = ("--loglevel", "INFO")
WORKER = (*CELERY, "worker", *LOUDLY, "--without-mingle", "--without-gossip")
PROGRAMS = {
    "web": ("gunicorn", "expertim.wsgi", "--workers", "2", "--threads", "4", "--no-control-socket"),
    "worker": (*WORKER, "--queues", "celery", "--concurrency", "2", "--hostname", "worker@%h"),
    "worker-mail": (*WORKER, "--queues", "mail", "--concurrency", "1", "--hostname", "mail@%h"),
    "worker-video": (*WORKER, "--queues", "video", "--concurrency", "2", "--hostname", "video@%h"),
    "beat": (*CELERY, "beat", *LOUDLY, "--pidfile="),
}
ACCOUNTS = """
  {address}

  student@example.com     books meetings
  expert@example.com      offers them
  operator@example.com    runs the place, at {address}admin/
  The password of each is: expertim-demo

  Ctrl-C stops everything. The data stays in .dev; the logs are there, too.
"""


def main(arguments: list[str]) -> int:
    """Run the demo until somebody stops it or a part of it ends by itself."""
    if arguments:
        raise Problem(f"The demo takes no arguments; what is {arguments[0]!r}?")
    port = page.wanted_port()
    try:
        with locks.held(DEV / "demo.lock", else_say="A demo runs in this folder already. Stop it first."):
            _run(port)
    except stopping.Stopped:
        say("Stopped.")
        return 0
    say("Stopped.")
    return 1


def _run(port: int) -> None:
    """Return only when a part has ended by itself."""
    for name in PROGRAMS:
        leftovers.end(DEV / f"{name}.pid")
    page.require_free(port)
    installation.ensure(installation.DEMO)
    say("Starting Postgres and Redis.")
    with servers.running(DEV) as both:
        environment = variables.for_demo(both.variables, port=port)
        _prepare(environment)
        with _programs(environment, port) as programs:
            _await_page(programs[0], port)
            say("Everything runs." + ACCOUNTS.format(address=environment["SITE_URL"] + "/"))
            _watch([*both.processes, *programs])


def _prepare(environment: dict[str, str]) -> None:
    say("Preparing the tables, the demo data and the static files (about 15 s the first time).")
    command = (PYTHON, "manage.py", "prepare", "--demo")
    processes.run("manage.py prepare", command, log=DEV / "prepare.log", environment=environment)


@contextlib.contextmanager
def _programs(environment: dict[str, str], port: int) -> Iterator[list[Process]]:
    say(f"Starting {', '.join(PROGRAMS)}.")
    started: list[Process] = []
    try:
        for name, arguments in PROGRAMS.items():
            command = [str(PYTHON), "-m", *arguments]
            bind = ["--bind", f"{page.HOST}:{port}"] if name == "web" else []
            process = processes.start(
                name, command + bind, folder=DEV, marker=" ".join(command), environment=environment
            )
            started.append(process)
        yield started
    finally:
        say("Stopping.")
        processes.stop(started)


def _await_page(web: Process, port: int) -> None:
    processes.await_ready(web, lambda: page.status(port) is not None, seconds=90)
    answer = page.status(port)
    if answer != 200:
        raise Problem(f"The first page answers with {answer}:\n{processes.end_of(web.log)}")


def _watch(running: list[Process]) -> None:
    while True:
        for process in running:
            if process.has_ended():
                log = process.log.relative_to(ROOT)
                say(f"{process.name} has ended with status {process.popen.returncode}. The end of {log}:")
                print(processes.end_of(process.log), flush=True)
                return
        stopping.pause(0.2)
