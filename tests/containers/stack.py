"""The containers of docker-compose.yml, from a copy of what is committed and a copied .env."""

# ruff: noqa: S603 - the programs started here are the compose command and git

import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.addresses import free_port
from runner.places import ROOT

PROJECT, DOMAIN = "expertim-walk", "expertim.localhost"
SITE = f"https://{DOMAIN}"
JANUS_SECRETS = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
LASTING = ("proxy", "web", "worker", "worker-mail", "worker-video", "beat", "postgres", "redis")


@dataclass(frozen=True)
class Stack:
    """The services of one compose project in a folder of its own."""

    folder: Path
    compose: tuple[str, ...]
    https_port: int

    def do(self, *arguments: str, given: str = "", seconds: float = 900) -> str:
        """Run a compose command and return what it prints; fails with that when it fails."""
        environment = os.environ | {"COMPOSE_PROJECT_NAME": PROJECT}
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HTTPS", "DEMO"):
            environment.pop(name, None)  # the shell's would win over those of .env
        done = subprocess.run(
            [*self.compose, *arguments],
            cwd=self.folder,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def inside(self, service: str, *command: str, **environment: str) -> str:
        """Run a command in a service's container."""
        named = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        return self.do("exec", "-T", *named, service, *command)

    def sql(self, statement: str) -> str:
        """Ask the database, and return the bare answer."""
        command = ["psql", "-U", "expertim", "-d", "expertim", "-v", "ON_ERROR_STOP=1", "-Atqc", statement]
        return self.inside("postgres", *command).strip()


@contextmanager
def brought_up(folder: Path, *, email_url: str) -> Iterator[Stack]:
    """Build the image and bring everything up; afterwards nothing of it is left."""
    _copy_what_is_committed(folder)
    ports = [free_port(), free_port()]
    _fill_in(folder, email_url, *ports)
    stack = Stack(folder, tuple(shlex.split(os.environ["COMPOSE"])), ports[1])
    try:
        stack.do("build", seconds=1800)
        stack.do("up", "-d")
        yield stack
    finally:
        stack.do("down", "--volumes")


def await_that(is_so: Callable[[], bool], what: str, *, seconds: float = 180) -> float:
    """Wait until something is so; return how many seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"In vain waited that {what}."
        time.sleep(1)
    return time.monotonic() - began


def own_address() -> str:
    """Return this machine's address as containers see it: not the loopback, which is their own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing
        address: str = probe.getsockname()[0]
        return address


def _copy_what_is_committed(folder: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    for name in filter(None, listed.stdout.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)


def _fill_in(folder: Path, email_url: str, http_port: int, https_port: int) -> None:
    """Do what .env.example says: copy it and fill it in."""
    values = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "POSTGRES_PASSWORD": secrets.token_hex(16),
        "EMAIL_URL": email_url,
        "DOMAIN": DOMAIN,
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
    } | {name: secrets.token_hex(16) for name in JANUS_SECRETS}
    (folder / ".env").write_text(_with((folder / ".env.example").read_text(), values))


def _with(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text, number = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert number == 1, name
    return text
