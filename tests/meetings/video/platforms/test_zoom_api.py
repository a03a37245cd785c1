import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from meetings.video.platforms import zoom_api
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Misconfigured,
    Rejected,
    Retryable,
    TooMany,
    VideoError,
)
from meetings.video.platforms.zoom import Zoom
from meetings.video.platforms.zoom_api import ZoomApi, is_of_zoom
from tests.meetings.video.platforms.contract import (
    CLIENT,
    MOVED,
    NEVER_ASKED,
    STARTS,
    asked,
    behaves,
    ensured,
)
from tests.meetings.video.platforms.fake_zoom import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    GIVEN,
    FakeZoom,
    calls,
    says_json,
    zoom_at,
)
from tests.webserver import WebServer, hangs_up, late, loses_answer, says

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def fake() -> FakeZoom:
    return FakeZoom()


@pytest.fixture
def server(fake: FakeZoom) -> Iterator[WebServer]:
    with WebServer(fake.play) as server:
        yield server


@pytest.fixture
def zoom(server: WebServer, fake: FakeZoom) -> Zoom:
    return zoom_at(server.url, fake)


# --- The token --------------------------------------------------------------------------------------------


def test_twenty_threads_fetch_one_token(zoom: Zoom, server: WebServer) -> None:
    server.moods.append(late(0.1))
    barrier = Barrier(20)

    def token(_: int) -> str:
        barrier.wait(5)
        return zoom.api.token().value

    with ThreadPoolExecutor(20) as pool:
        tokens = set(pool.map(token, range(20)))
    assert len(tokens) == 1
    assert calls(server) == ["POST /oauth/token"]


def test_twenty_threads_with_a_token_that_is_withdrawn_fetch_one(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    fake.tokens.clear()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: zoom.ensure(room, STARTS), range(20)))
    assert fake.given == 2


def test_whoever_is_late_with_the_old_token_does_not_take_away_the_new_one(
    zoom: Zoom, fake: FakeZoom
) -> None:
    old = zoom.api.token()
    zoom.api.tokens.drop(old)
    new = zoom.api.token()
    zoom.api.tokens.drop(old)
    assert zoom.api.token() is new
    assert fake.given == 2


def test_nobody_waits_for_ever_for_a_token(
    zoom: Zoom, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoom_api, "LONGEST_WAIT_FOR_TOKEN", 0.05)
    server.moods.append(late(0.5))
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(zoom.api.token) for _ in range(2)]
        errors = [outcome.exception() for outcome in outcomes]
    assert sorted(type(error).__name__ for error in errors) == ["NoneType", "Retryable"]


