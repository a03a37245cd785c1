"""Two people meet face to face: real browsers, a real Janus, the real site, in a network of their own."""

import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, expect

from accounts.models import User
from meetings import links
from meetings.models import Meeting, PresenceNote
from meetings.video import outbox, rooms
from meetings.video.platforms.base import Platform, Room
from meetings.vocabulary import PARTIES, Action, Role, Seen
from runner import browser, janus, processes, throw_away
from runner.progress import Problem
from tests import environment, januses, networks
from tests.browser.conftest import FLAGS, PATIENCE
from tests.crashes.programs import await_that
from tests.factories import PersonFactory
from tests.januses import JanusServer
from tests.meetings.scenarios import BY_EXPERT, BY_USER, act, agreed
from tests.networks import Network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SITE = "http://127.0.0.1:8000"
DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DECODED = """() => {
  const video = document.querySelector("[data-other-picture]");
  return video?.videoWidth ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}"""
# Listens for a good second: how loud the loudest was, and how much of it the page's own element played.
HEARD = """async () => {
  const element = document.querySelector("[data-other-sound]"), began = element.currentTime;
  const context = new AudioContext(), analyser = context.createAnalyser();
  const tracks = element.srcObject.getAudioTracks();
  context.createMediaStreamSource(new MediaStream(tracks)).connect(analyser);
  await context.resume();
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let look = 0; look < 60; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
  }
  await context.close();
  return { loudest, played: element.currentTime - began };
}"""
SIZE = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class House:
    """What stands for all tests: the network, the servers in it, a browser for each of the two."""

    network: Network
    server: JanusServer
    user: Browser
    expert: Browser


@dataclass
class Scene:
    """One test's people, signed in, and what their browsers complain about."""

    house: House
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def both(self, meeting: Meeting, **options: Any) -> tuple[Page, Page]:
        """Open a page for the user and one for the expert, in two browsers."""
        user = self.open(meeting.student, self.house.user, **options)
        return user, self.open(meeting.expert, self.house.expert, **options)

    def open(self, person: User, browser: Browser, **options: Any) -> Page:
        """Open a page where a person is signed in."""
        context = browser.new_context(base_url=SITE, **({"viewport": SIZE} | options))
        context.set_default_timeout(PATIENCE)
        client = Client()
        client.force_login(person)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": SITE}])
        self.contexts.append(context)
        return self.listened(context.new_page())

    def listened(self, page: Page) -> Page:
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        said = f"{message.location.get('url')}: {message.text}"
        # Meant: a Janus that was restarted or is cut off, and what a stranger is answered.
        is_meant = "net::ERR_" in said or ("404" in said and ("/join/" in said or "/janus/" in said))
        if message.type == "error" and not is_meant:
            self.complaints.append(said)


