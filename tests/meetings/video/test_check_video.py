"""manage.py check_video: whether the video platform would work."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from meetings.video.platforms.base import Health, Misconfigured
from tests.meetings.video.examined import Examined
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.webserver import Reply, WebServer, nobody_at


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Examined:
    examined = Examined()
    put_in_charge(examined, settings, monkeypatch)
    return examined


def check() -> tuple[list[str], str]:
    """Return the lines that the command says, and with which words it fails."""
    said = io.StringIO()
    try:
        call_command("check_video", stdout=said, stderr=said)
    except CommandError as error:
        return said.getvalue().splitlines(), str(error)
    return said.getvalue().splitlines(), ""


def test_a_platform_in_order_is_said_to_be(platform: Examined) -> None:
    platform.state = Health(True, ("Tokens are short.",))
    assert check() == (["Video platform: standin", "Tokens are short.", "In order."], "")
    assert platform.told == [], "asking changes nothing there"


def test_a_platform_not_in_order_fails_with_all_that_is_wrong(platform: Examined) -> None:
    platform.state = Health(False, ("No room.", "No rights."))
    said = ["Video platform: standin", "No room.", "No rights."]
    assert check() == (said, "The video platform would not work.")


def test_a_platform_that_cannot_be_asked_fails_in_its_words(platform: Examined) -> None:
    platform.state = Misconfigured("There is no Janus.")
    assert check() == (["Video platform: standin"], "There is no Janus.")


def test_what_is_not_set_is_named(settings: Any) -> None:
    settings.VIDEO_PLATFORM = "bigbluebutton"
    assert check() == (["Video platform: bigbluebutton"], "BBB_URL is not set.")


def test_a_name_that_is_none_is_named_with_those_there_are(settings: Any) -> None:
    settings.VIDEO_PLATFORM = "jitsy"
    words = (
        "There is no video platform “jitsy”; "
        "there are: practice, manual, jitsi, jaas, bigbluebutton, zoom, janus."
    )
    assert check() == (["Video platform: jitsy"], words)


@pytest.mark.parametrize("name", ["practice", "manual"])
def test_what_needs_no_server_is_in_order(settings: Any, name: str) -> None:
    settings.VIDEO_PLATFORM = name
    said, failure = check()
    assert (said[0], said[-1], failure) == (f"Video platform: {name}", "In order.", "")


def test_a_real_answer_of_a_server_is_judged_and_its_secret_not_shown(settings: Any) -> None:
    with WebServer(lambda _request: Reply(503)) as server, nobody_at() as nobody:
        words = {}
        for url in (server.url, nobody):
            given = {"BBB_URL": f"{url}/bigbluebutton", "BBB_SECRET": "SECRET-MARKER"}
            settings.VIDEO_PLATFORM, settings.VIDEO = "bigbluebutton", {**settings.VIDEO, **given}
            words[url] = check()
    wrong = "The video platform would not work."
    name = "Video platform: bigbluebutton"
    assert words[server.url] == ([name, "127.0.0.1 is in trouble (HTTP 503)."], wrong)
    assert words[nobody] == ([name, "127.0.0.1 cannot be reached."], wrong)
