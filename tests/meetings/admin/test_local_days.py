"""Days and weeks by the reader's clock, cut in Python: Postgres, whose rules may be others, is not asked.

That no statement asks it is looked at while every test runs (`tests.statements`); here the pages that count
days are walked by somebody in Casablanca, with every filter that they offer.
"""

import re
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.times.formats import as_user
from credits import ledger
from credits.chart import chart
from credits.models import Movement
from meetings.admin.weekly_figures import last_weeks
from meetings.models import Meeting
from tests import statements
from tests.factories import ExpertFactory, ServiceFactory
from tests.meetings.scenarios import BY_EXPERT, DAY, agreed, suggest, with_alternative

pytestmark = pytest.mark.django_db

CASABLANCA = "Africa/Casablanca"
# Always UTC by the newest rules; UTC+1 but in Ramadan by those before.
LATE_ON_SUNDAY = datetime.fromisoformat("2026-10-04T23:30:00+00:00")
NEXT_SATURDAY = datetime.fromisoformat("2026-10-10T12:00:00+00:00")
FILTER = re.compile(r'href="(\?[^"]+)"')
PAGES = [
    "meetings:dashboard", "meetings:list", "meetings:experts", "meetings:own_data", "credits:account",
    "credits:movements_csv", "notifications:list", "accounts:profile", "admin:index",
]  # fmt: skip


@pytest.fixture
def omar() -> User:
    """An operator in Casablanca who learns and teaches."""
    how = {"user__time_zone": CASABLANCA, "user__is_staff": True, "user__is_superuser": True}
    return ExpertFactory.create(user__credits=100, **how).user


def lists() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


def test_a_suggestion_late_on_sunday_is_counted_in_that_week(omar: User) -> None:
    suggest(now=LATE_ON_SUNDAY)
    with as_user(omar):
        weeks = last_weeks(NEXT_SATURDAY)
    assert [(week.monday, week.numbers.get("suggested", 0)) for week in weeks[-2:]] == [
        (date(2026, 9, 28), 1),
        (date(2026, 10, 5), 0),
    ]


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Havana", "America/Vancouver", "Asia/Beirut"])
def test_every_hour_of_eight_weeks_is_counted_in_the_week_of_the_calendar(zone: str) -> None:
    """Around the ends of the weeks, hour by hour, as Python's own calendar has them."""
    now = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    hours = [
        monday + timedelta(hours=hour)
        for monday in (datetime.fromisoformat("2026-10-05T00:00:00+00:00") + n * 7 * DAY for n in range(7))
        for hour in range(-14, 14)
    ]
    User.objects.bulk_create(
        User(email=f"{number}@example.com", date_joined=hour) for number, hour in enumerate(hours)
    )
    with timezone.override(ZoneInfo(zone)):
        counted = {week.monday: week.numbers.get("new_people", 0) for week in last_weeks(now)}
        days = [timezone.localtime(hour).date() for hour in hours]
    mondays = [day - timedelta(days=day.weekday()) for day in days]
    assert counted == {monday: mondays.count(monday) for monday in counted}
    assert sum(counted.values()) == len(hours)


@time_machine.travel(NEXT_SATURDAY, tick=False)
def test_the_chart_ends_its_days_at_the_readers_midnight(omar: User) -> None:
    for number, at in enumerate((LATE_ON_SUNDAY, LATE_ON_SUNDAY + timedelta(hours=1))):
        how = {"reason": "test", "made_by": None, "key": f"test:{number}", "now": at}
        ledger.grant(omar, 10**number, **how)
    now = timezone.now()
    with as_user(omar):
        # What the person has from the fixture came now, and is not of these days.
        drawn = chart(omar, ledger.balance(omar).owned, now)
    owned = {point.day: point.owned for point in drawn.points}
    assert [owned[date(2026, 10, day)] for day in (3, 4, 5)] == [0, 1, 11]


def test_the_weeks_and_the_chart_fetch_what_is_shown_and_no_rows(omar: User) -> None:
    """Grouped where the rows are: as many queries and rows for thirty meetings as for one."""
    for number in range(30):
        suggest(now=timezone.now() - number * timedelta(minutes=1))
    with (
        as_user(omar),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        last_weeks(timezone.now())
    assert len(asked) == 6
    assert all("GROUP BY" in one["sql"] for one in asked)
    with as_user(omar), CaptureQueriesContext(connection) as asked:
        chart(omar, 100, timezone.now())
    assert [("GROUP BY" in one["sql"]) for one in asked] == [True]
    assert Movement.objects.exists()


def test_no_page_of_somebody_in_casablanca_asks_postgres_about_local_time(omar: User, client: Client) -> None:
    live(omar)
    client.force_login(omar)
    with statements.expected() as found, CaptureQueriesContext(connection) as asked:
        opened = [walk(client, page) for page in [*map(reverse, PAGES), *lists()]]
    assert found == []
    assert sum(opened) > len(opened) + 40  # filters
    assert not [one["sql"] for one in asked if "AT TIME ZONE" in one["sql"].upper()]


def walk(client: Client, page: str) -> int:
    """Open a page, then with each filter that it links to; return how many were opened."""
    first = client.get(page)
    assert first.status_code == 200, page
    ways = {unescape(way) for way in FILTER.findall(b"".join(first).decode())}
    for way in sorted(ways):
        assert client.get(page + way).status_code in (200, 302), page + way
    return 1 + len(ways)


@pytest.mark.parametrize("part", ["date", "year", "month", "week", "day", "hour", "year__gte"])
def test_no_address_filters_by_local_parts(omar: User, client: Client, part: str) -> None:
    client.force_login(omar)
    postings = reverse("admin:credits_posting_changelist")
    assert client.get(postings, {"made_at__gte": "2026-01-01T00:00:00+00:00"}).status_code == 200
    assert client.get(postings, {f"made_at__{part}": "2026"}).status_code == 400


def live(omar: User) -> Meeting:
    """Leave something on each page."""
    now, own = timezone.now(), ServiceFactory.create(expert=omar.expert, price=30)
    suggest(now=now, service=own)
    agreed(now=now, student=omar, starts_in=2 * DAY)
    return with_alternative(BY_EXPERT, now=now, service=own, starts_in=4 * DAY)
