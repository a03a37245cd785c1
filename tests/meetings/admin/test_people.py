"""Blocking and unblocking people in the admin."""

from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.action import ActionRefused
from meetings.admin import blocking
from meetings.models import Meeting
from meetings.vocabulary import Status
from tests.factories import PersonFactory
from tests.meetings.scenarios import agreed, make_meeting

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_user_changelist"


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def meeting() -> Meeting:
    return agreed(now=timezone.now())


def page(what: str, *people: User) -> str:
    return reverse(f"admin:accounts_user_{what}") + "?people=" + ",".join(str(person.pk) for person in people)


def form(reason: str = "Spam") -> dict[str, str]:
    return {"reason": reason, "key": str(uuid4())}


def test_the_page_shows_which_meetings_will_be_cancelled(site: Client, meeting: Meeting) -> None:
    other = make_meeting(Status.AGREED, now=timezone.now())
    shown = site.get(page("block", meeting.student)).text
    assert f"{meeting}: {meeting.student.name} and {meeting.expert.name}" in shown
    assert "Agreed, Blocked." in shown
    assert f"{other}:" not in shown
    assert meeting.student.is_active


def test_blocking_wants_a_reason(site: Client, meeting: Meeting) -> None:
    answer = site.post(page("block", meeting.student), form(""))
    assert "This field is required." in answer.text
    assert User.objects.get(pk=meeting.student_id).is_active


def test_blocking_cancels_signs_out_and_is_written_into_the_history(site: Client, meeting: Meeting) -> None:
    theirs = Client()
    theirs.force_login(meeting.student)
    answer = site.post(page("block", meeting.student), form("Spam"), follow=True)
    assert f"Blocked: {meeting.student.name}. Meetings cancelled: {meeting.pk}." in answer.text
    meeting.refresh_from_db()
    assert meeting.status == Status.CANCELLED
    assert theirs.get(reverse("meetings:dashboard")).status_code == 302
    assert LogEntry.objects.get().change_message.endswith("Spam")


def test_several_people_are_blocked_from_the_list_and_unblocked_again(site: Client) -> None:
    people = [PersonFactory.create(), PersonFactory.create()]
    for what, active in (("block", False), ("unblock", True)):
        chosen = {"action": what, "_selected_action": [person.pk for person in people]}
        answer = site.post(reverse(LIST), chosen)
        assert answer.status_code == 302
        assert set(User.objects.filter(pk__in=[p.pk for p in people]).values_list("is_active")) == {
            (not active,)
        }
        site.post(answer.url, form())
        assert set(User.objects.filter(pk__in=[p.pk for p in people]).values_list("is_active")) == {(active,)}


def test_nobody_blocks_themselves(site: Client, operator: User) -> None:
    assert site.get(page("block", operator)).status_code == 403
    assert site.post(page("block", operator), form()).status_code == 403
    assert User.objects.get(pk=operator.pk).is_active


@pytest.mark.parametrize("numbers", ["", "x", "999999999", "1;DROP", "٣"])
def test_strange_addresses_are_refused(numbers: str, site: Client) -> None:
    address = reverse("admin:accounts_user_block")
    assert site.get(address, {"people": numbers}).status_code == 403


def test_the_page_of_a_person_offers_what_fits(site: Client, meeting: Meeting) -> None:
    person = meeting.student
    change = reverse("admin:accounts_user_change", args=[person.pk])
    assert page("block", person) in site.get(change).text
    site.post(page("block", person), form())
    shown = site.get(change).text
    assert page("unblock", person) in shown
    assert page("block", person) not in shown


def test_people_are_found_by_name_and_address(site: Client, meeting: Meeting) -> None:
    for search in (meeting.student.last_name, meeting.student.email):
        shown = site.get(reverse(LIST), {"q": search}).text
        assert meeting.student.email in shown
        assert meeting.expert.email not in shown


def test_nobody_blocks_the_other_party_of_an_open_meeting_of_their_own(site: Client, operator: User) -> None:
    meeting = agreed(now=timezone.now(), student=PersonFactory.create(credits=100))
    Meeting.objects.filter(pk=meeting.pk).update(student=operator)
    answer = site.post(page("block", meeting.expert), form(), follow=True)
    assert "so another operator has to block this account" in answer.text
    assert User.objects.get(pk=meeting.expert_id).is_active
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AGREED
    with pytest.raises(ActionRefused):
        blocking.block_person(meeting.expert, operator=operator, reason="x", now=timezone.now())


def test_a_form_that_comes_twice_is_logged_once(site: Client, meeting: Meeting) -> None:
    typed = form()
    for _time in range(2):
        site.post(page("block", meeting.expert), typed)
    assert LogEntry.objects.filter(object_id=str(meeting.expert_id)).count() == 1
    other = site.post(page("block", meeting.expert), typed | {"reason": "Another"})
    assert other.status_code == 409
    assert "was sent before with other contents" in other.text
    assert LogEntry.objects.filter(object_id=str(meeting.expert_id)).count() == 1
