"""A back-up taken while people act is restored whole, and what came after it is not undone."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg
import pytest
import time_machine
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.jobs import list_erasures
from accounts.models import User
from credits import ledger
from meetings.backup import postgres_programs
from meetings.backup.postgres_programs import ProgramFailed, Programs
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.privacy import erasure
from meetings.vocabulary import Action, Role, Status
from notifications import delivery, mails
from notifications.models import MailState, Notification
from runner import postgres
from tests import environment as environments
from tests import mailserver
from tests.factories import PersonFactory, ServiceFactory
from tests.mailserver import MailServer
from tests.meetings.privacy.marks import MARK, anna, live, marked
from tests.meetings.scenarios import DAY, HOUR, agreed, suggest

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["anna"]
PEOPLE_ACTING = 3
JOBS = (
    "from meetings import jobs as m; from notifications import jobs as n;"
    " m.send_reminders(); n.deliver_mails()"
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Postgres's programs beside the server of the tests, else those of the system; without any it fails."""
    monkeypatch.setenv("DEMO", "1")  # what runs beside the tests need not be fit for a public site
    monkeypatch.setenv("PATH", os.pathsep.join([str(postgres.binaries()), os.environ["PATH"]]))
    return postgres_programs.programs_for_site()


@pytest.fixture
def copy(programs: Programs) -> Iterator[str]:
    """An empty database beside the test's, by its address."""
    url = (
        urlsplit(site_settings.DATABASE_URL)
        ._replace(path=f"/{connection.settings_dict['NAME']}_copy")
        .geturl()
    )
    programs.drop(database(url))
    programs.create(database(url))
    yield url
    programs.drop(database(url))


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with mailserver.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailserver.HOST, server.port
        yield server


def database(url: str) -> dict[str, Any]:
    return {"OPTIONS": {}, **environ.Env.db_url_config(url)}


