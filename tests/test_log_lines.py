"""The log says what happened, and nobody's address or words."""

import logging
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from expertim.log_lines import Discreet
from meetings.models import Meeting
from notifications import delivery
from notifications.models import Notification
from tests.meetings.roads import suggest


def line(message: str, *args: object, error: Exception | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    return Discreet().format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, trace))


@pytest.mark.parametrize(
    "written",
    [
        "Refused: {'jana.novakova+x@example.co.uk': (550, b'no')}",
        'Key (email)=("Jana@Example.com") exists',
        "to:jana@localhost, cc:<eva@example.com>",
    ],
)
def test_addresses_are_left_out(written: str) -> None:
    assert "@" not in line("%s", written)
    assert "(address)" in line("%s", written)


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
    assert {formatters[handler["formatter"]]["()"] for handler in handlers} == {"expertim.log_lines.Discreet"}


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
