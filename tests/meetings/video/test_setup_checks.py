"""With a video platform that cannot work the site does not start."""

import subprocess
import sys
from typing import Any

import pytest
from django.core import checks

from runner.places import ROOT
from tests import environment

NEEDED = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
JANUS = dict.fromkeys(NEEDED, "x")


def refusals() -> list[str]:
    return [str(error.msg) for error in checks.run_checks() if error.id == "meetings.E001"]


def test_the_platforms_of_the_tests_let_the_site_start() -> None:
    assert refusals() == []


@pytest.mark.parametrize(
    ("name", "given"),
    [("practice", {}), ("manual", {}), ("jitsi", {}), ("janus", JANUS)],
)
def test_a_platform_with_all_that_it_needs_lets_the_site_start(
    settings: Any, name: str, given: dict[str, str]
) -> None:
    settings.VIDEO_PLATFORM, settings.VIDEO = name, {**settings.VIDEO, **given}
    assert refusals() == []


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("Zoom", {}, "VIDEO_PLATFORM=Zoom: There is no video platform “Zoom”; there are: practice, "),
        ("", {}, "VIDEO_PLATFORM=: There is no video platform “”; there are: practice, "),
        ("bigbluebutton", {}, "VIDEO_PLATFORM=bigbluebutton: BBB_URL is not set."),
        ("jitsi", {"JITSI_URL": "meet"}, "VIDEO_PLATFORM=jitsi: JITSI_URL is not the address of a server"),
        ("jaas", {}, "VIDEO_PLATFORM=jaas: JAAS_APP_ID is not set."),
        ("zoom", {"ZOOM_HOST": "x"}, "VIDEO_PLATFORM=zoom: ZOOM_ACCOUNT_ID is not set."),
        ("janus", JANUS | {"JANUS_ADMIN_KEY": ""}, "VIDEO_PLATFORM=janus: Janus needs JANUS_ADMIN_KEY."),
    ],
)
def test_what_is_missing_is_named(settings: Any, name: str, given: dict[str, str], words: str) -> None:
    settings.VIDEO_PLATFORM, settings.VIDEO = name, {**settings.VIDEO, **given}
    [said] = refusals()
    assert said.startswith(words)


def test_a_secret_that_is_wrong_is_not_shown(settings: Any) -> None:
    given = {"JAAS_APP_ID": "app", "JAAS_KEY_ID": "key", "JAAS_PRIVATE_KEY": "SECRET-MARKER"}
    settings.VIDEO_PLATFORM, settings.VIDEO = "jaas", {**settings.VIDEO, **given}
    errors = [error for error in checks.run_checks() if error.id == "meetings.E001"]
    assert len(errors) == 1
    assert "MARKER" not in f"{errors[0]} {errors[0].hint} {errors[0].obj}"


def test_any_command_of_the_site_is_refused_in_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        check=False,
        cwd=ROOT,
        env=environment.of_the_site(VIDEO_PLATFORM="jitsy"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "VIDEO_PLATFORM=jitsy: There is no video platform “jitsy”; there are: practice" in done.stderr
    assert "Traceback" not in done.stderr