def on_copy(url: str, *command: str, **environment: str) -> str:
    """Run a command of the site on the copy, in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *command],
        check=False,
        cwd=site_settings.BASE_DIR,
        env=environments.of_the_site(DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0") | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as copied:
        return copied.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]


def marks(url: str) -> list[str]:
    """Search every column of every table of the copy; return the tables in which the mark still stands."""
    search = 'SELECT 1 FROM "{}" AS row WHERE row::text ILIKE %s LIMIT 1'
    with psycopg.connect(url) as copied:
        names = [name for (name,) in copied.execute(TABLES)]
        return [name for name in names if copied.execute(search.format(name), [f"%{MARK}%"]).fetchone()]  # type: ignore[call-overload]


@contextmanager
def people_acting() -> Iterator[Callable[[], int]]:
    """Let people suggest, confirm and cancel until the end; tell how often they did."""
    done, stop = [0] * PEOPLE_ACTING, threading.Event()
    problems: list[Exception] = []
    pairs = [(PersonFactory.create(credits=10_000), ServiceFactory.create()) for _ in range(PEOPLE_ACTING)]

    def act(number: int) -> None:
        student, service = pairs[number]
        try:
            while not stop.is_set():
                when = {"now": timezone.now(), "starts_in": 5 * DAY + done[number] * 2 * HOUR}
                how = {"student": student, "service": service, **when}
                meeting = agreed(**how) if done[number] % 2 else suggest(**how)
                action = Action.CANCEL if done[number] % 4 == 1 else None
                if action:
                    workflow.perform(
                        meeting,
                        action,
                        role=Role.EXPERT,
                        actor=meeting.expert,
                        now=timezone.now(),
                        entry=workflow.Entry(words="no"),
                    )
                done[number] += 1
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[number]) for number in range(PEOPLE_ACTING)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: sum(done)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []


def leave_now(person: User, meeting: Meeting, operator: User) -> datetime:
    """Let a person do all that leaving asks for, and leave."""
    now = timezone.now()
    workflow.perform(
        meeting, Action.CANCEL, role=Role.OPERATOR, actor=operator, now=now, entry=workflow.Entry(words=MARK)
    )
    rest = ledger.balance(person).available
    ledger.payout(person, rest, reason="goodbye", made_by=operator, key="test:goodbye", now=now)
    erasure.delete_account(person, now)
    return now


def test_a_busy_site_is_restored_whole_and_nothing_is_undone_or_sent_twice(
    anna: User, programs: Programs, copy: str, mail_server: MailServer, settings: Any, tmp_path: Path
) -> None:
    dump, settings.ERASURES_FILE = tmp_path / "site.dump", str(tmp_path / "erasures")
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    live(anna, operator)
    ledger.grant(anna, 100, reason=marked(40), made_by=operator, key="test:more", now=timezone.now())
    meeting = agreed(student=anna, now=timezone.now(), price=30)
    delivery.deliver_due(timezone.now)
    sent = set(Notification.objects.filter(mail_state=MailState.SENT).values_list("pk", flat=True))
    with people_acting() as acts:
        before = acts()
        programs.dump(connection.settings_dict, dump)
        during = acts() - before
    # The site goes on for a while: what was waiting is sent, and Anna leaves.
    delivery.deliver_due(timezone.now)
    left_at = leave_now(anna, meeting, operator)
    list_erasures()
    stopped_at, received = timezone.now(), len(mail_server.accepted)

    programs.restore(database(copy), dump)
    assert len(marks(copy)) > 5
    stopped = ["--stopped-at", stopped_at.isoformat(), "--erasures", settings.ERASURES_FILE]
    said = on_copy(copy, "after_restore", *stopped)
    on_copy(copy, "shell", "--no-imports", "-c", JOBS, EMAIL_URL=mail_server.url)

    assert during, "Nobody acted while the dump was taken: this proves nothing."
    assert f"Person {anna.pk} is erased again. Cancelled meetings: {meeting.pk}." in said
    assert "No differences." in said
    assert marks(copy) == []
    assert asked(copy, "SELECT deleted_at FROM accounts_user WHERE id = %s", anna.pk) == [(left_at,)]
    again = mail_server.message_ids()[received:]
    assert again, "The other party of a meeting that was cancelled anew is told."
    assert not set(again) & set(mail_server.message_ids()[:received])
    still_sent = {
        pk for (pk,) in asked(copy, "SELECT id FROM notifications_notification WHERE mail_state = 'sent'")
    }
    kept = {pk for (pk,) in asked(copy, "SELECT id FROM notifications_notification")}
    assert sent & kept <= still_sent
    assert not {mails.message_id(row) for row in Notification.objects.filter(pk__in=sent)} & set(again)


def test_it_is_rehearsed_by_a_command_while_people_act(
    programs: Programs, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "erasures").write_text("")
    settings.ERASURES_FILE, said = str(tmp_path / "erasures"), StringIO()
    with people_acting() as acts:
        before = acts()
        call_command("rehearse_restore", stdout=said)
        assert acts() > before
    assert "No differences." in said.getvalue()
    assert "This back-up can be restored (" in said.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE '%_rehearsal'")
        assert cursor.fetchall() == []
    assert Meeting.objects.filter(status=Status.CANCELLED).exists()


def test_a_copy_with_differences_fails_the_rehearsal(programs: Programs) -> None:
    meeting = agreed(now=timezone.now(), price=30)
    Meeting.objects.filter(pk=meeting.pk).update(price=31)
    said = StringIO()
    with pytest.raises(CommandError, match="could not be put right"):
        call_command("rehearse_restore", stdout=said)
    assert f"Meeting {meeting.pk}: 30 credits are blocked instead of 31" in said.getvalue()


def test_programs_older_than_the_server_are_refused(programs: Programs) -> None:
    with pytest.raises(ProgramFailed, match=r"pg_dump 99 or newer is needed.*postgresql-client-99"):
        postgres_programs.programs_for(99)


def test_a_password_is_in_no_command_line() -> None:
    given = {"NAME": "n", "USER": "u", "PASSWORD": "secret", "HOST": "h", "PORT": 5432}
    conninfo, environment = postgres_programs._for_libpq(
        given | {"OPTIONS": {"pool": {}, "sslmode": "require"}}
    )
    assert conninfo == "dbname=n user=u host=h port=5432 sslmode=require"
    assert environment == {"PGPASSWORD": "secret"}


def test_back_ups_are_whole_and_the_oldest_go(programs: Programs, settings: Any, tmp_path: Path) -> None:
    settings.ERASURES_FILE, folder = str(tmp_path / "list"), tmp_path / "back-ups"
    folder.mkdir()
    (tmp_path / "list").write_text("7 2026-11-30T08:15:00+00:00\n")
    for day in (1, 2, 3):
        with time_machine.travel(datetime(2026, 12, day, 2, 30, tzinfo=UTC), tick=False):
            call_command("back_up", str(folder), "--keep", "2", stdout=StringIO())
    kept = ["erasures", "expertim-20261202T023000Z.dump", "expertim-20261203T023000Z.dump"]
    assert sorted(path.name for path in folder.iterdir()) == kept
    assert (folder / "erasures").read_text() == (tmp_path / "list").read_text()
    call_command("rehearse_restore", "--dump", str(folder / kept[-1]), stdout=StringIO())


def test_a_back_up_that_failed_leaves_nothing(programs: Programs, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("back_up", str(tmp_path / "missing"), stdout=StringIO())
    assert list(tmp_path.iterdir()) == []
