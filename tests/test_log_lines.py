"""The log says what happened, and nobody's address or words."""

import json
import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import get_resolver
from django.utils import timezone

from expertim.log_lines import FORMATTERS, Discreet, DiscreetJson
from meetings.models import Meeting
from notifications import delivery
from notifications.models import Notification
from tests.meetings.scenarios import suggest

SECRET = "of-the-student.and:nobody-else"
# What our addresses call the parts that open something to whoever knows them.
SECRETS = {"token", "key", "uidb36"}


def line(message: str, *args: object, error: Exception | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    return Discreet().format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, trace))


@pytest.mark.parametrize(
    "written",
    [
        "Refused: {'jana.novakova+x@example.co.uk': (550, b'no')}",
        'Key (email)=("Jana@Example.com") exists',
        "to:jana@localhost, cc:<eva@example.com>",
        "jana@home@example.com",
    ],
)
def test_addresses_are_left_out(written: str) -> None:
    assert "@" not in line("%s", written)
    assert "(address)" in line("%s", written)


@pytest.mark.parametrize("part", ["a", "@a", "a@", "a@.", "@.", "a.@"])
def test_a_line_made_by_a_stranger_takes_no_time(part: str) -> None:
    """Of 8000 signs in a header, "@a" again and again took eight seconds of a web process."""
    started = time.process_time()
    line("Forbidden (Origin checking failed - %s)", part * (8000 // len(part)))
    assert time.process_time() - started < 0.3


def test_secret_paths_are_left_out() -> None:
    """Whatever address of ours goes on with a secret: the walk finds those that are added, too."""
    asked = [f"/{path}" for path in paths_with_secrets()]
    assert len(asked) >= 5
    for path in asked:
        assert SECRET in path
        for written in (f"Not Found: {path}", f"{path}?next={path} refused", repr({"path": path})):
            assert SECRET not in line("%s", written)
            assert SECRET not in as_json("%s", written)["message"]


def paths_with_secrets() -> Iterator[str]:
    for prefix, pattern in patterns("", get_resolver().url_patterns):
        if SECRETS.intersection(pattern.pattern.regex.groupindex):
            yield (
                re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", SECRET, prefix + str(pattern.pattern))
                .replace("^", "")
                .strip("$")
            )


def patterns(prefix: str, found: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in found:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(prefix + str(pattern.pattern), pattern.url_patterns)
        else:
            yield prefix, pattern


def as_json(message: str, *args: object, error: Exception | None = None, **more: Any) -> dict[str, Any]:
    trace = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x.y", logging.ERROR, "x.py", 1, message, args, trace)
    vars(record).update(more)
    written = DiscreetJson().format(record)
    assert "\n" not in written
    found: dict[str, Any] = json.loads(written)
    return found


def test_json_says_when_where_what_and_why() -> None:
    try:
        raise ValueError("jana@example.com\nis no one")
    except ValueError as error:
        found = as_json("Room %s\nof eva@example.com", 7, error=error, data={"ms": 3, "who": "a@b.cz"})
    assert datetime.fromisoformat(found.pop("time")).tzinfo is UTC
    trace = found.pop("exception")
    assert trace.startswith("Traceback")
    assert trace.endswith("ValueError: (address)\nis no one")
    assert found == {
        "level": "ERROR",
        "logger": "x.y",
        "message": "Room 7\nof (address)",
        "ms": 3,
        "who": "(address)",
    }


def test_what_json_does_not_know_is_written_as_text() -> None:
    assert as_json("x", data={"thing": SMTPRecipientsRefused({"jana@example.com": (550, b"no")})})[
        "thing"
    ] == ("{'(address)': (550, b'no')}")


def test_what_is_no_address_stays() -> None:
    assert line("Video room of meeting %s: %s", 7, "no answer") == "Video room of meeting 7: no answer"


@pytest.mark.django_db
def test_the_row_that_the_database_quotes_is_left_out_and_the_rest_stays() -> None:
    meeting = suggest()
    bad = {"note": "zebrafisch\nhere\n\nthere", "suggested_by": "x"}
    with pytest.raises(IntegrityError, match="zebrafisch") as failed, transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**bad)
    logged = line("It failed.", error=failed.value)
    assert "zebrafisch" not in logged
    assert "there" not in logged
    assert "meetings_suggested_by_party" in logged
    assert "DETAIL: (left out)" in logged
    assert "zebrafisch" not in json.dumps(as_json("It failed.", error=failed.value))


@pytest.mark.django_db
def test_a_refused_address_is_kept_for_operators_but_not_logged(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "tests.test_log_lines.RefusingServer"
    suggest()
    Notification.objects.update(mail_attempts=len(delivery.PAUSES))
    delivery.deliver_due(timezone.now)
    refused = Notification.objects.filter(mail_state="failed")
    assert all(note.recipient.email in note.mail_problem for note in refused)
    logged = [Discreet().format(record) for record in caplog.records if "given up" in record.message]
    assert len(logged) == len(refused) == 2
    assert not any("@" in text for text in logged)


def test_every_line_of_the_site_is_written_so(settings: Any) -> None:
    handlers, formatters = settings.LOGGING["handlers"].values(), settings.LOGGING["formatters"]
    assert [formatters[handler["formatter"]]["()"] for handler in handlers] == [FORMATTERS["line"]]


class RefusingServer:
    """Takes no mail, and quotes the address in saying so."""

    def __init__(self, **_how: object) -> None:
        pass

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def send_messages(self, mails: list[Any]) -> int:
        raise SMTPRecipientsRefused({mails[0].to[0]: (550, b"unknown")})