def test_token_is_used_until_five_minutes_before_its_end(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.api.token()
    began = fake.now
    for minutes, fetched in ((54.9, 1), (55, 2), (109.9, 2), (110, 3)):
        fake.now = began + timedelta(minutes=minutes)
        zoom.api.token()
        assert len(fake.tokens) == fetched


def test_withdrawn_token_is_fetched_anew_once(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    room = ensured(zoom, NEVER_ASKED)
    fake.tokens.clear()
    server.requests.clear()
    zoom.ensure(room, STARTS)
    path = f"GET /meetings/{room.remembered['id']}"
    assert calls(server) == [path, "POST /oauth/token", path]


def test_two_refused_tokens_are_a_wrong_set_up(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    room = ensured(zoom, NEVER_ASKED)
    server.requests.clear()
    refusal = says_json(401, 124, "Invalid access token.")
    server.moods.extend([refusal, behaves, refusal])
    with pytest.raises(Misconfigured):
        zoom.ensure(room, STARTS)
    assert len(server.requests) == 3


def test_processes_have_tokens_of_their_own(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    zoom.health()
    zoom_at(server.url, fake).ensure(NEVER_ASKED, STARTS)
    zoom.ensure(asked(NEVER_ASKED), STARTS)
    assert fake.made == 1


@pytest.mark.parametrize(
    ("named", "used"),
    [
        ("https://api-eu.zoom.us", "https://api-eu.zoom.us/v2"),
        ("https://api-eu.zoom.us/", "https://api-eu.zoom.us/v2"),
        ("http://api.zoom.us", "https://own.example/v2"),
        ("https://zoom.us.example.org", "https://own.example/v2"),
        ("https://evilzoom.us", "https://own.example/v2"),
        ("https://user@evil.org/.zoom.us", "https://own.example/v2"),
        ("https://api.zoom.us:444", "https://own.example/v2"),
        ("https://evil.org\\.zoom.us", "https://own.example/v2"),
        ("https://[", "https://own.example/v2"),
        ("", "https://own.example/v2"),
        (None, "https://own.example/v2"),
    ],
)
def test_tokens_are_sent_to_zoom_only(
    fake: FakeZoom, server: WebServer, named: str | None, used: str
) -> None:
    api = ZoomApi(ACCOUNT, CLIENT_ID, CLIENT_SECRET, f"{server.url}/oauth/token", "https://own.example/v2")
    given = {"access_token": "x", "expires_in": 3600, "scope": "", "api_url": named}
    server.moods.append(says(200, json.dumps(given).encode()))
    assert api.token().api_url == used


@pytest.mark.parametrize(
    "given", [{}, {"access_token": "x"}, {"access_token": "x", "expires_in": "soon"}, []]
)
def test_token_that_is_none(zoom: Zoom, server: WebServer, given: Any) -> None:
    server.moods.append(says(200, json.dumps(given).encode()))
    with pytest.raises(Garbled):
        zoom.api.token()


def test_default_addresses_are_zooms_own() -> None:
    zoom = Zoom.configured(GIVEN)
    assert (zoom.api.token_url, zoom.api.api_url) == ("https://zoom.us/oauth/token", "https://api.zoom.us/v2")
    assert is_of_zoom(zoom.api.token_url)
    assert is_of_zoom(zoom.api.api_url)


# --- What Zoom says no with -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "message", "kind", "words"),
    [
        (400, 4711, "Invalid access token, does not contain scopes:[meeting:write:meeting:admin].",
         Misconfigured, "The Zoom app lacks a scope: meeting:write:meeting:admin."),
        (400, 4700, "Token cannot be empty.", Misconfigured, "The Zoom app lacks a scope: not named."),
        (404, 1001, "User does not exist: a@b.c.", Misconfigured,
         "Zoom knows no such host in this account: is ZOOM_HOST right?"),
        (400, 1010, "User not belong to this account", Misconfigured,
         "Zoom knows no such host in this account: is ZOOM_HOST right?"),
        (400, 3000, "Secret words.", Rejected, "Zoom refuses (HTTP 400, code 3000)."),
        (409, 3000, "Conflict.", Ambiguous, "Zoom is busy with the same meeting (HTTP 409, code 3000)."),
        (403, 0, "No.", Misconfigured, "Zoom does not let us (HTTP 403, code 0)."),
        (503, 0, "No.", Ambiguous, "Zoom is in trouble (HTTP 503)."),
    ],
)  # fmt: skip
def test_refusals_of_making(
    zoom: Zoom, server: WebServer, status: int, code: int, message: str, kind: type[VideoError], words: str
) -> None:
    zoom.api.token()
    server.moods.extend([says_json(status, code, message), behaves, says_json(status, code, message)])
    with pytest.raises(kind) as caught:
        zoom.ensure(NEVER_ASKED, STARTS)
    assert type(caught.value) in (kind, zoom_api.Refused)
    assert caught.value.words == words


def test_invalid_fields_are_named_without_what_was_in_them(zoom: Zoom, server: WebServer) -> None:
    zoom.api.token()
    errors = [
        {"field": "start_time", "message": "Invalid: 2027"},
        {"field": "settings.jbh_time", "message": "hidden"},
        {"field": "hidden words"},
        "hidden",
        {"message": "hidden"},
    ]
    server.moods.append(says_json(400, 300, "hidden", errors=errors))
    with pytest.raises(Rejected) as caught:
        zoom.ensure(NEVER_ASKED, STARTS)
    assert caught.value.words == ("Zoom finds fault with start_time, settings.jbh_time (HTTP 400, code 300).")


@pytest.mark.parametrize(
    "message",
    [
        "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for "
        "this particular user. You may resume these requests at GMT 00:00:00.",
        "You have reached the maximum daily rate limit for this API.",
    ],
)
def test_daily_limit_lasts_until_the_next_day_in_utc(
    zoom: Zoom, fake: FakeZoom, server: WebServer, message: str
) -> None:
    fake.now = datetime(2026, 10, 25, 0, 30, tzinfo=PARIS)  # Saturday still, in UTC
    zoom.api.token()
    server.moods.append(says_json(429, 429, message))
    with pytest.raises(TooMany, match="midnight UTC") as caught:
        zoom.ensure(NEVER_ASKED, STARTS)
    assert caught.value.after == timedelta(hours=1, minutes=30)


def test_limit_of_a_second_asks_for_no_pause_of_its_own(zoom: Zoom, server: WebServer) -> None:
    zoom.api.token()
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    server.moods.append(says_json(429, 429, message))
    with pytest.raises(TooMany) as caught:
        zoom.ensure(NEVER_ASKED, STARTS)
    assert caught.value.after is None


def test_lost_answers_to_all_but_making_are_only_tried_again(zoom: Zoom, server: WebServer) -> None:
    room = ensured(zoom, NEVER_ASKED)
    for call in (
        lambda: zoom.ensure(room, STARTS),
        lambda: zoom.move(room, MOVED, STARTS),
        lambda: zoom.entry_url(room, CLIENT, STARTS),
        lambda: zoom.cancel(room),
    ):
        server.moods.append(hangs_up)
        with pytest.raises(Retryable):
            call()


def test_lost_token_makes_nothing_ambiguous(zoom: Zoom, server: WebServer) -> None:
    server.moods.append(loses_answer)
    with pytest.raises(Retryable):
        zoom.ensure(NEVER_ASKED, STARTS)
