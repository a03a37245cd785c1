"""A person whose every word carries a mark that can be looked for."""

import io

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from accounts.profile import photos
from credits import ledger
from credits.models import Posting
from meetings.lifecycle import workflow
from meetings.models import Meeting, Receipt, VideoRoom
from meetings.video import outbox as video_outbox
from meetings.vocabulary import Action, Progress, Role
from notifications.models import AccountMail, Notification
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.page_forms import form_of
from tests.meetings.scenarios import DAY, act, after_end, agreed

MARK = "zebrafisch"


LONG_AGO = 30 * DAY


def marked(number: int) -> str:
    return f"{MARK}{number}"


@pytest.fixture
def anna() -> User:
    """Somebody with a mark in all that a person can fill in, who learns and teaches."""
    person: User = PersonFactory.create(
        email=f"{marked(0)}@example.com",
        first_name=marked(1),
        last_name=marked(2),
        time_zone="Pacific/Chatham",
        language="sk",
        date_format="Y-m-d",
    )
    page = ExpertFactory.create(
        user=person,
        headline=marked(3),
        introduction=marked(4),
        company=marked(5),
        city=marked(6),
        availability=marked(7),
        languages=["sk"],
    )
    photos.keep(person, photos.small_square(_picture(), 100))
    person.wanted_skills.set(page.skills.all())
    person.favourites.add(ServiceFactory.create().expert)
    PersonFactory.create().favourites.add(page)
    return person


def live(anna: User, operator: User) -> None:
    """Let Anna do and be told all there is, on both sides, long ago, and own nothing in the end."""
    then = timezone.now() - LONG_AGO
    ledger.grant(anna, 60, reason=marked(20), made_by=operator, key="test:anna", now=then)
    service = ServiceFactory.create(price=30)
    held = agreed(now=then, student=anna, service=service, starts_in=DAY)
    Meeting.objects.filter(pk=held.pk).update(note=marked(21))
    video_outbox.put_in_link(held, f"https://example.com/{marked(22)}", then)
    act(
        held,
        Action.RECORD,
        Role.USER,
        now=after_end(held),
        progress=Progress.SMOOTH,
        stars=5,
        review=marked(23),
    )
    cancelled = agreed(now=then, student=anna, service=service, starts_in=9 * DAY)
    act(cancelled, Action.CANCEL, Role.USER, now=then, words=marked(24))
    teaching = ServiceFactory.create(expert=anna.expert, price=1)
    taught = agreed(now=then, service=teaching, starts_in=3 * DAY)
    answer = {"progress": Progress.SMOOTH, "stars": 1, "review": f"{anna.first_name} {marked(25)}"}
    act(taught, Action.RECORD, Role.USER, now=after_end(taught), **answer)
    other = agreed(now=then, service=teaching, starts_in=5 * DAY)
    act(other, Action.CANCEL, Role.EXPERT, now=then, words=marked(26))
    blamed = agreed(now=then, service=teaching, starts_in=7 * DAY)
    act(blamed, Action.CANCEL, Role.USER, now=then, words=f"{anna.name}, {marked(27)}")
    asked = agreed(now=then, service=teaching, starts_in=8 * DAY)
    workflow.perform(
        asked,
        Action.CANCEL,
        role=Role.OPERATOR,
        actor=operator,
        now=then,
        entry=workflow.Entry(words=marked(28)),
    )
    _cancel_with_goodwill(agreed(now=timezone.now(), service=teaching, starts_in=DAY), operator, marked(32))
    Receipt.objects.create(key="2f0a3a5e-7b0f-4a43-9d0a-111111111111", actor=anna, digest="x", made_at=then)
    log = {"user": operator, "content_type": ContentType.objects.get_for_model(User), "action_flag": CHANGE}
    LogEntry.objects.create(**log, object_id=anna.pk, object_repr=anna.name, change_message=marked(29))
    VideoRoom.objects.filter(meeting=held).update(trouble_words=marked(30))
    refused = Notification.objects.filter(recipient=anna).earliest("pk")
    Notification.objects.filter(pk=refused.pk).update(mail_problem=f"{{'{anna.email}': (550, b'no')}}")
    about = {"person": anna, "address": anna.email, "language": "sk", "kind": "email_changed"}
    changed = {"from_email": anna.email, "browser": marked(31)}
    AccountMail.objects.create(**about, facts=changed, mail_problem=anna.email, created_at=then)
    _spend_all(anna)


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


def _cancel_with_goodwill(meeting: Meeting, operator: User, reason: str) -> None:
    """Cancel as operators do it on their page, with credits for the user: what they read, then the button."""
    site, page = Client(), f"/admin/meetings/meeting/{meeting.pk}/decide/cancel/"
    site.force_login(operator)
    read = site.get(page)
    for _ in range(2):
        read = site.post(page, form_of(read.text, reason=reason, for_user="15"))
    assert read.status_code == 302
    assert Posting.objects.filter(reason=reason, reference=meeting.reference).exists()


def _spend_all(person: User) -> None:
    left = ledger.balance(person).available
    ledger.payout(
        person, left, reason=marked(99), made_by=None, key=f"test:out:{person.pk}", now=timezone.now()
    )


def _picture() -> io.BytesIO:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, "PNG")
    written.seek(0)
    return written
