"""The room page before anybody meets: what it says of cameras, of browsers, of time. Janus is played."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from meetings import links
from meetings.models import Meeting
from meetings.video import outbox
from runner import browser
from tests.browser.conftest import FLAGS, PATIENCE
from tests.meetings.scenarios import BY_USER, agreed
from tests.webserver import Reply, Request, WebServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYED_CAMERA, YES_TO_ALL = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
NARROW = {"width": 360, "height": 740}
# Cameras that another program uses, or that are not there, as browsers report it.
FAILING = """{
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) =>
    wish[%(kind)s] ? Promise.reject(new DOMException("", %(error)s)) : ask(wish);
}"""
# Said of a page that is not secure, by the browser itself.
MEANT = "Cross-Origin-Opener-Policy header has been ignored"
Launch = Callable[..., Page]


def play(request: Request) -> Reply:
    """Say yes to everything, as Janus would."""
    number = json.loads(request.body)["transaction"]
    told = {"janus": "success", "transaction": number, "data": {"id": 1}, "plugindata": {"data": {}}}
    return Reply(body=json.dumps(told).encode())


@pytest.fixture
def meeting(settings: Any) -> Iterator[Meeting]:
    with WebServer(play) as server:
        secrets = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
        settings.VIDEO = dict.fromkeys(secrets, "secret") | {"JANUS_URL": f"{server.url}/janus"}
        settings.VIDEO_PLATFORM = "janus"
        meeting = agreed(now=timezone.now(), starts_in=timedelta(minutes=5))
        outbox.work_off(timezone.now)
        yield meeting


@pytest.fixture
def room(meeting: Meeting, live_server: Any, chromium: Browser) -> Iterator[Launch]:
    """Return a way to open the user's room page in a browser with these flags."""
    browsers: list[Browser] = []
    complaints: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error" and MEANT not in said.text:
            complaints.append(said.text)

    def launch(
        *flags: str, script: str = "", site: str = live_server.url, goes_on: bool = True, **options: Any
    ) -> Page:
        started = chromium.browser_type.launch(
            executable_path=browser.find_or_install(), args=[*FLAGS, *flags]
        )
        browsers.append(started)
        context = started.new_context(base_url=site, **options)
        client = Client()
        client.force_login(meeting.student)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(links.link(meeting, BY_USER))
        if goes_on:
            page.wait_for_url("**/room/")
        return page

    yield launch
    for started in browsers:
        started.close()
    assert complaints == []


def says(page: Page, words: str) -> None:
    page.locator("[data-news]", has_text=words).wait_for()


def failing(kind: str, error: str) -> str:
    return FAILING % {"kind": json.dumps(kind), "error": json.dumps(error)}


def test_camera_that_was_refused(room: Launch) -> None:
    page = room(PLAYED_CAMERA, YES_TO_ALL, script=failing("video", "NotAllowedError"))
    says(page, "Your browser does not let this page use camera and microphone.")
    expect(page.get_by_role("button", name="Enter the room")).to_be_enabled()


def test_question_that_was_not_answered_yet(room: Launch) -> None:
    page = room(script="navigator.mediaDevices.getUserMedia = () => new Promise(() => {});")
    says(page, "Please allow both.")
    expect(page.get_by_role("button", name="Enter the room")).to_be_disabled()


def test_no_camera_and_no_microphone(room: Launch) -> None:
    script = failing("audio", "NotFoundError") + failing("video", "NotFoundError")
    says(room(PLAYED_CAMERA, YES_TO_ALL, script=script), "No camera or microphone was found.")


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("video", "NotFoundError", "No camera was found. You can enter without one"),
        ("video", "NotReadableError", "Your camera does not start: another program is probably using it."),
        ("audio", "NotFoundError", "No microphone was found."),
        ("audio", "NotReadableError", "Your microphone does not start"),
    ],
)
def test_one_device_that_fails_leaves_the_other(room: Launch, kind: str, error: str, words: str) -> None:
    page = room(PLAYED_CAMERA, YES_TO_ALL, script=failing(kind, error))
    says(page, words)
    expect(page.locator("[data-own-cover]")).to_be_visible(visible=kind == "video")


def test_page_that_is_not_secure(room: Launch, live_server: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "expertim.test"]
    address = live_server.url.replace("localhost", "expertim.test").replace("127.0.0.1", "expertim.test")
    page = room("--host-resolver-rules=MAP expertim.test 127.0.0.1", site=address)
    says(page, "only secure pages")


def test_time_that_is_over_closes_the_room(room: Launch, meeting: Meeting) -> None:
    page = room(PLAYED_CAMERA, YES_TO_ALL)
    says(page, "This is how you look.")
    page.clock.install(time=timezone.now())
    page.reload()
    says(page, "This is how you look.")
    page.clock.fast_forward(timedelta(minutes=5 + 60 + 60 + 1).seconds * 1000)
    says(page, "The time of this room is over.")
    page.get_by_role("link", name="Open the meeting").click()
    page.wait_for_url(f"**{meeting.get_absolute_url()}")


def test_without_scripts_a_sentence_says_so(room: Launch) -> None:
    page = room(java_script_enabled=False, goes_on=False)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/room/")
    said = "Meeting here needs JavaScript"
    expect(page.get_by_role("main")).to_contain_text(said, use_inner_text=True)  # it is in a <noscript>


def test_keyboard_leads_to_everything_in_its_order(room: Launch) -> None:
    page = room(PLAYED_CAMERA, YES_TO_ALL)
    says(page, "This is how you look.")
    page.get_by_role("button", name="Enter the room").focus()
    names = []
    for _ in range(7):
        names.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        page.keyboard.press("Tab")
    assert [name.splitlines()[0] for name in names] == [
        "Enter the room",
        "Mute microphone",
        "Camera off",
        "Leave",
        "Camera and microphone",
        page.evaluate("document.querySelector('#cameras').innerText").splitlines()[0],
        page.evaluate("document.querySelector('#microphones').innerText").splitlines()[0],
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_page_fits_and_is_accessible(room: Launch, scheme: str) -> None:
    page = room(PLAYED_CAMERA, YES_TO_ALL, viewport=NARROW, color_scheme=scheme)
    says(page, "This is how you look.")
    shown = os.environ.get("SCREENSHOTS")
    for phase in ("check", "inside", "over"):
        page.evaluate("phase => { document.querySelector('[data-room]').dataset.phase = phase; }", phase)
        if shown:
            page.screenshot(path=f"{shown}/room-{phase}-{scheme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
