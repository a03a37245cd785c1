"""What a date means, said before it is sent: with a script while typing, by "Check first" without."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Service
from meetings.models import Meeting, Terms
from meetings.vocabulary import Action
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import DAY, HOUR, agreed, suggest
from tests.meetings.snapshot import everything
from tests.pages import as_person, form_of

pytestmark = pytest.mark.django_db

NOW = datetime.fromisoformat("2026-10-20T08:00:00+00:00")
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def service() -> Service:
    return ServiceFactory.create(
        price=30, minutes=60, expert=ExpertFactory.create(user__time_zone="America/New_York")
    )


def offer(service: Service) -> str:
    return f"{service.pk}-{service.minutes}-{service.price}"


def ask(client: Client, address: str, **typed: Any) -> str:
    answer = client.get(f"{address}preview/", typed)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_other_partys_time_stands_beside_mine_with_the_clock_change_between(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=100))
    page = ask(
        client,
        f"/experts/{service.expert_id}/suggest/",
        date="2026-10-28",
        time="15:00",
        service=offer(service),
    )
    assert "Wed 28.10.2026 15:00 (Prague)" in page
    assert "Wed 28.10.2026 10:00 (New York)" in page
    assert "Wed 28.10.2026 16:00 (Prague)" in page
    assert "between these days the difference is 5 hours instead of 6 hours." in page
    assert "30 credits will be blocked; you will have 70 left." in page


@pytest.mark.parametrize(
    ("zone", "theirs"),
    [
        ("Asia/Kathmandu", "Fri 20.11.2026 13:45 (Kathmandu)"),
        ("Australia/Eucla", "Fri 20.11.2026 16:45 (Eucla)"),
        ("Pacific/Kiritimati", "Fri 20.11.2026 22:00 (Kiritimati)"),
        ("Pacific/Pago_Pago", "Thu 19.11.2026 21:00 (Pago Pago)"),
        ("Asia/Kolkata", "Fri 20.11.2026 13:30 (Kolkata)"),
    ],
)
def test_every_zone_gets_its_own_day_and_minute(zone: str, theirs: str) -> None:
    service = ServiceFactory.create(expert=ExpertFactory.create(user__time_zone=zone))
    client = as_person(PersonFactory.create())
    page = ask(client, f"/experts/{service.expert_id}/suggest/", date="2026-11-20", time="09:00")
    assert theirs in page
    assert ("at night" in page) == (zone == "Pacific/Kiritimati")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"date": "2027-03-28", "time": "02:30"}, "This time does not exist: on 28.03.2027"),
        ({"date": "2026-10-25", "time": "02:30"}, "this time comes twice. Please choose which you mean."),
        ({"date": "2026-10-01", "time": "10:00"}, "This time has passed."),
        ({"date": "2026-10-32", "time": "10:00"}, "Enter a valid date."),
        ({}, "When date and time are filled in"),
    ],
)
def test_problems_are_said_early_but_empty_fields_are_none(
    service: Service, typed: dict[str, str], words: str
) -> None:
    client = as_person(PersonFactory.create())
    page = ask(client, f"/experts/{service.expert_id}/suggest/", **typed)
    assert words in page
    assert "This field is required" not in page


def test_of_two_times_of_the_same_name_the_chosen_one_counts(service: Service) -> None:
    client = as_person(PersonFactory.create())
    address = f"/experts/{service.expert_id}/suggest/"
    twice = {"date": "2026-10-25", "time": "02:30"}
    assert "Sat 24.10.2026 20:30 (New York)" in ask(client, address, **twice, which="0")
    assert "Sat 24.10.2026 21:30 (New York)" in ask(client, address, **twice, which="1")


def test_which_of_two_equal_times_is_asked_only_where_there_are_two(service: Service) -> None:
    client = as_person(PersonFactory.create())
    address = f"/experts/{service.expert_id}/suggest/"
    page = ask(client, address, date="2026-10-25", time="02:30")
    assert "02:30 for the second time, after the clocks went back (UTC+01:00)" in page
    assert page.count("this time comes twice") == 1
    assert 'name="which"' not in ask(client, address, date="2026-10-25", time="03:00", which="1")


def test_what_is_missing_is_said_before_sending(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=10))
    page = ask(client, f"/experts/{service.expert_id}/suggest/", service=offer(service))
    assert "The price is 30 credits; you are missing 20 credits." in page


def test_my_overlap_is_hinted_at_and_the_others_is_not(service: Service) -> None:
    user, busy = PersonFactory.create(credits=100), PersonFactory.create(credits=100)
    start = datetime.fromisoformat("2026-11-20T10:00:00+01:00")
    agreed(now=NOW, student=busy, service=service, starts_in=start - NOW)
    typed = {"date": "2026-11-20", "time": "10:30", "service": offer(service)}
    address = f"/experts/{service.expert_id}/suggest/"
    assert "another agreed meeting" not in ask(as_person(user), address, **typed)
    assert "You have another agreed meeting at this time: Fri 20.11.2026 10:00 (Prague)." in ask(
        as_person(busy), address, **typed
    )
    touching = {**typed, "time": "11:00"}
    assert "another agreed meeting" not in ask(as_person(busy), address, **touching)


def test_the_expert_sees_what_they_are_paid_by_the_terms_of_today() -> None:
    meeting = agreed(now=NOW)
    Terms.objects.create(share_percent=25)
    page = ask(as_person(meeting.expert), f"/meetings/{meeting.pk}/suggest/", minutes="60", price="40")
    assert "The price is 40 credits. For holding the meeting you are paid 30 credits." in page


def test_a_new_date_for_a_meeting_does_not_overlap_itself() -> None:
    meeting = agreed(now=NOW, student=PersonFactory.create(credits=100), starts_in=5 * DAY)
    other = agreed(now=NOW, student=meeting.student, starts_in=6 * DAY, price=0)
    client = as_person(meeting.student)
    local = timezone.localtime(meeting.starts_at + HOUR / 2, PRAGUE)
    page = ask(client, f"/meetings/{meeting.pk}/reschedule/", date=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")
    assert f"({meeting.expert.time_zone.rpartition('/')[2]})" in page
    assert "another agreed meeting" not in page
    local = timezone.localtime(other.starts_at + HOUR / 2, PRAGUE)
    page = ask(client, f"/meetings/{meeting.pk}/reschedule/", date=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")
    assert "You have another agreed meeting at this time" in page


def test_looking_writes_nothing_and_asks_no_more_the_more_there_is(service: Service) -> None:
    counts = []
    for number in (1, 30):
        user = PersonFactory.create(credits=100)
        for n in range(number):
            agreed(now=NOW, student=user, price=0, starts_in=30 * DAY + timedelta(minutes=n))
        client = as_person(user)
        typed = {"date": "2026-11-19", "time": "09:30", "service": offer(service)}
        before = everything()
        with CaptureQueriesContext(connection) as queries:
            assert "another agreed" in ask(client, f"/experts/{service.expert_id}/suggest/", **typed)
        assert everything() == before
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_previews_of_others_meetings_and_hidden_experts_do_not_exist(service: Service) -> None:
    meeting = agreed(now=NOW)
    unlisted = ServiceFactory.create(expert=ExpertFactory.create(is_approved=False))
    stranger = as_person(PersonFactory.create())
    addresses = [
        f"/meetings/{meeting.pk}/suggest/preview/",
        f"/meetings/{meeting.pk}/reschedule/preview/",
        f"/meetings/{meeting.pk}/no-such-action/preview/",
        f"/experts/{unlisted.expert_id}/suggest/preview/",
    ]
    assert [stranger.get(address).status_code for address in addresses] == [404] * 4
    assert as_person(meeting.student).get(addresses[0]).status_code == 404
    assert as_person(meeting.student).get(f"/meetings/{meeting.pk}/cancel/preview/").status_code == 404
    assert Client().get(addresses[1]).status_code == 404
    assert Client().get(f"/experts/{service.expert_id}/suggest/preview/").status_code == 302


def test_asking_too_often_is_refused_by_a_page(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meetings.views.checking.AT_MOST_PER_MINUTE", 2)
    client = as_person(PersonFactory.create())
    address = f"/experts/{service.expert_id}/suggest/preview/"
    answers = [client.get(address) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Please wait a few minutes" in answers[2].content.decode()


def test_check_first_shows_what_it_means_and_sends_nothing(service: Service) -> None:
    user = PersonFactory.create(credits=100)
    client = as_person(user)
    address = f"/experts/{service.expert_id}/suggest/"
    form = client.get(address).context["form"]
    typed = {
        "key": form["key"].value(),
        "service": offer(service),
        "skill": service.expert.skills.get().pk,
        "date": "2026-10-28",
        "time": "15:00",
        "note": "How?",
    }
    before = everything()
    checked = client.post(address, typed | {"check": "yes"})
    assert everything() == before
    page = checked.content.decode()
    assert "Wed 28.10.2026 10:00 (New York)" in page
    assert "you will have 70 left" in page
    assert "How?" in page
    assert client.post(address, typed).url == Meeting.objects.get().get_absolute_url()


def test_check_first_works_for_new_dates_too() -> None:
    meeting = agreed(now=NOW)
    client = as_person(meeting.expert)
    address = f"/meetings/{meeting.pk}/reschedule/"
    typed = form_of(client, address) | {"date": "2026-11-20", "time": "10:00", "check": "yes"}
    page = client.post(address, typed).content.decode()
    assert "Fri 20.11.2026 10:00 (Prague)" in page
    meeting.refresh_from_db()
    assert meeting.alternative_starts_at is None


def test_a_refusal_shows_the_others_time_too(service: Service) -> None:
    client = as_person(PersonFactory.create(credits=1))
    address = f"/experts/{service.expert_id}/suggest/"
    typed = {
        "key": client.get(address).context["form"]["key"].value(),
        "service": offer(service),
        "skill": service.expert.skills.get().pk,
        "date": "2026-11-20",
        "time": "15:00",
    }
    page = client.post(address, typed).content.decode()
    assert "You need 29 more credits" in page
    assert "Fri 20.11.2026 09:00 (New York)" in page


def test_without_scripts_each_service_is_listed_with_its_terms_and_the_form_wins() -> None:
    meeting = agreed(now=NOW)
    ServiceFactory.create(expert=meeting.service.expert, price=50, minutes=90)
    page = as_person(meeting.expert).get(f"/meetings/{meeting.pk}/suggest/").content.decode()
    assert "Expert Advice, 60 minutes, 30 credits" in page
    assert 'data-minutes="90" data-price="50"' in page


def test_actions_without_a_date_have_no_preview() -> None:
    meeting = suggest(now=NOW)
    page = as_person(meeting.expert).get(f"/meetings/{meeting.pk}/{Action.CONFIRM}/").content.decode()
    assert "data-preview" not in page
    assert "Check first" not in page
