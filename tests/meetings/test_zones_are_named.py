"""Every time that people look at names its zone: on every page of the demo and in every mail."""

import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ExpertProfile, User
from demo import pages, seed
from demo.people import address
from notifications import mails
from notifications.models import Notification

pytestmark = pytest.mark.django_db

TIME = re.compile(r"\b\d{1,2}:\d\d\b(?! \()")
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
# Django's own pages show whole columns of times in the zone that the foot of the page names.
NOT_OURS = "admin"


@pytest.fixture
def _demo() -> None:
    seed.seed(timezone.now())
    pages.prepare(timezone.now())


def words_of(page: str) -> str:
    """Return what stands on a page, but for what experts wrote themselves: their place stands behind it."""
    text = " ".join(html.unescape(MARKUP.sub(" ", page)).split())
    for hint in ExpertProfile.objects.exclude(availability="").values_list("availability", flat=True):
        text = text.replace(f"{hint} (by the clock of ", "")
    return text


def nameless(text: str) -> list[str]:
    """Return the times without a zone, with the words around them."""
    return [text[max(0, found.start() - 40) : found.end() + 10] for found in TIME.finditer(text)]


def shown() -> Iterator[tuple[str, str]]:
    clients: dict[str, Client] = {}
    for page in pages.pages(timezone.now()):
        if page.name.startswith(NOT_OURS):
            continue
        if page.who not in clients:
            clients[page.who] = Client()
            if page.who:
                clients[page.who].force_login(User.objects.get(email=address(page.who)))
        yield page.name, words_of(clients[page.who].get(page.path, follow=True).content.decode())


@pytest.mark.usefixtures("_demo")
def test_every_time_on_every_page_names_its_zone() -> None:
    texts = dict(shown())
    assert sum(len(re.findall(r"\d\d:\d\d \(", text)) for text in texts.values()) > 200
    wrong = {name: nameless(text) for name, text in texts.items()}
    assert {name: times for name, times in wrong.items() if times} == {}


@pytest.mark.usefixtures("_demo")
def test_every_time_in_every_mail_names_its_zone() -> None:
    wrong, times = {}, 0
    for note in Notification.objects.select_related("recipient", "about"):
        mail = mails.mail_for(note)
        for text in (mail.body, words_of(str(mail.alternatives[0].content))):
            times += len(re.findall(r"\d\d:\d\d \(", text))
            if found := nameless(text):
                wrong[note.kind] = found
    assert times > 50
    assert wrong == {}
