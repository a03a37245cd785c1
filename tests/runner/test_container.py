"""There is no Docker engine here: what the image and the compose file would run is run without them."""

# ruff: noqa: S603 - the programs started here are ours or the system's plainest

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.places import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "expertim"}
BIN = Path(sys.executable).parent
# What makes each program read its command line and its settings, and then end instead of staying.
HARMLESS = {"gunicorn": "--check-config", "celery": "--help", "python": "--help"}


def commands() -> dict[str, list[str]]:
    found = {name: service["command"] for name, service in OURS.items()}
    checks = {
        name: service["healthcheck"]["test"] for name, service in OURS.items() if "healthcheck" in service
    }
    found |= {f"{name} is healthy": test[1:] for name, test in checks.items() if "runner.page" not in test}
    found |= {"image": yaml.safe_load(instructions("CMD")[0])}
    return found


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, flags=re.MULTILINE)


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    in_container = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HTTPS": "1"} | environment
    return subprocess.run(command, cwd=ROOT, env=in_container, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", commands())
def test_command_is_understood(name: str) -> None:
    command = commands()[name]
    assert (BIN / command[0]).exists()
    done = run([*command, HARMLESS[command[0]]])
    assert done.returncode == 0, done.stdout + done.stderr


def test_web_runs_as_the_image_would_by_itself() -> None:
    assert commands()["web"] == commands()["image"]


def test_web_is_healthy_when_its_page_answers() -> None:
    assert OURS["web"]["healthcheck"]["test"] == ["CMD", "python", "-m", "runner.page"]
    assert OURS["web"]["environment"]["PORT"] == "8000"
    assert "0.0.0.0:8000" in OURS["web"]["command"]


def test_static_files_can_be_collected_while_the_image_is_made(tmp_path: Path) -> None:
    [line] = [line for line in instructions("RUN") if "manage.py" in line]
    done = run(["env", "-u", "DATABASE_URL", "-u", "REDIS_URL", "sh", "-c", f"{line} --dry-run"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_image_installs_the_lock_file_with_its_hashes() -> None:
    [line] = [shlex.split(line) for line in instructions("RUN") if "pip install" in line]
    assert line[-3:] == ["--require-hashes", "-r", "requirements.lock"]
    assert (ROOT / "requirements.lock").exists()


def test_image_does_not_run_as_root() -> None:
    assert instructions("USER") == ["expertim"]


def test_everything_waits_for_the_tables() -> None:
    for name in ("web", "worker", "worker-mail", "worker-video", "beat"):
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_named_volume_is_declared() -> None:
    mounts = [mount for service in COMPOSE["services"].values() for mount in service.get("volumes", [])]
    assert {mount.partition(":")[0] for mount in mounts} == set(COMPOSE["volumes"])


def test_no_secret_is_written_into_the_compose_file() -> None:
    for name, value in COMPOSE["services"]["postgres"]["environment"].items():
        assert "PASSWORD" not in name or value.startswith("${")


def test_secrets_stay_out_of_the_image_and_of_git() -> None:
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
