"""The two forms that suggest a meeting."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Service, User
from credits import ledger
from meetings.models import Meeting
from meetings.vocabulary import Role, Status
from tests.database import rows_in_every_table
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import DAY, agreed, suggest
from tests.pages import as_person

pytestmark = pytest.mark.django_db

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def service() -> Service:
    return ServiceFactory.create(price=30, minutes=60)


def fill_in(client: Client, service: Service, **typed: Any) -> dict[str, Any]:
    """Open the user's form and fill it in: in five days at ten, unless told otherwise."""
    form = client.get(f"/experts/{service.expert_id}/suggest/").context["form"]
    day = timezone.localtime(timezone.now() + 5 * DAY, PRAGUE).date()
    return {
        "key": form["key"].value(),
        "service": f"{service.pk}-{service.minutes}-{service.price}",
        "skill": service.expert.skills.get().pk,
        "date": day.isoformat(),
        "time": "10:00",
        "note": "How do I value a start-up?",
        **typed,
    }


def send(client: Client, service: Service, form: dict[str, Any]) -> Any:
    return client.post(f"/experts/{service.expert_id}/suggest/", form)


def test_a_user_suggests_on_their_own_clock(service: Service) -> None:
    user = PersonFactory.create(credits=100)
    client = as_person(user)
    form = fill_in(client, service)
    answer = send(client, service, form)
    meeting = Meeting.objects.get()
    assert answer.url == meeting.get_absolute_url()
    local = timezone.localtime(meeting.starts_at, PRAGUE)
    assert (local.date().isoformat(), local.hour, local.minute) == (form["date"], 10, 0)
    assert (meeting.price, meeting.minutes, meeting.note) == (30, 60, "How do I value a start-up?")


def test_a_double_click_suggests_once(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=100))
    form = fill_in(client, service)
    first = send(client, service, form)
    before = rows_in_every_table()
    second = send(client, service, form)
    assert first.url == second.url
    assert rows_in_every_table() == before


def test_missing_credits_are_counted_and_nothing_typed_is_lost(service: Service) -> None:
    user = PersonFactory.create(credits=10)
    client = as_person(user)
    page = send(client, service, fill_in(client, service)).content.decode()
    assert "You need 20 more credits for this." in page
    assert "How do I value a start-up?" in page
    assert not Meeting.objects.exists()


def test_a_price_that_changed_since_the_page_was_shown_is_not_taken(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=100))
    form = fill_in(client, service)
    Service.objects.update(price=40)
    page = send(client, service, form).content.decode()
    assert "The expert has changed this offer." in page
    assert "40 credits" in page
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"date": "2020-01-01"}, "This time has passed."),
        ({"date": "2999-01-01"}, "This is more than two years away."),
        ({"date": "9999-12-31", "time": "23:59"}, "This is more than two years away."),
        ({"date": "0001-01-01", "time": "00:00"}, "This time has passed."),
        ({"date": "2026-02-30"}, "Enter a valid date."),
        ({"time": "25:00"}, "Enter a valid time."),
        ({"date": ""}, "This field is required."),
    ],
)
def test_a_date_that_cannot_be_is_explained(service: Service, typed: dict[str, str], words: str) -> None:
    client = as_person(PersonFactory.create(credits=100))
    page = send(client, service, fill_in(client, service, **typed)).content.decode()
    assert words in page
    assert "How do I value a start-up?" in page
    assert not Meeting.objects.exists()


@time_machine.travel("2027-03-20T12:00:00+00:00", tick=False)
def test_a_time_that_the_clock_change_skips_is_refused(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=100))
    page = send(client, service, fill_in(client, service, date="2027-03-28", time="02:30")).content.decode()
    assert (
        "This time does not exist: on 28.03.2027 the clocks in Prague go forward from 02:00 to 03:00." in page
    )
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(("which", "instant"), [("0", "T00:30:00+00:00"), ("1", "T01:30:00+00:00")])
@time_machine.travel("2026-10-20T12:00:00+00:00", tick=False)
def test_a_time_that_comes_twice_is_asked_about(service: Service, which: str, instant: str) -> None:
    client = as_person(PersonFactory.create(credits=100))
    form = fill_in(client, service, date="2026-10-25", time="02:30")
    page = send(client, service, form).content.decode()
    assert "this time comes twice" in page
    assert "02:30 for the first time, before the clocks go back (UTC+02:00)" in page
    assert "02:30 for the second time, after the clocks went back (UTC+01:00)" in page
    send(client, service, {**form, "which": which})
    assert Meeting.objects.get().starts_at.isoformat() == f"2026-10-25{instant}"


