"""Who reads German, Czech or Slovak meets no English word: on no page, in no mail, in no calendar file.

Every word that is shown must be one of a translation, a name that operators keep in that language, or
people's own: what they are called and what they wrote themselves.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from demo import pages, seed
from demo.people import address
from meetings.models import Meeting
from meetings.vocabulary import Status
from notifications import mails
from notifications.models import Notification
from tests.foreign_words import known_words, own_words, texts_of, unknown

pytestmark = pytest.mark.django_db

LANGUAGES = ("de", "cs", "sk")
# Where operators keep the English names beside those of other languages, and a library that speaks English.
FOREIGN = (
    "/admin/accounts/expertise/",
    "/admin/accounts/skill/",
    "/admin/accounts/servicekind/",
    "/admin/meetings/reason/",
    "/admin/django_celery_beat/",
)


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


def without_addresses(text: str) -> str:
    return re.sub(r"https?://\S+|\S+@\S+", " ", text)
