"""Who reads German, Czech or Slovak meets no English word: on no page, in no mail, in no calendar file.

Every word that is shown must be one of a translation, a name that operators keep in that language, or
people's own: what they are called and what they wrote themselves.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import trans_real
from icalendar import Calendar

from accounts import languages
from accounts.models import Expertise, ExpertProfile, ServiceKind, Skill, User
from accounts.times.formats import zone_name
from credits.models import Posting
from demo import pages, seed
from demo.people import address
from meetings.models import Event, Meeting, Reason, Review
from meetings.vocabulary import Status
from notifications import mails
from notifications.models import Notification

pytestmark = pytest.mark.django_db

LANGUAGES = ("de", "cs", "sk")
WORD = re.compile(r"[^\W\d_]{2,}")
READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "content", "label")
# Names that are the same everywhere: ours, those of formats, units and programs.
NAMES = {"expertim", "utc", "min", "csv", "ics", "https", "http", "www", "com", "example"} | {
    # services, programs, and a picture of Django's that is called so in every language
    *("google", "apple", "outlook", "calendar", "practice", "manual", "search"),
}
# What people write about themselves and each other, and what the browser's list of zones says.
OWN: dict[Any, tuple[str, ...]] = {
    User: ("first_name", "last_name", "email", "time_zone"),
    ExpertProfile: ("headline", "introduction", "company", "city", "availability"),
    Review: ("text",),
    Event: ("words",),
    Meeting: ("note",),
    Posting: ("reason", "reference", "key"),
    Notification: ("kind", "reference", "source"),
}
# Where operators keep the English names beside those of other languages, and a library that speaks English.
FOREIGN = (
    "/admin/accounts/expertise/",
    "/admin/accounts/skill/",
    "/admin/accounts/servicekind/",
    "/admin/meetings/reason/",
    "/admin/django_celery_beat/",
)


class Shown(HTMLParser):
    """What a page shows or reads aloud, without what says itself to be in another language."""

    SILENT = ("script", "style", "code")
    EMPTY = ("meta", "link", "input", "img", "br", "hr", "source", "wbr", "col")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language, self.texts = language, list[str]()
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_hidden = tag in self.SILENT or values.get("lang", self.language) != self.language
        is_hidden = is_hidden or values.get("name") == "time_zone" or self._is_hidden
        if not is_hidden and (tag != "meta" or values.get("name") == "description"):
            self.texts += [values[name] or "" for name in READ_ALOUD if name in values]
            self.texts += [values.get("value") or ""] if values.get("type") == "submit" else []
        if tag not in self.EMPTY:
            self.open.append((tag, is_hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.texts.append(data)

    @property
    def _is_hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """The demo, and all of its pages prepared, for tests that only look."""
    now = timezone.now()
    with django_db_blocker.unblock(), transaction.atomic():
        seed.seed(now)
        pages.prepare(now)
        yield now
        transaction.set_rollback(True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_anything_in_english(demo: datetime, language: str) -> None:
    User.objects.update(language=language)
    known, own = known_words(language), own_words()
    foreign: dict[str, set[str]] = {}
    for page in pages.pages(demo):
        if page.path.startswith((*FOREIGN, "/errors/")):
            continue
        client = Client(headers={"Accept-Language": language})
        if page.who:
            client.force_login(User.objects.get(email=address(page.who)))
        answer = client.get(page.path, follow=True)
        left = unknown(texts_of(answer.content.decode(), language), known, own)
        if left:
            foreign[page.name] = left
    assert foreign == {}, json.dumps(foreign, default=list)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_says_anything_in_english(demo: datetime, language: str) -> None:
    User.objects.update(language=language)
    known, own = known_words(language), own_words()
    foreign: dict[str, set[str]] = {}
    for notification in Notification.objects.select_related("recipient", "about").order_by("kind", "-pk"):
        mail = mails.mail_for(notification)
        html, _kind = mail.alternatives[0]
        texts = [str(mail.subject), without_addresses(str(mail.body)), texts_of(str(html), language)]
        left = unknown(" \n ".join(texts), known, own)
        if left:
            foreign.setdefault(notification.kind, set()).update(left)
    assert foreign == {}, json.dumps(foreign, default=list)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_calendar_file_says_anything_in_english(demo: datetime, language: str) -> None:
    User.objects.update(language=language)
    known, own = known_words(language), own_words()
    student = User.objects.get(email="student@example.com")
    client = Client()
    client.force_login(student)
    for meeting in Meeting.objects.filter(student=student):
        answer = client.get(reverse("meetings:calendar_file", args=[meeting.pk]))
        if meeting.status != Status.AGREED:
            continue
        for entry in Calendar.from_ical(answer.content).walk("VEVENT"):
            words = " ".join(str(entry.get(name, "")) for name in ("SUMMARY", "DESCRIPTION", "LOCATION"))
            assert unknown(without_addresses(words), known, own) == set()


def texts_of(html: str, language: str) -> str:
    """Return what a page shows or reads aloud in its own language."""
    shown = Shown(language)
    shown.feed(html)
    return " \n ".join(shown.texts)


def unknown(text: str, known: set[str], own: re.Pattern[str]) -> set[str]:
    """Return the words of a text that are neither a translation's nor people's own."""
    left = own.sub(" ", " ".join(text.split()))
    return {word for word in WORD.findall(left) if word.casefold() not in known}


def known_words(language: str) -> set[str]:
    """Return every word of the translations, of the catalogue's names and of places in this language."""
    texts: list[object] = [text for _key, text in trans_real.translation(language)._catalog.items()]
    with translation.override(language):
        for kept in (Expertise, Skill, ServiceKind, Reason):
            texts += [row.label for row in kept.objects.all()]
        texts += [row.summary for row in Expertise.objects.all()]
        texts += [name for _code, name in languages.choices()]
        zones = User.objects.values_list("time_zone", flat=True).distinct()
        texts += [zone_name(timezone.now().astimezone(ZoneInfo(zone))) for zone in zones]
    texts += [name for _code, name in settings.LANGUAGES]
    return NAMES | {word.casefold() for text in texts for word in WORD.findall(str(text))}


def own_words() -> re.Pattern[str]:
    """Return what people are called, where they are and what they wrote, the longest first."""
    people = User.objects.all()
    written = {person.initials for person in people} | {p.time_zone.replace("_", " ") for p in people}
    for model, fields in OWN.items():
        for row in model.objects.values_list(*fields):
            written.update(" ".join(words.split()) for words in row)
    ordered = sorted((words for words in written if words), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(words) for words in ordered) + r")(?!\w)")


def without_addresses(text: str) -> str:
    return re.sub(r"https?://\S+|\S+@\S+", " ", text)
