"""The operators' lists: nothing counts or sorts a whole table, and everything asked for is found."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.admin.kit import lists
from accounts.admin.kit.lists import QuickList
from accounts.models import ExpertProfile, User
from credits.models import Account, Posting, Transfer
from meetings.models import Answer, Event, Meeting, Reminder, Review, VideoRoom
from meetings.vocabulary import Action
from notifications.models import Notification
from tests.factories import ExpertFactory, ExpertiseFactory, PersonFactory
from tests.meetings.scenarios import BY_EXPERT, DAY, HOUR, act, agreed, suggest

pytestmark = pytest.mark.django_db

LONG = [
    User,
    ExpertProfile,
    Meeting,
    Event,
    Answer,
    Review,
    Reminder,
    VideoRoom,
    Notification,
    Account,
    Posting,
    Transfer,
]


@pytest.fixture
def site(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True, last_name="Operator"))
    return client


def address(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def found(site: Client, model: Any, **query: Any) -> set[Any]:
    answer = site.get(address(model), query)
    assert answer.status_code == 200, query
    return {row.pk for row in answer.context["cl"].result_list}


# --- Quick however long --------------------------------------------------------------------------------


@pytest.mark.parametrize("model", LONG)
@pytest.mark.parametrize("query", [{}, {"q": "Novák"}, {"q": "12"}])
def test_no_long_list_is_counted_to_its_end(site: Client, model: Any, query: dict[str, str]) -> None:
    assert isinstance(admin.site._registry[model], QuickList)
    with CaptureQueriesContext(connection) as asked:
        site.get(address(model), query)
    counts = [one["sql"] for one in asked if "COUNT(" in one["sql"] and model._meta.db_table in one["sql"]]
    # Where the search finds nobody, Django need not ask.
    assert counts or "q" in query
    assert [sql for sql in counts if f"LIMIT {lists.MOST_COUNTED + 1}" not in sql] == []


@pytest.mark.parametrize("model", LONG)
def test_the_order_of_each_long_list_comes_from_an_index(site: Client, model: Any) -> None:
    rows = site.get(address(model)).context["cl"].queryset[:50]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = [line.strip() for line in rows.explain().splitlines()]
    assert [line for line in plan if "Seq Scan" in line] == []
    assert [line for line in plan if "Sort  (" in line and "Incremental" not in line] == []


@pytest.mark.parametrize("model", LONG)
def test_columns_are_sorted_only_where_there_is_an_index(site: Client, model: Any) -> None:
    page = admin.site._registry[model]
    assert page.sortable_by is not None
    assert set(page.sortable_by) <= {"number", "starts_at", "date_joined"}
    assert site.get(address(model)).text.count('class="sortable') <= len(page.sortable_by)


def test_what_is_beyond_the_counted_is_said_to_be_there(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 3)
    for _person in range(2):
        PersonFactory.create()
    assert "People: 3" in site.get(address(User)).text
    PersonFactory.create()
    page = site.get(address(User)).text
    assert "More than 3; search or filter to see others." in page


# --- Searching -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["{n}", " {n} ", "#{n}", "Meeting {n}", "Treffen {n}", "Schůzka {n}"])
def test_a_meeting_is_found_by_its_number(site: Client, term: str) -> None:
    meeting, _other = suggest(now=timezone.now()), suggest(now=timezone.now())
    for model in (Meeting, VideoRoom, Event, Reminder, Posting, Transfer, Notification):
        query = term.format(n=meeting.pk)
        rows = found(site, model, q=query)
        mine = model.objects.filter(**OF_MEETING[model](meeting)).values_list("pk", flat=True)
        assert rows == set(mine), model


OF_MEETING: dict[Any, Any] = {
    Meeting: lambda m: {"pk": m.pk},
    VideoRoom: lambda m: {"meeting": m},
    Event: lambda m: {"meeting": m},
    Reminder: lambda m: {"meeting": m},
    Posting: lambda m: {"reference": m.reference},
    Transfer: lambda m: {"posting__reference": m.reference},
    Notification: lambda m: {"reference": m.reference},
}


@pytest.mark.parametrize(
    "term",
    [
        "Malíková",
        "malikova",
        "MALÍK",
        "líko",
        "Zuzana Malíková",
        "Malíková Zuzana",
        "zuz mal",
        "Zu Ma",
        "zuzana@example.org",
        "zuzana@ex",
        "ZUZANA@EXAMPLE.ORG",
    ],
)
def test_people_are_found_by_name_and_address_wherever_they_take_part(site: Client, term: str) -> None:
    expert = ExpertFactory.create(
        user__first_name="Zuzana", user__last_name="Malíková", user__email="zuzana@example.org"
    )
    PersonFactory.create(first_name="Petr", last_name="Dvořák")
    suggest(now=timezone.now())
    mine = suggest(now=timezone.now(), service=_service_of(expert))
    assert found(site, User, q=term) == {expert.pk}
    assert found(site, ExpertProfile, q=term) == {expert.pk}
    assert found(site, Meeting, q=term) == {mine.pk}
    told = Notification.objects.filter(recipient=expert.user).values_list("pk", flat=True)
    assert found(site, Notification, q=term) == set(told)


@pytest.mark.parametrize("term", ["%", "_", "%a%", "Malí%", "\\", "'", "zuzana@example.com", "xyz", "lí"])
def test_what_nobody_is_called_finds_nobody(site: Client, term: str) -> None:
    PersonFactory.create(first_name="Zuzana", last_name="Malíková", email="zuzana@example.org")
    assert found(site, User, q=term) == set()


def test_people_who_change_their_name_are_found_by_the_new_one(site: Client) -> None:
    person = PersonFactory.create(last_name="Stará")
    User.objects.filter(pk=person.pk).update(last_name="Nová")
    assert found(site, User, q="Stará") == set()
    assert found(site, User, q="Nova") == {person.pk}


def test_no_more_people_are_looked_for_than_anybody_reads_through() -> None:
    for _person in range(5):
        PersonFactory.create(first_name="Emil")
    assert len(lists.people_with("emil", 3)) == 3


def _service_of(expert: ExpertProfile) -> Any:
    return expert.services.create(kind=_kind(), minutes=60, price=0)


def _kind() -> Any:
    return suggest(now=timezone.now()).service.kind


# --- Filters -------------------------------------------------------------------------------------------


def test_meetings_are_filtered_by_what_operators_ask_for(site: Client) -> None:
    now = timezone.now()
    soon = agreed(now=now, starts_in=2 * DAY)
    free = suggest(now=now, starts_in=30 * DAY, price=0)
    past = agreed(now=now - 9 * DAY, starts_in=5 * DAY)
    late = agreed(now=now, starts_in=3 * HOUR)
    act(late, Action.CANCEL, BY_EXPERT, now=now, words="I am ill.")
    early = agreed(now=now, starts_in=20 * DAY)
    act(early, Action.CANCEL, BY_EXPERT, now=now, words="I am away.")
    every = {soon.pk, free.pk, past.pk, late.pk, early.pk}
    assert found(site, Meeting) == every
    assert found(site, Meeting, start="next") == {soon.pk, late.pk}
    assert found(site, Meeting, start="past") == {past.pk}
    assert found(site, Meeting, price="free") == {free.pk}
    assert found(site, Meeting, price="paid") == every - {free.pk}
    assert found(site, Meeting, late="expert") == {late.pk}
    assert found(site, Meeting, late="user") == set()
    for person in (soon.student, soon.expert):
        assert found(site, Meeting, person=person.pk) == {soon.pk}
    for nonsense in ({"start": "x"}, {"price": "x"}, {"late": "x"}):
        assert found(site, Meeting, **nonsense) == every


def test_today_is_the_operators_day(site: Client) -> None:
    User.objects.filter(last_name="Operator").update(time_zone="Pacific/Auckland")
    with timezone.override("Pacific/Auckland"):
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    now = midnight - 3 * DAY
    last_minute = agreed(now=now, starts_in=midnight + DAY - timedelta(minutes=1) - now)
    agreed(now=now, starts_in=midnight + DAY + timedelta(minutes=1) - now)
    first = agreed(now=now, starts_in=midnight - now)
    assert found(site, Meeting, start="today") == {last_minute.pk, first.pk}
    assert found(site, VideoRoom, start="today") == {last_minute.pk, first.pk}


def test_the_person_in_use_as_a_filter_is_named(site: Client) -> None:
    meeting = suggest(now=timezone.now())
    assert "desk-filters" in site.get(address(Meeting)).text
    assert "Person:" not in site.get(address(Meeting)).text
    page = site.get(address(Meeting), {"person": meeting.student_id}).text
    assert f"Person: <strong>{meeting.student.name}</strong>" in page


def test_people_are_filtered_by_role_and_state(site: Client) -> None:
    operator = User.objects.get(last_name="Operator")
    expert = ExpertFactory.create().user
    blocked = PersonFactory.create(is_active=False)
    deleted = PersonFactory.create(is_active=False, deleted_at=timezone.now(), first_name="", last_name="")
    PersonFactory.create()
    EmailAddress.objects.filter(user=expert).update(verified=False)
    assert found(site, User, role="expert") == {expert.pk}
    assert found(site, User, role="operator") == {operator.pk}
    assert found(site, User, state="blocked") == {blocked.pk}
    assert found(site, User, state="deleted") == {deleted.pk}
    assert found(site, User, state="unconfirmed") == {expert.pk}


def test_experts_are_filtered_by_expertise_once_each(site: Client) -> None:
    expert = ExpertFactory.create()
    expertise = expert.skills.get().expertise
    expert.skills.create(expertise=expertise, name="Another")
    other = ExpertiseFactory.create(name="Law", slug="law")
    answer = site.get(address(ExpertProfile), {"expertise": expertise.pk})
    assert [row.pk for row in answer.context["cl"].result_list] == [expert.pk]
    assert found(site, ExpertProfile, expertise=other.pk) == set()


def test_notifications_are_filtered_by_kind_in_words(site: Client) -> None:
    suggest(now=timezone.now())
    one = Notification.objects.latest("pk")
    rows = found(site, Notification, kind=one.kind)
    assert rows == set(Notification.objects.filter(kind=one.kind).values_list("pk", flat=True))
    assert f"?kind={one.kind}" in site.get(address(Notification)).text


# --- Times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Meeting, Event, Reminder, VideoRoom, Notification, User, Posting])
def test_every_time_names_its_zone(site: Client, model: Any) -> None:
    agreed(now=timezone.now())
    User.objects.filter(last_name="Operator").update(date_format="Y-m-d")
    listed = site.get(address(model))
    row = listed.context["cl"].result_list[0]
    page = site.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]))
    for answer in (listed, page):
        assert re.search(r"\b20\d\d-\d\d-\d\d \d\d:\d\d \(Prague[,)]", answer.text)
        for django_writes in ("a.m.", "p.m.", "midnight", "noon"):
            assert django_writes not in answer.text


def test_how_much_was_found_is_said_once_and_never_wrongly(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 3)
    for _person in range(5):
        PersonFactory.create()
    page = site.get(address(User), {"q": "Novák"}).text
    assert "More than 3" in page
    assert "3 results" not in page
    assert "Show all" in page
    assert "Show all" not in site.get(address(User)).text
