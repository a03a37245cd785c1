"""Help says what the code does: each figure comes from where the code takes it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from meetings.lifecycle.checks import start_problem
from meetings.models import Meeting, Terms
from meetings.models.reminder import ReminderKind
from meetings.video.attendance import may_return
from meetings.views.rule_figures import figures
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_USER, NOW, agreed, join
from tests.pages import as_person

pytestmark = pytest.mark.django_db

PAGES = ["/help/", "/help/users/", "/help/experts/"]


def words(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


@pytest.mark.parametrize("address", PAGES)
def test_everyone_can_read_it_and_finds_it_from_the_footer(address: str) -> None:
    page = Client().get(address).content.decode()
    assert '<a href="/help/">Help</a>' in page
    assert 'href="/admin/"' not in page
    assert as_person(PersonFactory.create()).get(address).status_code == 200


def test_operators_find_their_part() -> None:
    staff = as_person(PersonFactory.create(is_staff=True))
    assert "I operate this site" in words("/help/", staff)
    assert "I operate this site" not in words("/help/", as_person(PersonFactory.create()))


def test_the_terms_of_today_are_told() -> None:
    assert "Free until 48 hours before the start. Later 50 % of the price are deducted" in words(
        "/help/users/"
    )
    Terms.objects.create(late_hours=36, late_percent=40, share_percent=10, bonus=7)
    users, experts = words("/help/users/"), words("/help/experts/")
    assert "Free until 36 hours before the start. Later 40 % of the price are deducted" in users
    assert "of 30 credits 12 are charged and 18 released" in users
    assert "earns a bonus of 7 credits" in users
    assert "The platform keeps 10 % of what is charged: of 30 credits you are paid 27, 3 stay" in experts
    assert "until 36 hours before the start. Later 40 %" in words("/help/")


def test_no_bonus_is_promised_where_there_is_none() -> None:
    Terms.objects.create(bonus=0)
    assert "bonus" not in words("/help/users/")


@pytest.mark.parametrize(
    ("name", "length", "page", "told"),
    [
        ("SILENCE", timedelta(hours=99), "/help/", "You have 99 hours from its end"),
        ("SILENCE", timedelta(hours=99), "/help/users/", "within 99 hours from the end"),
        ("SILENCE", timedelta(hours=99), "/help/experts/", "You have 99 hours from the end"),
        ("JOIN_BEFORE", timedelta(minutes=7), "/help/", "From 7 minutes before the start"),
        ("JOIN_BEFORE", timedelta(minutes=7), "/help/users/", "You can join from 7 minutes before"),
        ("JOIN_BEFORE", timedelta(minutes=7), "/help/experts/", "The door opens 7 minutes before"),
        ("REJOIN_AFTER", timedelta(minutes=77), "/help/", "can come back for 77 more minutes"),
        ("DAY_BEFORE", timedelta(hours=23), "/help/users/", "You are reminded 23 hours before"),
        ("HOUR_BEFORE", timedelta(minutes=55), "/help/users/", "your personal link 55 minutes before"),
        ("FURTHEST_AHEAD", timedelta(days=99), "/help/", "Up to 99 days."),
    ],
)
def test_limits_are_told_as_the_code_has_them(
    name: str, length: timedelta, page: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told not in words(page)
    monkeypatch.setattr(f"meetings.views.rule_figures.{name}", length)
    assert told in words(page)


def test_the_figures_are_those_that_the_code_goes_by() -> None:
    n, meeting = figures(), agreed()
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    starts, ends = meeting.starts_at, meeting.ends_at
    assert meeting.joinable_from == starts - n["join_minutes"] * minute
    assert meeting.free_until == starts - n["late_hours"] * hour
    assert meeting.closes_by_silence_at == ends + n["silence_hours"] * hour
    due = dict(meeting.reminders.values_list("kind", "due_at"))
    assert due[ReminderKind.DAY_BEFORE] == starts - n["reminder_hours"] * hour
    assert due[ReminderKind.LINK] == starts - n["link_minutes"] * minute
    latest = NOW + n["furthest_days"] * timedelta(days=1)
    assert [bool(start_problem(latest + more * minute, NOW)) for more in (0, 1)] == [False, True]
    join(meeting, BY_USER)
    over = ends + n["return_minutes"] * minute
    fresh = Meeting.objects.get(pk=meeting.pk)
    assert [may_return(fresh, BY_USER, over - less * minute) for less in (1, 0)] == [True, False]


def test_no_figure_is_typed_into_the_texts() -> None:
    folder = Path(settings.BASE_DIR) / "templates" / "meetings"
    for template in folder.glob("help*.html"):
        text = re.sub(
            r"{{.*?}}|</?h\d[^>]*>|{% (?:load|url|extends|include)[^%]*%}", "", template.read_text()
        )
        assert re.findall(r"\d+", text) == [], template.name


def test_every_figure_is_told_somewhere() -> None:
    folder = Path(settings.BASE_DIR) / "templates" / "meetings"
    texts = "".join(template.read_text() for template in folder.glob("help*.html"))
    assert [name for name in figures() if f"n.{name}" not in texts] == []