def test_nobody_books_themselves(service: Service) -> None:
    client = as_person(service.expert.user)
    assert client.get(f"/experts/{service.expert_id}/suggest/").url == f"/experts/{service.expert_id}/"


def test_an_unlisted_expert_cannot_be_booked() -> None:
    service = ServiceFactory.create(expert=ExpertFactory.create(is_approved=False))
    client = as_person(PersonFactory.create(credits=100))
    assert client.get(f"/experts/{service.expert_id}/suggest/").status_code == 404


def test_a_visitor_signs_in_first(service: Service) -> None:
    address = f"/experts/{service.expert_id}/suggest/"
    assert Client().get(address).url == f"/account/login/?next={address}"


def expert_form(meeting: Meeting, client: Client, **typed: Any) -> dict[str, Any]:
    form = client.get(f"/meetings/{meeting.pk}/suggest/").context["form"]
    names = ("key", "service", "skill", "minutes", "price")
    day = timezone.localtime(timezone.now() + 9 * DAY, PRAGUE).date()
    prefilled = {name: getattr(form[name].value(), "pk", form[name].value()) for name in names}
    return {**prefilled, "date": day.isoformat(), "time": "16:00", **typed}


def test_an_expert_suggests_to_a_user_they_met_with_another_length_and_price() -> None:
    meeting = agreed(now=timezone.now())
    client = as_person(meeting.expert)
    answer = client.post(
        f"/meetings/{meeting.pk}/suggest/", expert_form(meeting, client, minutes=90, price=45)
    )
    made = Meeting.objects.latest("pk")
    assert answer.url == made.get_absolute_url()
    assert (made.minutes, made.price, made.suggested_by) == (90, 45, Role.EXPERT)
    assert (made.status, made.payment) == (Status.AWAITING, "not_blocked")


@pytest.mark.parametrize(
    "typed", [{"price": -1}, {"price": "1e9"}, {"price": 10**12}, {"minutes": 0}, {"minutes": 10**6}]
)
def test_an_expert_cannot_ask_for_what_no_meeting_can_have(typed: dict[str, Any]) -> None:
    meeting = agreed(now=timezone.now())
    client = as_person(meeting.expert)
    answer = client.post(f"/meetings/{meeting.pk}/suggest/", expert_form(meeting, client, **typed))
    assert answer.status_code == 200
    assert "Please enter a whole number from" in answer.content.decode()
    assert Meeting.objects.count() == 1


def test_users_have_no_such_form() -> None:
    meeting = suggest(now=timezone.now())
    assert as_person(meeting.student).get(f"/meetings/{meeting.pk}/suggest/").status_code == 404


def test_the_form_says_what_the_user_has() -> None:
    service = ServiceFactory.create()
    user: User = PersonFactory.create(credits=77)
    page = as_person(user).get(f"/experts/{service.expert_id}/suggest/").content.decode()
    assert "You have 77 credits available." in page
    assert ledger.balance(user).available == 77


def test_an_overlap_is_hinted_at(service: Service) -> None:
    user = PersonFactory.create(credits=100)
    start = timezone.localtime(timezone.now() + 5 * DAY, PRAGUE).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    agreed(now=timezone.now(), student=user, starts_in=start + timedelta(minutes=30) - timezone.now())
    client = as_person(user)
    answer = client.post(f"/experts/{service.expert_id}/suggest/", fill_in(client, service), follow=True)
    assert "You have another agreed meeting at the same time." in answer.content.decode()


def test_a_time_typed_for_another_clock_is_asked_again(service: Service) -> None:
    user = PersonFactory.create(credits=100)
    client = as_person(user)
    form = fill_in(client, service, zone="Europe/Prague")
    User.objects.filter(pk=user.pk).update(time_zone="America/New_York")
    page = send(client, service, form).content.decode()
    assert "Your time zone has changed since this page was shown." in page
    assert 'name="zone" value="America/New_York"' in page
    assert not Meeting.objects.exists()


def test_a_refused_form_can_be_mended_and_sent_again(service: Service) -> None:
    user = PersonFactory.create(credits=10)
    client = as_person(user)
    refused = send(client, service, fill_in(client, service))
    assert "My account shows what you have." in refused.content.decode()
    ledger.grant(user, 90, reason="Purchase", made_by=None, key="test:more", now=timezone.now())
    key = refused.context["form"]["key"].value()
    assert send(client, service, {**fill_in(client, service), "key": key}).status_code == 302
