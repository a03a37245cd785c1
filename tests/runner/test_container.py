"""What the image and docker-compose.yml promise on paper; `python3 run.py containers` runs them for real."""

import json
import shlex

import pytest

from runner import containers
from runner.places import ROOT
from runner.progress import Problem
from tests.deployment.documented import compose, instructions, our_services

COMPOSE = compose()
OURS = our_services()
LASTING = {name: one for name, one in OURS.items() if name != "migrate"}


def test_web_runs_as_the_image_would_by_itself() -> None:
    assert shlex.join(OURS["web"]["command"]) == shlex.join(json.loads(instructions("CMD")[0]))


def test_image_installs_what_runs_in_production_with_its_hashes() -> None:
    [line] = [shlex.split(line) for line in instructions("RUN") if "pip " in line]
    assert "--require-hashes -r requirements.lock" in shlex.join(line)


def test_image_does_not_run_as_root() -> None:
    assert instructions("USER") == ["expertim"]


@pytest.mark.parametrize("name", [*LASTING, "proxy", "postgres", "redis", "janus"])
def test_everything_that_lasts_is_started_again_and_has_limits(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_container_gains_rights(name: str) -> None:
    assert COMPOSE["services"][name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [*OURS, "janus"])
def test_our_containers_cannot_write_and_have_no_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_everything_waits_for_the_tables() -> None:
    for service in LASTING.values():
        assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_all_but_beat_and_the_one_shot_are_asked_for_their_health() -> None:
    asked = {name for name, service in COMPOSE["services"].items() if "healthcheck" in service}
    assert set(COMPOSE["services"]) - asked == {"migrate", "beat", "janus"}


def test_the_proxy_is_counted_and_the_only_way_in() -> None:
    assert {name for name, one in COMPOSE["services"].items() if "ports" in one} == {"proxy", "janus"}
    for service in OURS.values():
        assert service["environment"]["TRUSTED_PROXY_COUNT"] == "${TRUSTED_PROXY_COUNT:-1}"
        assert service["environment"]["HTTPS"] == "1"


def test_one_service_builds_the_image_that_all_run() -> None:
    assert [name for name, service in OURS.items() if "build" in service] == ["migrate"]


def test_every_named_volume_is_declared() -> None:
    mounts = [mount for service in COMPOSE["services"].values() for mount in service.get("volumes", [])]
    named = {mount.partition(":")[0] for mount in mounts}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_no_secret_is_written_into_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("${")


def test_only_our_own_programs_are_given_all_settings() -> None:
    assert {name for name, one in COMPOSE["services"].items() if "env_file" in one} == set(OURS)


def test_secrets_stay_out_of_the_image_and_of_git() -> None:
    assert ".*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_without_an_engine_the_walk_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(containers.VARIABLE, raising=False)
    monkeypatch.setattr(containers, "_works", lambda _command: False)
    with pytest.raises(Problem, match="no container engine"):
        containers.find_compose()


def test_an_engine_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(containers.VARIABLE, "true --some flag")
    assert containers.find_compose() == ["true", "--some", "flag"]
