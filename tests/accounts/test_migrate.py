"""A migration that has to wait for a lock lets people pass, and is tried again."""

import threading
import time
from collections.abc import Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.management.commands import migrate
from tests.environment import database_url

pytestmark = pytest.mark.django_db(transaction=True)

# A migration that writes to a table and can be made again.
BEFORE, MIGRATION, HELD = "0013_the_desks_filters", "0014_sign_in_anew", 1.5


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """Somebody who holds the table that a migration wants to write to."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "300ms")
    monkeypatch.setattr(migrate, "SECONDS_BETWEEN", 0.5)
    call_command("migrate", "accounts", BEFORE, fake=True, verbosity=0)
    with psycopg.connect(database_url()) as held:
        held.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        yield held
        held.rollback()
    call_command("migrate", "accounts", MIGRATION, verbosity=0)
    call_command("migrate", "accounts", fake=True, verbosity=0)  # what came later was never undone


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_it_is_tried_again_until_there_is_a_lock(other: psycopg.Connection) -> None:
    release, said = threading.Timer(HELD, other.rollback), StringIO()
    release.start()
    started = time.monotonic()
    call_command("migrate", "accounts", MIGRATION, stderr=said, verbosity=0)
    assert time.monotonic() - started >= HELD
    assert (
        "Somebody uses a table that is to be changed: canceling statement due to lock timeout"
        in said.getvalue()
    )
    assert lock_timeout() == "0"
    release.join()


def test_in_the_end_it_is_given_up(other: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "ATTEMPTS", 2)
    with pytest.raises(CommandError, match="No lock in 2 attempts"):
        call_command("migrate", "accounts", MIGRATION, stderr=StringIO(), verbosity=0)
    assert lock_timeout() == "0"
