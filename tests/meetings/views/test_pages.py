"""Pages of meetings: for whom, with what, and what they leave alone."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings import links
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.models import Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from tests.factories import ExpertFactory, PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    HOUR,
    act,
    after_end,
    agreed,
    make_meeting,
    suggest,
)
from tests.meetings.snapshot import everything
from tests.pages import as_person, form_of

pytestmark = pytest.mark.django_db

EVERY_ACTION = sorted({row.action.value for row in TRANSITIONS} | {"no-such-action"})


def addresses(meeting: Meeting) -> list[str]:
    """Return every address that belongs to one meeting."""
    return [
        meeting.get_absolute_url(),
        reverse("meetings:suggest_to_user", args=[meeting.pk]),
        *(reverse("meetings:act", args=[meeting.pk, action]) for action in EVERY_ACTION),
        links.link(meeting, Role.USER),
        links.link(meeting, Role.EXPERT),
    ]


@pytest.mark.parametrize("stranger", ["visitor", "person", "operator"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_get_404_on_every_address_of_a_meeting(stranger: str, method: str) -> None:
    meeting = agreed(now=timezone.now())
    people = {
        "visitor": lambda: None,
        "person": PersonFactory.create,
        "operator": lambda: PersonFactory.create(is_staff=True, is_superuser=True),
    }
    client = as_person(people[stranger]())
    before = everything()
    answers = {address: getattr(client, method)(address).status_code for address in addresses(meeting)}
    assert answers == dict.fromkeys(answers, 404)
    assert everything() == before


def test_a_meeting_that_does_not_exist_looks_like_one_of_others() -> None:
    meeting = agreed(now=timezone.now())
    client = as_person(PersonFactory.create())
    others = client.get(meeting.get_absolute_url())
    nobodys = client.get(reverse("meetings:detail", args=[10**9]))
    assert (others.status_code, without_token(others)) == (nobodys.status_code, without_token(nobodys))


def without_token(answer: Any) -> str:
    """Return a page without its own address and the token against forged requests, which differ each time."""
    page = answer.content.decode().replace(answer.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_the_link_of_the_other_party_is_not_mine() -> None:
    meeting = agreed(now=timezone.now())
    assert as_person(meeting.expert).get(links.link(meeting, Role.USER)).status_code == 404


def test_a_party_who_is_not_signed_in_is_led_back_after_signing_in() -> None:
    meeting = agreed(now=timezone.now())
    page = as_person(None).get(links.link(meeting, Role.USER))
    assert page.status_code == 404
    assert f"next={links.link(meeting, Role.USER).replace(':', '%3A')}" in page.content.decode()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", [BY_USER, BY_EXPERT])
def test_looking_changes_nothing(status: Status, role: Role) -> None:
    meeting = make_meeting(status, now=timezone.now())
    client = as_person(meeting.person(role))
    before = everything()
    for address in addresses(meeting):
        assert client.get(address).status_code in (200, 302, 404), address
    assert everything() == before


@pytest.mark.parametrize("role", [BY_USER, BY_EXPERT])
@pytest.mark.parametrize("status", Status)
def test_the_page_offers_exactly_the_open_actions(status: Status, role: Role) -> None:
    meeting = make_meeting(status, now=timezone.now())
    page = as_person(meeting.person(role)).get(meeting.get_absolute_url()).content.decode()
    offered = re.findall(rf'href="/meetings/{meeting.pk}/([a-z-]+)/"', page)
    now = timezone.now()
    expected = [row.action.value for row in workflow.open_actions(meeting, role, now)]
    asides = ["link"] if (status, role) == (Status.AGREED, Role.EXPERT) else []
    asides += ["suggest"] if role is Role.EXPERT else []
    assert offered == [*(action for action in expected if action != Action.JOIN), *asides]


@pytest.mark.parametrize("role", [BY_USER, BY_EXPERT])
@pytest.mark.parametrize("status", Status)
def test_every_open_action_has_a_page(status: Status, role: Role) -> None:
    meeting = make_meeting(status, now=timezone.now())
    client = as_person(meeting.person(role))
    for row in workflow.open_actions(meeting, role, timezone.now()):
        if row.action is not Action.JOIN:
            assert client.get(reverse("meetings:act", args=[meeting.pk, row.action])).status_code == 200


def send(client: Client, meeting: Meeting, action: Action, form: dict[str, Any], **typed: Any) -> Any:
    return client.post(reverse("meetings:act", args=[meeting.pk, action]), {**form, **typed})


@pytest.mark.parametrize(("price", "words"), [(0, "Blocked (free of charge)"), (30, "Blocked (30 credits)")])
def test_what_is_free_of_charge_says_so_beside_its_payment_status(price: int, words: str) -> None:
    meeting = agreed(now=timezone.now(), price=price)
    client = as_person(meeting.student)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert ("Credit payment status: Blocked (free of charge)" in page) == (not price)
    assert ("Free of charge: no credits are blocked." in page) == (not price)
    assert words in client.get("/meetings/").content.decode()


def test_missing_stars_are_said_at_the_stars() -> None:
    meeting = agreed(now=timezone.now() - 3 * DAY, starts_in=2 * DAY)
    client = as_person(meeting.student)
    form = form_of(client, f"/meetings/{meeting.pk}/{Action.RECORD}/")
    page = send(client, meeting, Action.RECORD, form, progress=Progress.SMOOTH).content.decode()
    assert 'aria-describedby="id_stars_helptext id_stars_error"' in page
    assert 'id="id_stars_error"><li>Please give one to five stars. Only the operator sees them.</li>' in page
    assert page.count("Please give one to five stars") == 1
    assert re.search(r'<input type="radio" name="stars" value="1"[^>]* aria-invalid="true"', page)
    assert not meeting.answers.exists()


def test_a_stale_page_is_refused_and_shows_the_fresh_meeting_with_what_was_typed() -> None:
    now = timezone.now()
    meeting = agreed(now=now)
    client = as_person(meeting.student)
    form = form_of(client, f"/meetings/{meeting.pk}/cancel/")
    act(meeting, Action.RESCHEDULE, BY_EXPERT, now=now, starts_at=now + 6 * DAY)
    answer = send(client, meeting, Action.CANCEL, form, words="I am ill.")
    meeting.refresh_from_db()
    assert (answer.status_code, meeting.status) == (409, Status.AGREED)
    page = answer.content.decode()
    assert "The meeting has changed since you looked at it." in page
    assert "I am ill." in page
    again = {name: answer.context["form"][name].value() for name in ("key", "revision")}
    assert send(client, meeting, Action.CANCEL, again, words="I am ill.").status_code == 302
    meeting.refresh_from_db()
    assert meeting.status == Status.CANCELLED


def test_what_was_typed_is_shown_where_the_action_is_closed_by_now() -> None:
    now = timezone.now()
    meeting = agreed(now=now)
    client = as_person(meeting.student)
    form = form_of(client, f"/meetings/{meeting.pk}/cancel/")
    act(meeting, Action.CANCEL, BY_EXPERT, now=now, words="I am away.")
    answer = send(client, meeting, Action.CANCEL, form, words="I have found another expert.")
    assert answer.status_code == 409
    assert "I have found another expert." in answer.content.decode()


def test_a_repeated_request_answers_the_same_and_writes_nothing() -> None:
    meeting = suggest(now=timezone.now())
    client = as_person(meeting.expert)
    form = form_of(client, f"/meetings/{meeting.pk}/confirm/")
    first = send(client, meeting, Action.CONFIRM, form)
    before = everything()
    second = send(client, meeting, Action.CONFIRM, form)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert everything() == before


def test_crossing_the_48_hours_between_page_and_click_asks_again() -> None:
    start = timezone.now()
    meeting = agreed(now=start, price=15, starts_in=48 * HOUR + timedelta(seconds=30))
    client = as_person(meeting.student)
    form = form_of(client, f"/meetings/{meeting.pk}/cancel/")
    with time_machine.travel(start + timedelta(seconds=31), tick=False):
        answer = send(client, meeting, Action.CANCEL, form, words="I am ill.")
        page = answer.content.decode()
        meeting.refresh_from_db()
        assert (answer.status_code, meeting.status) == (409, Status.AGREED)
        assert "50 % = 7 of 15 credits will be deducted." in page
        assert "Yes, deduct 7 of 15 credits" in page
        assert "I am ill." in page
        again = {name: answer.context["form"][name].value() for name in ("key", "revision")}
        unconfirmed = send(client, meeting, Action.CANCEL_LATE, again, words="I am ill.")
        assert unconfirmed.status_code == 409
        final = {name: unconfirmed.context["form"][name].value() for name in ("key", "revision")}
        send(client, meeting, Action.CANCEL_LATE, final, words="I am ill.", deduction="on")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.payment) == (Status.CANCELLED, "reimbursed_cancellation")


def test_the_late_page_opens_under_the_same_button() -> None:
    meeting = agreed(now=timezone.now(), starts_in=30 * HOUR)
    answer = as_person(meeting.student).get(f"/meetings/{meeting.pk}/cancel/")
    assert answer.url == f"/meetings/{meeting.pk}/cancel-late/"


def test_an_overlap_is_shown_and_must_be_acknowledged() -> None:
    now = timezone.now()
    service = ServiceFactory.create()
    agreed(now=now, service=service)
    meeting = suggest(now=now, service=service)
    client = as_person(meeting.expert)
    form = form_of(client, f"/meetings/{meeting.pk}/confirm/")
    answer = send(client, meeting, Action.CONFIRM, form)
    assert (answer.status_code, Meeting.objects.get(pk=meeting.pk).status) == (409, Status.AWAITING)
    assert "You already have another meeting at this time" in answer.content.decode()
    again = {name: answer.context["form"][name].value() for name in ("key", "revision")}
    send(client, meeting, Action.CONFIRM, again, overlap="on")
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AGREED


def test_a_form_without_its_reason_says_so_and_changes_nothing() -> None:
    meeting = suggest(now=timezone.now())
    ReasonFactory.create()
    client = as_person(meeting.expert)
    form = form_of(client, f"/meetings/{meeting.pk}/reject/")
    answer = send(client, meeting, Action.REJECT, form)
    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AWAITING


def many_meetings(person: User, count: int) -> None:
    """Give a person this many requests, agreed and held meetings, as user and as expert."""
    now = timezone.now()
    service = ServiceFactory.create(expert=ExpertFactory.create(user=person), price=0)
    for number in range(count):
        later = now + timedelta(hours=number)
        suggest(now=now, service=service, starts_in=DAY + number * HOUR)
        agreed(now=now, student=person, price=0, starts_in=2 * DAY + number * HOUR)
        make_meeting(Status.HELD, now=later - 9 * DAY, student=person, price=0, starts_in=DAY)


@pytest.mark.parametrize(
    "address", ["/meetings/", "/meetings/all/", "/experts/", "/notifications/", "/credits/", "/"]
)
def test_lists_ask_the_database_as_often_for_many_rows_as_for_few(address: str) -> None:
    counts = []
    for rows in (1, 10):
        person = PersonFactory.create(credits=100)
        many_meetings(person, rows)
        client = as_person(person)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_acknowledgement_is_not_taken_over_to_another_date() -> None:
    now = timezone.now()
    user = PersonFactory.create(credits=300)
    agreed(now=now, student=user, starts_in=6 * DAY)
    agreed(now=now, student=user, starts_in=8 * DAY)
    meeting = agreed(now=now, student=user)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, now=now, starts_at=now + 6 * DAY)
    client = as_person(user)
    form = form_of(client, f"/meetings/{meeting.pk}/confirm-alternative/")
    act(meeting, Action.CANCEL_ALTERNATIVE, BY_EXPERT, now=now)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, now=now, starts_at=now + 8 * DAY)
    answer = send(client, meeting, Action.CONFIRM_ALTERNATIVE, form, overlap="on")
    assert answer.status_code == 409
    assert not answer.context["form"]["overlap"].value()


def test_answers_are_shown_once_they_decided_and_not_before() -> None:
    now = timezone.now()
    meeting = agreed(now=now - 9 * DAY)
    act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=Progress.OTHERS_FAULT)
    client = as_person(meeting.student)
    words = "Meeting didn&#x27;t take place because of the other party"
    with time_machine.travel(after_end(meeting), tick=False):
        client = as_person(meeting.student)
        assert words not in client.get(meeting.get_absolute_url()).content.decode()
        act(meeting, Action.RECORD, BY_USER, now=after_end(meeting), progress=Progress.MY_FAULT)
        assert words in client.get(meeting.get_absolute_url()).content.decode()
