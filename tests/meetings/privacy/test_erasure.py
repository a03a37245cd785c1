"""Deleting an account: nothing that tells who the person was is left anywhere, and the books stay whole."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Expertise, ServiceKind, Skill, User
from credits import ledger, notices
from meetings import audit
from meetings.action import ActionRefused
from meetings.models import Event, Meeting, Reason, Review, VideoRoom
from meetings.privacy import erasure
from meetings.vocabulary import Action, Progress, Role, Status
from notifications import delivery, outbox, wording
from notifications.models import Notification
from tests.credits import books
from tests.factories import PASSWORD, PersonFactory
from tests.meetings.privacy.marks import (
    LONG_AGO,
    MARK,
    _spend_all,
    live,
    marked,
)
from tests.meetings.scenarios import (
    act,
    after_end,
    agreed,
    closed_by_silence,
    make_meeting,
    rejected,
    suggest,
)

pytestmark = pytest.mark.django_db


# --- What stands against it ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.USER, Role.EXPERT])
@pytest.mark.parametrize("status", [Status.AWAITING, Status.AGREED, Status.UNDER_REVIEW, Status.REJECTED])
def test_an_open_meeting_stands_against_it_and_is_named(status: Status, role: Role) -> None:
    now = timezone.now()
    meeting = make_meeting(status, now=now, price=0)
    person = meeting.person(role)
    _spend_all(person)
    with pytest.raises(erasure.CannotLeave) as refused:
        erasure.delete_account(person, now)
    (obstacle,) = refused.value.obstacles
    assert meeting.person(role.other).name in obstacle.words
    assert f"“{meeting.get_status_display()}”" in obstacle.words
    assert obstacle.page == meeting.get_absolute_url()
    assert obstacle.way_out
    assert not User.objects.get(pk=person.pk).is_deleted


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.HELD, Status.NOT_HELD])
def test_what_is_over_does_not(status: Status) -> None:
    meeting = make_meeting(status, now=timezone.now() - LONG_AGO, price=0)
    _spend_all(meeting.student)
    erasure.delete_account(meeting.student, timezone.now())
    assert User.objects.get(pk=meeting.student_id).is_deleted


def test_a_rejected_meeting_stands_against_it_only_before_its_start() -> None:
    meeting = rejected(price=0)
    _spend_all(meeting.student)
    second = timezone.timedelta(seconds=1)
    assert erasure.obstacles(meeting.student, meeting.starts_at - second)
    assert not erasure.obstacles(meeting.student, meeting.starts_at)


def test_a_request_whose_start_has_passed_is_written_down_as_expired_first() -> None:
    meeting = suggest(price=100)
    with pytest.raises(erasure.CannotLeave) as refused:
        erasure.delete_account(meeting.student, meeting.starts_at)
    assert Meeting.objects.get(pk=meeting.pk).status == Status.EXPIRED
    assert [obstacle.words for obstacle in refused.value.obstacles] == ["You own 100 credits."]


def test_a_meeting_that_has_started_is_recorded_not_cancelled() -> None:
    meeting = agreed(now=timezone.now(), price=0)
    before, started = meeting.starts_at - timedelta(seconds=1), meeting.starts_at
    ways = [erasure.obstacles(meeting.student, now)[0].way_out for now in (before, started)]
    assert ways[0].startswith("Cancel it")
    assert ways[1].startswith("It has started already: once it is over, record progress")


def test_owned_credits_stand_against_it_blocked_ones_too() -> None:
    meeting = agreed(now=timezone.now(), price=100)
    with pytest.raises(erasure.CannotLeave) as refused:
        erasure.delete_account(meeting.student, timezone.now())
    assert refused.value.obstacles[-1].words == "You own 100 credits."
    assert len(refused.value.obstacles) == 2


def test_operators_do_not_leave_by_themselves() -> None:
    operator = PersonFactory.create(is_staff=True)
    with pytest.raises(erasure.CannotLeave) as refused:
        erasure.delete_account(operator, timezone.now())
    assert [obstacle.words for obstacle in refused.value.obstacles] == ["You are an operator of this site."]


def test_a_refusal_changes_nothing() -> None:
    meeting = agreed(now=timezone.now())
    before = _everything()
    with pytest.raises(erasure.CannotLeave):
        erasure.delete_account(meeting.student, timezone.now())
    assert _everything() == before


def test_twice_is_once() -> None:
    person = PersonFactory.create()
    erasure.delete_account(person, timezone.now())
    before = _everything()
    erasure.delete_account(person, timezone.now())
    assert _everything() == before


# --- Nothing is left ------------------------------------------------------------------------------------


@pytest.fixture
def logged(settings: Any) -> Iterator[io.StringIO]:
    """Everything that is written to the log, as the site writes it."""
    stream, how = io.StringIO(), settings.LOGGING["formatters"]["chosen"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.config.DictConfigurator(settings.LOGGING).configure_formatter(dict(how)))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Path:
    """Mails become files, as they do where no mail server is set."""
    settings.EMAIL_BACKEND = "notifications.eml.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def test_every_mark_is_gone_and_the_books_are_whole(
    anna: User, logged: io.StringIO, mailbox: Path, django_capture_on_commit_callbacks: Any
) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    site = Client()
    site.post("/account/login/", {"login": anna.email, "password": PASSWORD})
    live(anna, operator)
    delivery.deliver_due(timezone.now)
    owned, shares = books.owned_by_everyone(), books.share()
    assert len(_found()) > 10
    assert any(MARK in _decoded(session) for session in Session.objects.all())
    assert any(marked(1) in path.read_text() for path in mailbox.glob("*.eml"))
    with django_capture_on_commit_callbacks(execute=True):
        erasure.delete_account(anna, timezone.now())
    assert _found() == {}
    assert not any(MARK in _decoded(session) for session in Session.objects.all())
    assert [path.name for path in mailbox.glob("*.eml") if MARK in path.read_text()] == []
    assert MARK not in logged.getvalue()
    assert not VideoRoom.objects.exclude(sealed_link="").exists()
    assert books.owned_by_everyone() == owned
    assert books.share() == shares
    books.assert_in_order()
    assert audit.differences() == []
    assert site.get("/meetings/").status_code == 302


def test_every_text_that_a_person_can_leave_was_marked(anna: User) -> None:
    """Else the search above proves nothing: a new column of text has to be filled there, or named here."""
    live(anna, PersonFactory.create(is_staff=True, is_superuser=True))
    filled = set(_found())
    texts = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label in OURS and model not in CATALOGUE
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
    }
    assert texts - filled - set(NO_MARK) == set()


def test_who_met_the_person_reads_of_a_deleted_person(anna: User) -> None:
    live(anna, PersonFactory.create(is_staff=True, is_superuser=True))
    taught = Meeting.objects.filter(expert=anna, status=Status.HELD).get()
    reader, site = taught.student, Client()
    erasure.delete_account(anna, timezone.now())
    site.force_login(reader)
    for page in ("/meetings/", "/meetings/all/", taught.get_absolute_url(), "/notifications/", "/credits/"):
        shown = site.get(page)
        assert shown.status_code == 200, page
        assert "Deleted person" in shown.text, page
        assert MARK not in shown.text, page
    assert f"/experts/{anna.pk}/" not in site.get(taught.get_absolute_url()).text
    assert site.get(f"/experts/{anna.pk}/").status_code == 404


def test_words_in_what_others_were_told_are_gone_and_the_rest_still_reads(anna: User) -> None:
    live(anna, PersonFactory.create(is_staff=True, is_superuser=True))
    told = Notification.objects.filter(about=anna, kind="canceled_by_expert").get()
    erasure.delete_account(anna, timezone.now())
    text = wording.text(Notification.objects.get(pk=told.pk))
    assert text.startswith("Deleted person cancelled the meeting about Valuation")
    assert text.endswith("Reason: (deleted)")


def test_a_chosen_reason_is_nobodys_words_and_stays() -> None:
    meeting = rejected(price=0)
    _spend_all(meeting.student)
    erasure.delete_account(meeting.student, meeting.starts_at)
    assert Event.objects.get(meeting=meeting, kind="rejected_by_expert").said == "The date does not suit me"


# --- Afterwards -----------------------------------------------------------------------------------------


def gone(**how: Any) -> Meeting:
    """Return a held meeting whose expert, who got nothing for it, has left."""
    meeting = make_meeting(Status.HELD, now=timezone.now() - LONG_AGO, price=0, **how)
    erasure.delete_account(meeting.expert, timezone.now())
    return Meeting.objects.get(pk=meeting.pk)


def test_the_address_can_sign_up_anew_and_the_old_password_opens_nothing() -> None:
    person = PersonFactory.create()
    erasure.delete_account(person, timezone.now())
    site = Client()
    answer = site.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 200
    new: User = PersonFactory.create(email=person.email)
    assert site.login(email=new.email, password=PASSWORD)


def test_nothing_is_sent_or_told_to_somebody_who_has_left() -> None:
    now = timezone.now()
    meeting = agreed(now=now - LONG_AGO, price=0)
    waiting = Notification.objects.filter(recipient=meeting.expert, mail_state="waiting").count()
    act(meeting, Action.RECORD, Role.USER, now=after_end(meeting), progress=Progress.SMOOTH, stars=5)
    erasure.delete_account(meeting.expert, now)
    left = User.objects.get(pk=meeting.expert_id)
    told = outbox.notification(left, notices.GRANTED, source="x:1", reference="account", now=now)
    outbox.tell(told)
    assert waiting
    assert not Notification.objects.filter(recipient=left).exists()
    # Written in spite of it, by whatever: still not sent.
    told.facts = {"amount_credits": 1}
    told.save()
    delivery.deliver_due(lambda: now)
    assert [sent.to for sent in mail.outbox if left.email in sent.to] == []
    assert Notification.objects.get(pk=told.pk).mail_state == "moot"


def test_an_account_that_is_closed_takes_no_credits() -> None:
    person = PersonFactory.create()
    erasure.delete_account(person, timezone.now())
    how = {"reason": "gift", "made_by": None, "key": "test:late", "now": timezone.now()}
    with pytest.raises(ledger.AccountClosed):
        ledger.grant(person, 5, **how)


def test_operators_read_why_a_deleted_person_gets_nothing(operator: User) -> None:
    person, site = PersonFactory.create(), Client()
    erasure.delete_account(person, timezone.now())
    site.force_login(operator)
    form = {"amount": "5", "reason": "gift", "key": "2f0a3a5e-7b0f-4a43-9d0a-111111111111"}
    answer = site.post(f"/admin/credits/account/person/{person.pk}/grant/", form)
    assert "This person has deleted the account, so it takes no credits." in answer.text


def test_an_account_is_not_opened_or_named_again(operator: User) -> None:
    person, site = PersonFactory.create(), Client()
    erasure.delete_account(person, timezone.now())
    site.force_login(operator)
    assert site.get(f"/admin/accounts/user/unblock/?people={person.pk}").status_code == 403
    assert site.post(f"/admin/accounts/user/{person.pk}/change/", {"first_name": "X"}).status_code == 403
    for change in ({"is_active": True}, {"first_name": "X"}):
        with pytest.raises(IntegrityError, match="accounts_deleted_people"), transaction.atomic():
            User.objects.filter(pk=person.pk).update(**change)


def test_nobody_writes_about_an_expert_who_has_left() -> None:
    with pytest.raises(ActionRefused, match="The expert has deleted the account"):
        act(gone(), Action.REVIEW, Role.USER, now=timezone.now(), review="Good")
    assert not Review.objects.exists()


def test_nothing_is_given_back_to_a_user_who_has_left() -> None:
    meeting = closed_by_silence(now=timezone.now() - LONG_AGO, price=100)
    erasure.delete_account(meeting.student, timezone.now())
    with pytest.raises(ActionRefused, match="The user has deleted the account"):
        act(meeting, Action.REVERSE, Role.OPERATOR, now=timezone.now(), words="a mistake")


def test_what_an_expert_who_has_left_got_is_given_back_by_the_platform() -> None:
    meeting = closed_by_silence(now=timezone.now() - LONG_AGO, price=100)
    _spend_all(meeting.expert)
    erasure.delete_account(meeting.expert, timezone.now())
    act(meeting, Action.REVERSE, Role.OPERATOR, now=timezone.now(), words="nobody came")
    assert ledger.balance(meeting.student) == ledger.Balance(100, 0)
    books.assert_in_order()


# Columns of text that hold no words of people, and why.
NO_MARK = {
    "accounts_photo.name": "made from bytes; the row is deleted",
    "accounts_user.language": "a code; set back",
    "accounts_user.password": "a hash; of a deleted person none",
    "accounts_user.time_zone": "a name of the list of zones; set back",
    "credits_account.reference": "the number of a meeting",
    "credits_posting.key": "made from numbers",
    "credits_posting.reference": "the number of a meeting",
    "meetings_auditrun.differences": "made from numbers",
    "meetings_event.facts": "numbers, instants, names out of the catalogue",
    "meetings_jobrun.task": "a name of the list of jobs",
    "meetings_receipt.digest": "a hash; the row is deleted",
    "meetings_videoroom.platform": "a name of the list of platforms",
    "meetings_videoroom.remembered": "the platform's own numbers",
    "meetings_videoroom.sealed_link": "encrypted; looked at apart",
    "notifications_accountmail.kind": "a name of the list of kinds; the row is deleted",
    "notifications_accountmail.language": "a code; the row is deleted",
    "notifications_notification.kind": "a name of the list of kinds",
    "notifications_notification.reference": "the number of a meeting",
    "notifications_notification.source": "the number of an event",
    "notifications_unwantedmail.kind": "a name of the list of kinds; the row is deleted",
}
OURS = ("accounts", "credits", "meetings", "notifications")
CATALOGUE = (Expertise, Skill, ServiceKind, Reason)


def _found() -> dict[str, int]:
    """Search every column of every table, whatever its type: where the mark stands, and how often."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',  # noqa: S608 - our own tables
                [f"%{MARK}%"],
            )
            (number,) = cursor.fetchone()
            if number:
                found[f"{table}.{column}"] = number
    return found


def _decoded(session: Session) -> str:
    return str(session.get_decoded())


def _everything() -> dict[str, Any]:
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in _own_models()}


def _own_models() -> list[Any]:
    looked_at = (*OURS, "account", "sessions", "admin")
    return [
        model for model in apps.get_models() if model._meta.app_label in looked_at and model._meta.managed
    ]
