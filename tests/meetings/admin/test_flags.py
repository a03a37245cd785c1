"""Evaluations by silence that pay an expert who was not seen: an operator lets them stand."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings import audit
from meetings.admin import desk, flags
from meetings.models import Event, Meeting
from meetings.vocabulary import Action, Status
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of
from tests.meetings.scenarios import closed_by_silence, make_meeting
from tests.threads import at_once

pytestmark = pytest.mark.django_db

NOTE = "The expert's own recording shows both."


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def meeting() -> Meeting:
    meeting = closed_by_silence()
    assert meeting.is_flagged
    return meeting


def page(meeting: Meeting) -> str:
    return reverse("admin:meetings_meeting_let_stand", args=[meeting.pk])


def number_waiting(operator: User) -> int:
    queues = {waiting.words: waiting.number for waiting in desk.waiting(operator, timezone.now())}
    return queues["Evaluations by silence to look at"]


def everything(meeting: Meeting) -> dict[str, Any]:
    return Meeting.objects.filter(pk=meeting.pk).values().get()


def test_it_takes_the_flag_off_and_changes_nothing_else(
    site: Client, operator: User, meeting: Meeting
) -> None:
    before, told, events = everything(meeting), Notification.objects.count(), Event.objects.count()
    assert number_waiting(operator) == 1
    shown = site.get(page(meeting)).text
    assert "The meeting stays “Held”, and no credits move." in shown
    answer = site.post(page(meeting), form_of(shown, reason=NOTE), follow=True)
    assert "Done: the evaluation stands." in answer.text
    assert everything(meeting) == before | {"is_flagged": False}
    assert (Notification.objects.count(), Event.objects.count()) == (told, events)
    assert number_waiting(operator) == 0
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (operator, str(meeting.pk))
    assert entry.change_message == (
        f"The evaluation by silence stands: to be looked at → off the list. Note: {NOTE}"
    )
    assert audit.differences() == []


def test_it_can_still_be_reversed_afterwards(site: Client, meeting: Meeting) -> None:
    site.post(page(meeting), {"key": uuid4(), "reason": NOTE})
    reverse_it = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.REVERSE])
    site.post(reverse_it, form_of(site.get(reverse_it).text, reason="She was wrong."))
    meeting.refresh_from_db()
    assert meeting.status == "not_held"


def test_a_repeated_request_is_logged_once(site: Client, meeting: Meeting) -> None:
    form = {"key": uuid4(), "reason": NOTE}
    for _ in range(2):
        assert "Done: the evaluation stands." in site.post(page(meeting), form, follow=True).text
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_the_note_is_required(reason: str, site: Client, meeting: Meeting) -> None:
    assert site.post(page(meeting), {"key": uuid4(), "reason": reason}).status_code == 409
    assert everything(meeting)["is_flagged"]


def test_what_another_operator_dealt_with_is_refused_in_words(site: Client, meeting: Meeting) -> None:
    form = {"key": uuid4(), "reason": NOTE}
    site.post(page(meeting), {"key": uuid4(), "reason": "Seen."})
    answer = site.post(page(meeting), form)
    assert answer.status_code == 409
    assert "another operator has dealt with it" in answer.text
    assert "own recording shows both." in answer.text
    assert LogEntry.objects.count() == 1
    assert "does not wait to be looked at" in site.get(page(meeting), follow=True).text


def test_the_button_stands_on_flagged_meetings_only(site: Client, meeting: Meeting) -> None:
    held = make_meeting(Status.HELD)
    for one, offered in ((meeting, True), (held, False)):
        shown = site.get(reverse("admin:meetings_meeting_change", args=[one.pk])).text
        assert (page(one) in shown) is offered


def test_it_wants_the_right_to_decide(client: Client, meeting: Meeting) -> None:
    looker = PersonFactory.create(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_meeting", "add_posting"]))
    client.force_login(looker)
    assert client.get(page(meeting)).status_code == 403
    assert client.post(page(meeting), {"key": uuid4(), "reason": NOTE}).status_code == 403
    assert page(meeting) not in client.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text


def dealing_with(meeting: Meeting, operator: User) -> Callable[[], bool]:
    how = {"operator": operator, "note": NOTE, "key": uuid4(), "now": timezone.now()}
    return partial(flags.dismiss_flag, meeting.pk, **how)


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_deal_with_it_once() -> None:
    for _round in range(5):
        meeting = closed_by_silence()
        operators = PersonFactory.create_batch(2, is_staff=True)
        results = at_once(*(dealing_with(meeting, operator) for operator in operators))
        assert sorted(type(result).__name__ for result in results) == ["ActionRefused", "bool"], results
