"""Every page of the demo looks right, by all that a machine can tell; the pictures share the list."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from accounts.models import User
from demo import pages, seed
from demo.people import EXPERT, OPERATOR, STUDENT, address
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.views.finding import NOT_BY_FORM
from meetings.vocabulary import PARTIES
from runner.visiting import People, Sight, show
from tests.browser import demo, looking

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
MOST_BYTES = 60_000
GROUPS = {
    "visitors": ("",),
    "students": (STUDENT, pages.UNLUCKY_USER),
    "experts": (EXPERT, pages.UNLUCKY_EXPERT),
    "operators": (OPERATOR,),
}


@pytest.fixture
def site(settings: Any) -> None:
    settings.ROOT_URLCONF = "runner.error_pages"
    settings.DEMO = True


@pytest.fixture
def people(site: None, live_server: object, chromium: Browser) -> Iterator[People]:
    people = demo.people_at(str(live_server), chromium)
    yield people
    people.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", GROUPS)
def test_every_page_looks_right(group: str, people: People) -> None:
    sights = [sight for sight in demo.seeded(timezone.now()) if sight.who in GROUPS[group]]
    known: set[str] = set()
    wrong = [words for sight in sights for words in complaints(people.page_of(sight.who), sight, known)]
    assert not wrong, "\n".join(wrong)


def complaints(page: Page, sight: Sight, known: set[str]) -> list[str]:
    """Look at a page by day and by night on a wide screen, by night on a narrow one; return what is wrong."""
    console: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        is_meant = sight.status >= 400 and f"status of {sight.status}" in message.text
        if message.type == "error" and not is_meant:
            console.append(message.text)

    page.on("console", listen)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = show(page, sight)
    wrong = [f"answers with {answer.status}"] if answer.status != sight.status else []
    html = answer.text()
    wrong += looking.badly_written(html)
    looking.mark_new(page, known)
    wrong += looking.unreadable(page, looking.CONTRAST, where=looking.NEW)
    if sight.name.startswith("admin"):  # Django's own looks are Django's
        wrong += looking.unreadable(page, *looking.OURS_IN_THE_ADMIN)
    else:
        wrong += looking.badly_ordered(html) + looking.restless(page) + looking.unreadable(page)
        wrong += by_night(page)
    page.remove_listener("console", listen)
    return [f"{sight.name}: {words}" for words in wrong + console]


def by_night(page: Page) -> list[str]:
    """Return what is wrong in the dark with what is new: colours when wide, when narrow sizes, too."""
    page.emulate_media(color_scheme="dark")
    wide = looking.unreadable(page, *looking.DIFFER_BY_NIGHT, where=looking.NEW)
    page.set_viewport_size(NARROW)
    narrow = looking.too_wide(page)
    narrow += looking.unreadable(page, *looking.DIFFER_WHEN_NARROW, where=looking.NEW)
    return [f"by night: {words}" for words in wide] + [f"narrow, by night: {words}" for words in narrow]


@pytest.mark.django_db
def test_every_address_and_every_action_is_among_the_pages(site: None) -> None:
    sights = demo.seeded(timezone.now())
    looked_at = {name_of(sight.path) for sight in sights}
    missing = pages.names_of_addresses().keys() - pages.NO_PAGE.keys() - looked_at
    # The room has no address of its own that can be opened: who joins is led to it.
    assert missing == {"meetings:room"}
    names = {sight.name for sight in sights}
    forms = [row for row in TRANSITIONS if row.by in PARTIES and row.action not in NOT_BY_FORM]
    assert [name for row in forms if (name := f"act-{row.action}-{row.by}") not in names] == []


def name_of(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return ""


@pytest.mark.django_db
def test_the_dashboard_weighs_little(site: None) -> None:
    """With all that it loads, compressed as whitenoise does it; the page itself as it is sent: whole."""
    seed.seed(timezone.now())
    client = Client()
    client.force_login(User.objects.get(email=address(STUDENT)))
    page = client.get("/meetings/").content
    weights = {"the page": len(page)} | {name: weight(name) for name in loaded_by(page.decode())}
    assert sum(weights.values()) <= MOST_BYTES, weights


def loaded_by(html: str) -> set[str]:
    """Return the static files that a page names, and those that its style sheets name."""
    prefix = re.escape(f"/{site_settings.STATIC_URL.strip('/')}/")
    named = set(re.findall(rf'(?:href|src)="{prefix}([^"]+)"', html))
    sheets = [name for name in named if name.endswith(".css")]
    return named | {
        inner for sheet in sheets for inner in re.findall(r'url\("?([^")]+?)"?\)', text_of(sheet))
    }


def text_of(name: str) -> str:
    return content(name).decode()


def weight(name: str) -> int:
    """Return how many bytes of a static file are sent: fonts are compressed already."""
    whole = content(name)
    return len(whole) if name.endswith(".woff2") else len(gzip.compress(whole))


def content(name: str) -> bytes:
    path = finders.find(name)
    assert path, name
    with open(path, "rb") as file:
        return file.read()
