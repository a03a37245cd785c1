"""The rules that `tests.statements` keeps while every test runs, broken once on purpose."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models.functions import TruncDate, TruncWeek
from django.utils import timezone

from meetings.models import Meeting, VideoRoom
from tests import statements

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT a FROM b INNER JOIN c ON b.c = c.a FOR UPDATE", 1),
        ("SELECT a FROM b LEFT OUTER JOIN c ON b.c = c.a FOR NO KEY UPDATE SKIP LOCKED", 1),
        ("SELECT a FROM b INNER JOIN c ON b.c = c.a FOR UPDATE OF b", 0),
        ("SELECT a FROM b INNER JOIN c ON b.c = c.a FOR NO KEY UPDATE OF b SKIP LOCKED", 0),
        ("SELECT a FROM b FOR UPDATE", 0),
        ("SELECT a FROM b INNER JOIN c ON b.c = c.a", 0),
        ("SELECT (a AT TIME ZONE 'Africa/Casablanca')::date FROM b", 1),
        ("SELECT DATE_TRUNC('week', a AT TIME ZONE %s) FROM b", 1),
        ("SELECT a AT TIME ZONE 'UTC' FROM b", 0),
        ("SET TIME ZONE 'Europe/Prague'", 1),
    ],
)
def test_each_rule_finds_what_breaks_it(statement: str, number: int) -> None:
    assert len(statements.faults(statement)) == number


@pytest.mark.django_db
def test_a_lock_on_joined_tables_is_refused_where_it_is_asked_for() -> None:
    joined = VideoRoom.objects.select_for_update().order_by("meeting__starts_at")
    with statements.expected() as found, pytest.raises(AssertionError), transaction.atomic():
        joined.first()
    assert len(found) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("truncated", [TruncDate, TruncWeek])
def test_a_question_about_local_days_is_refused_where_it_is_asked(truncated: type[TruncDate]) -> None:
    asked = Meeting.objects.annotate(day=truncated("starts_at"))
    zone, refusal = timezone.override("Africa/Casablanca"), pytest.raises(AssertionError)
    with zone, statements.expected() as found, refusal, transaction.atomic():
        list(asked)
    assert len(found) == 1


@pytest.mark.django_db
def test_functions_in_the_database_keep_the_rules_too() -> None:
    """What a function does inside is sent by nobody, so the definitions are read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))"
        )
        functions = dict(cursor.fetchall())
    assert "credits_post" in functions
    statements_of = {name: source.split(";") for name, source in functions.items()}
    faulty = [name for name, parts in statements_of.items() if any(map(statements.faults, parts))]
    assert faulty == []