@pytest.fixture(scope="module")
def house(driver: Playwright, django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    if not networks.can_have():
        pytest.skip(networks.NEEDS)
    try:
        janus.find_or_install()
    except Problem as problem:
        pytest.skip(str(problem))
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(networks.network())
        server = stack.enter_context(
            januses.running(site_url=SITE, host=network.inside, port=8088, within=network.command)
        )
        folder = stack.enter_context(throw_away.folder())
        stack.enter_context(django_db_blocker.unblock())  # the site has its sessions in the test's database
        stack.enter_context(site(folder, network, server.variables))
        launch = launcher(driver, stack, folder, network)
        yield House(network, server, launch(), launch())


@pytest.fixture
def scene(transactional_db: None, house: House, settings: Any) -> Iterator[Scene]:
    settings.VIDEO_PLATFORM, settings.VIDEO = "janus", house.server.variables
    scene = Scene(house)
    yield scene
    for context in scene.contexts:
        context.close()
    assert scene.complaints == []


@contextlib.contextmanager
def site(folder: Path, network: Network, variables: dict[str, str]) -> Iterator[None]:
    """Have the site in the network, on the test's database."""
    own = {"PGAPPNAME": "site of the tests", "VIDEO_PLATFORM": "janus", "SITE_URL": SITE, **variables}
    gunicorn = [sys.executable, "-m", "gunicorn", "tests.site", "--bind", "127.0.0.1:8000", "--threads", "8"]
    command = [*network.command, *gunicorn, "--no-control-socket"]
    process = processes.start(
        "site", command, folder=folder, marker="tests.site", environment=environment.of_the_site(**own)
    )
    processes.await_ready(process, lambda: "Booting worker" in process.log.read_text(), seconds=30)
    try:
        yield
    finally:
        # At once: a tidy end waits for connections that browsers keep open.
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        await_that(lambda: sessions_of_others() == 0, "the site's sessions end")


def sessions_of_others() -> int:
    """How many connections to the test's database other processes have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'site of the tests'")
        return int(cursor.fetchone()[0])


def launcher(
    driver: Playwright, stack: contextlib.ExitStack, folder: Path, network: Network
) -> Callable[[], Browser]:
    """Return a way to start Chromiums in the network, each with a camera and a microphone that are played."""
    program = folder / "chromium"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([*network.command, browser.find_or_install()])} "$@"\n')
    program.chmod(0o700)

    def launch() -> Browser:
        started = driver.chromium.launch(executable_path=program, args=[*FLAGS, *DEVICES])
        stack.callback(started.close)
        return started

    return launch


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """An agreed meeting whose door is open."""
    meeting = agreed(now=timezone.now(), starts_in=timedelta(minutes=5))
    outbox.work_off(timezone.now)
    return meeting


def test_two_people_see_and_hear_each_other(scene: Scene, meeting: Meeting) -> None:
    user, expert = scene.both(meeting)
    join(user, links.link(meeting, BY_USER))
    await_news(user, "You are in the room.")
    expect(user.locator("[data-other-cover]")).to_contain_text("is not here yet")
    join(expert, links.link(meeting, BY_EXPERT))
    with timed("until each saw the other"):
        await_pictures(user, expert)
    with timed("until their coming was noted"):
        await_notes(meeting, (BY_USER, Seen.IN), (BY_EXPERT, Seen.IN))
    assert adapter().presence(room_of(meeting)) == {rooms.participant(meeting, role).id for role in PARTIES}
    for page in (user, expert):
        await_sound(page)

    user.get_by_role("button", name="Camera off").click()
    expert.locator("[data-other-cover]", has_text="No picture from").wait_for()
    user.get_by_role("button", name="Mute microphone").click()
    expect(user.locator("[aria-pressed=true]")).to_have_count(2)
    user.get_by_role("button", name="Camera off").click()
    await_pictures(expert)
    user.get_by_role("button", name="Mute microphone").click()
    await_news(user, "Your microphone is on.")

    left_at = timezone.now()
    user.get_by_role("link", name="Leave").click()
    user.wait_for_url(f"**{meeting.get_absolute_url()}")
    with timed("until leaving was noted"):
        await_notes(meeting, (BY_USER, Seen.IN), (BY_EXPERT, Seen.IN), (BY_USER, Seen.OUT))
    out = PresenceNote.objects.get(meeting=meeting, seen=Seen.OUT)
    report("error of the instant of leaving", abs((out.at - left_at).total_seconds()))
    assert abs(out.at - left_at) < timedelta(seconds=5)
    expert.locator("[data-other-cover]", has_text="has left the room.").wait_for()

    user.goto(links.link(meeting, BY_USER))
    user.get_by_role("button", name="Camera off").click()
    enter(user)
    expert.locator("[data-other-cover]", has_text="No picture from").wait_for()
    await_sound(expert)
    user.get_by_role("button", name="Camera off").click()
    await_pictures(user, expert)


def test_nobody_is_inside_twice(scene: Scene, meeting: Meeting) -> None:
    user, expert = scene.both(meeting)
    join(user, links.link(meeting, BY_USER))
    join(expert, links.link(meeting, BY_EXPERT))
    await_pictures(user, expert)
    second = scene.listened(user.context.new_page())
    join(second, links.link(meeting, BY_USER))
    await_news(second, "You are already in this room")
    user.get_by_role("link", name="Leave").click()
    await_pictures(second, expert)
    second.reload()
    await_pictures(second, expert)  # without a click


def test_network_and_server_may_fail_and_it_heals_by_itself(scene: Scene, meeting: Meeting) -> None:
    user, expert = scene.both(meeting)
    join(user, links.link(meeting, BY_USER))
    join(expert, links.link(meeting, BY_EXPERT))
    await_pictures(user, expert)

    with timed("until a restart of Janus was healed"):
        scene.house.server.restart()
        await_pictures(user, expert, seconds=30)

    user.context.set_offline(True)
    await_news(user, "The connection is interrupted.")
    user.context.set_offline(False)
    await_news(user, f"{meeting.expert.name} is in the room.")
    await_pictures(user, expert)


def test_moving_and_cancelling_put_both_out(scene: Scene, meeting: Meeting) -> None:
    user, expert = scene.both(meeting)
    old = links.link(meeting, BY_USER)
    join(user, old)
    join(expert, links.link(meeting, BY_EXPERT))
    await_pictures(user, expert)

    now = timezone.now()
    meeting = act(meeting, Action.RESCHEDULE, BY_EXPERT, now=now, starts_at=now + timedelta(minutes=8))
    meeting = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER, now=now)
    with timed("until moving put both out"):
        outbox.work_off(timezone.now)
        for page in (user, expert):
            await_news(page, "This meeting was cancelled or moved")
    user.goto(old)
    assert "This link belongs to a date that was moved." in user.get_by_role("main").inner_text()

    user.get_by_role("link", name="Your new link").click()
    enter(user)
    join(expert, links.link(meeting, BY_EXPERT))
    await_pictures(user, expert)

    meeting = act(meeting, Action.CANCEL, BY_EXPERT, now=timezone.now(), words="I am ill.")
    with timed("until cancelling put both out"):
        outbox.work_off(timezone.now)
        for page in (user, expert):
            await_news(page, "This meeting was cancelled or moved")
    expect(user.locator("video:visible")).to_have_count(0)
    user.goto(links.link(meeting, BY_USER))
    assert "This meeting does not take place" in user.get_by_role("main").inner_text()


def test_nobody_else_gets_in(scene: Scene, meeting: Meeting) -> None:
    other = agreed(now=timezone.now(), starts_in=timedelta(minutes=5))
    copied, room_page = links.link(meeting, BY_USER), links.room_page(meeting, BY_USER)
    for person in (PersonFactory.create(), other.student, meeting.expert):
        stranger = scene.open(person, scene.house.expert)
        for address in (copied, room_page):
            answer = stranger.goto(address)
            assert answer
            assert answer.status == 404
    assert adapter().presence(room_of(meeting)) == frozenset()


# --- Small steps --------------------------------------------------------------------------------------


def join(page: Page, link: str) -> None:
    """Follow a personal link and enter the room."""
    page.goto(link)
    enter(page)


def enter(page: Page) -> None:
    page.wait_for_url("**/room/")
    page.get_by_role("button", name="Enter the room").click()
    expect(page.locator("[data-phase=check]")).to_have_count(0)


def await_news(page: Page, words: str, *, seconds: float = 15) -> None:
    page.locator("[data-news]", has_text=words).wait_for(timeout=seconds * 1000)


def await_pictures(*pages: Page, seconds: float = 20) -> None:
    """Wait until each decodes the other's moving picture."""
    first = {page: frames(page) for page in pages}
    until = time.monotonic() + seconds
    while waiting := [page for page in pages if frames(page) < first[page] + 10]:
        for page in waiting:
            first[page] = min(first[page], frames(page))  # a new picture counts from 0
        assert time.monotonic() < until, [(page.url, frames(page), news(page)) for page in pages]
        time.sleep(0.05)


def frames(page: Page) -> int:
    """How many pictures of the other party were decoded."""
    try:
        return int(page.evaluate(DECODED))
    except Error:  # it is being loaded
        return 0


def await_sound(page: Page) -> None:
    """Wait until the other party is heard; a played microphone beeps once a second."""
    heard = page.evaluate(HEARD)
    assert heard["loudest"] > 0.01
    assert heard["played"] > 0.5


def await_notes(meeting: Meeting, *expected: tuple[Role, Seen]) -> None:
    """Wait until exactly these reports of coming and going are noted, in this order."""

    def noted() -> list[tuple[str, str]]:
        notes = PresenceNote.objects.filter(meeting=meeting).exclude(seen=Seen.INSIDE)
        return list(notes.order_by("at").values_list("role", "seen"))

    await_that(
        lambda: noted() == list(expected), "presence is noted", seconds=5, else_say=lambda: str(noted())
    )


def adapter() -> Platform:
    return rooms.platform_named("janus")


def room_of(meeting: Meeting) -> Room:
    return rooms.room(meeting, meeting.date_version)


def news(page: Page) -> str:
    return page.locator("[data-news]").inner_text()


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    report(what, time.monotonic() - began)


def report(what: str, figure: float) -> None:
    print(f"{what}: {figure:.2f} s")
