"""Movements as pages and as a file, and the chart: right, quick, and one's own."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.times.formats import as_user
from credits import ledger
from credits.chart import DAYS, chart
from credits.models import Movement
from credits.statement import CHUNK, safe
from meetings.vocabulary import Status
from tests.factories import PersonFactory
from tests.meetings.scenarios import agreed, make_meeting
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def body(client: Client, query: str = "") -> str:
    return b"".join(client.get(f"/credits/movements.csv{query}").streaming_content).decode()


def rows(client: Client, query: str = "") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(client, query).removeprefix("\ufeff"), newline="")))


def grant(person: User, amount: int, key: str, *, at: datetime | None = None, reason: str = "Gift") -> None:
    ledger.grant(person, amount, reason=reason, made_by=None, key=key, now=at or timezone.now())


def test_the_file_has_every_movement_with_dates_on_my_clock() -> None:
    person = PersonFactory.create(time_zone="Asia/Kathmandu")
    grant(person, 7, "test:a", at=datetime.fromisoformat("2026-11-22T20:30:00+00:00"))
    answer = as_person(person).get("/credits/movements.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="expertim-movements.csv"'
    assert b"".join(answer.streaming_content) == (
        b"\xef\xbb\xbfDate,Movement,For,With,Reason,Amount,Balance after\r\n"
        b"2026-11-23T02:15:00+05:45,Credits granted,,,Gift,7,7\r\n"
    )


def test_the_file_names_meeting_and_counterparty() -> None:
    meeting = make_meeting(Status.HELD, now=timezone.now())
    _head, charge, _grant = rows(as_person(meeting.student))
    assert charge[1:] == [
        "Deduction of credits for services",
        f"Meeting {meeting.pk}",
        meeting.expert.name,
        "",
        "-30",
        "70",
    ]


def test_the_file_holds_what_is_filtered_and_only_mine() -> None:
    meeting = make_meeting(Status.HELD, now=timezone.now())
    client = as_person(meeting.student)
    assert [row[1] for row in rows(client, "?kind=grant")[1:]] == ["Credits granted"]
    assert [row[1] for row in rows(client, f"?reference={meeting.reference}")[1:]] == [
        "Deduction of credits for services"
    ]
    assert rows(as_person(PersonFactory.create()), f"?reference={meeting.reference}")[1:] == []


def test_the_page_links_to_the_file_with_the_same_filter() -> None:
    page = (
        as_person(PersonFactory.create(credits=5)).get("/credits/?kind=grant&days=30&page=1").content.decode()
    )
    assert 'href="/credits/movements.csv?kind=grant&amp;days=30" download' in page


def test_quotes_commas_and_lines_survive() -> None:
    person = PersonFactory.create()
    grant(person, 1, "test:a", reason='Say "hi",\nthen go')
    assert rows(as_person(person))[1][4] == 'Say "hi",\nthen go'


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_a_formula(reason: str) -> None:
    person = PersonFactory.create()
    grant(person, 1, "test:a", reason=reason)
    assert rows(as_person(person))[1][4] == f"'{reason}"
    assert safe("Petr - Novák") == "Petr - Novák"


def test_a_visitor_signs_in_first() -> None:
    assert Client().get("/credits/movements.csv").status_code == 302


def many(person: User, count: int) -> None:
    """Book this many grants of one credit, as the books hold them."""
    start = timezone.now() - timedelta(days=10)
    for number in range(count):
        grant(person, 1, f"test:{person.pk}:{number}", at=start + timedelta(minutes=number))


@pytest.mark.parametrize("address", ["/credits/", "/credits/?kind=grant&days=30", "/credits/movements.csv"])
def test_thirty_rows_ask_as_often_as_one(address: str) -> None:
    counts = []
    for number in (1, 30):
        person = PersonFactory.create()
        many(person, number)
        agreed(now=timezone.now(), student=person, price=1)
        client = as_person(person)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            if answer.streaming:
                assert b"".join(answer.streaming_content)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_file_comes_in_parts_in_the_zone_of_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CHUNK >= 100
    monkeypatch.setattr("credits.statement.CHUNK", 2)
    person = PersonFactory.create(time_zone="Asia/Kathmandu")
    many(person, 5)
    before = timezone.get_current_timezone_name()
    parts = iter(as_person(person).get("/credits/movements.csv").streaming_content)
    sizes = []
    for part in parts:
        assert timezone.get_current_timezone_name() == before
        sizes.append(part.decode().count("+05:45"))
    assert sizes == [0, 2, 2, 1]


def test_pages_follow_each_other_without_gaps() -> None:
    person = PersonFactory.create()
    many(person, 32)
    client = as_person(person)
    balances = [m.owned_after for n in (1, 2) for m in client.get(f"/credits/?page={n}").context["page"]]
    assert balances == list(range(32, 0, -1))


@pytest.mark.parametrize("what", ["count", "numbers", "rows", "file"])
def test_the_books_of_others_are_not_read_through(what: str) -> None:
    person = PersonFactory.create(credits=5)
    movements = Movement.objects.filter(owner=person)
    queries = {
        "count": movements.order_by().values("owner"),
        "numbers": movements.values_list("posting_id")[:30],
        "rows": movements.filter(posting_id__in=[1, 2]).select_related("posting", "counterparty"),
        "file": movements.select_related("posting", "counterparty"),
    }
    assert "Seq Scan on credits_transfer" not in plan(queries[what])


def plan(queryset: Any) -> str:
    """Return how the query would be answered, were every index worth its while."""
    statement, values = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@time_machine.travel("2026-11-22T12:00:00+00:00", tick=False)
def test_the_chart_shows_what_was_owned_at_the_end_of_each_day() -> None:
    person, now = PersonFactory.create(), timezone.now()
    grant(person, 10, "test:long-ago", at=now - timedelta(days=200))
    grant(person, 20, "test:at-night", at=datetime.fromisoformat("2026-11-08T23:30:00+00:00"))
    ledger.payout(person, 5, reason="Bank", made_by=None, key="test:out", now=now)
    with as_user(person):
        drawn = chart(person, 25, now)
    owned = {point.day.isoformat(): point.owned for point in drawn.points}
    assert len(drawn.points) == DAYS + 1
    assert (owned["2026-08-30"], owned["2026-11-08"], owned["2026-11-09"]) == (10, 10, 30)
    assert (owned["2026-11-21"], owned["2026-11-22"]) == (30, 25)
    assert (drawn.lowest, drawn.highest, drawn.weeks[-1].owned, len(drawn.weeks)) == (10, 30, 25, 13)
    assert [(p.x, p.y) for p in (drawn.points[0], drawn.points[-1])] == [(0, 107), (600, 27)]


def test_the_chart_has_words_and_numbers_for_those_who_do_not_see_it() -> None:
    page = as_person(PersonFactory.create(credits=30)).get("/credits/").content.decode()
    assert "Credits owned over the last 12 weeks: 0 at the beginning, 30 now, at least 0, at most 30." in page
    assert page.count('class="number owned"') == 13
    assert " style=" not in page


def test_an_account_without_movements_has_a_flat_line() -> None:
    page = as_person(PersonFactory.create()).get("/credits/")
    assert page.context["chart"].highest == 0
    assert "Nothing has moved here yet." in page.content.decode()


def test_what_fits_no_filter_leads_back_to_everything() -> None:
    page = as_person(PersonFactory.create(credits=5)).get("/credits/?kind=payout").content.decode()
    assert "No movement fits what you chose." in page
