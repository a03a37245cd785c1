"""From the outbox to the mail server: claim a row, send its mail, note it.

Exactly once inside the database; towards the mail server at least once: a crash between its answer and
our note repeats that one mail, with the same Message-ID. The row stays locked while its mail is sent, the
one place where something outside happens inside a transaction: that is how no two workers send one mail.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, NamedTuple

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from notifications import account_mails, mails
from notifications.models import AccountMail, Mailed, MailedQuerySet, MailState, Notification

log = logging.getLogger(__name__)

BATCH, LONGEST_ROUND = 500, timedelta(seconds=60)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))


class Outbox(NamedTuple):
    """Rows whose mails are to be sent, and who writes these mails."""

    rows: MailedQuerySet
    write: Callable[[Any, datetime], EmailMessage]


# What people wait for at the keyboard goes first.
OUTBOXES = (
    Outbox(AccountMail.objects.select_related("person"), account_mails.write),
    Outbox(Notification.objects.select_related("recipient", "about"), mails.write),
)


def deliver_due(clock: Callable[[], datetime]) -> int:
    """Send what is due, oldest first, for a minute at most, and return how many mails were dealt with.

    A mail server that cannot be reached ends the round: nothing is counted against the mails; they stay due.
    """
    server, started, dealt_with = get_connection(), clock(), 0
    try:
        while dealt_with < BATCH and clock() - started < LONGEST_ROUND and _deliver_next(server, clock()):
            dealt_with += 1
    except (OSError, SMTPException) as error:
        log.warning("The mail server cannot be reached: %s", error)
    finally:
        _close(server)
    return dealt_with


def send_again(row: Mailed, now: datetime) -> None:
    """Put a mail that was given up back into the outbox."""
    type(row)._default_manager.filter(pk=row.pk, mail_state=MailState.FAILED).update(
        mail_state=MailState.WAITING, mail_due_at=now, mail_attempts=0, mail_settled_at=None
    )


def _deliver_next(server: BaseEmailBackend, now: datetime) -> bool:
    """Deal with the oldest mail that is due and that no other worker has in hand.

    False ends the round: there is none, or the mail server is in trouble.
    """
    with transaction.atomic():
        for outbox in OUTBOXES:
            free = outbox.rows.mail_due(now).select_for_update(of=("self",), skip_locked=True)
            row = free.order_by("mail_due_at", "pk").first()
            if row is not None:
                goes_on = _deliver(server, row, outbox.write, now)
                row.save(update_fields=MAIL_FIELDS)
                return goes_on
    return False


def _deliver(
    server: BaseEmailBackend, row: Mailed, write: Callable[[Any, datetime], EmailMessage], now: datetime
) -> bool:
    try:
        # A savepoint: an error of the database while the mail is written spoils only that.
        with transaction.atomic():
            mail = write(row, now)
    except mails.Moot as moot:
        _settle(row, MailState.MOOT, now, str(moot))
        return True
    except Exception as error:
        log.exception("The mail of %s %s cannot be written.", row._meta.model_name, row.pk)
        _settle(row, MailState.FAILED, now, repr(error))
        return True
    return _send(server, row, mail, now)


def _send(server: BaseEmailBackend, row: Mailed, mail: EmailMessage, now: datetime) -> bool:
    """Hand one mail to the server; False where it did not answer in time: the next would wait as long."""
    server.open()
    try:
        server.send_messages([mail])
    except (OSError, SMTPException) as trouble:
        _postpone(row, now, _in_words(trouble))
        _close(server)
        return not isinstance(trouble.__context__, TimeoutError)
    except ValueError as error:
        log.exception("The mail of %s %s cannot be sent.", row._meta.model_name, row.pk)
        _settle(row, MailState.FAILED, now, repr(error))
        return True
    _settle(row, MailState.SENT, now)
    return True


def _in_words(trouble: Exception) -> str:
    """Return what the mail server said, for operators to read."""
    if not isinstance(trouble, SMTPRecipientsRefused):
        return str(trouble)
    return "; ".join(
        f"{address}: {code} {said.decode(errors='replace')}"
        for address, (code, said) in trouble.recipients.items()
    )


def _postpone(row: Mailed, now: datetime, problem: str) -> None:
    """Try again after a pause that grows; after the last one give up, where the operator sees it."""
    if row.mail_attempts >= len(PAUSES):
        log.error("The mail of %s %s was given up: %s", row._meta.model_name, row.pk, problem)
        _settle(row, MailState.FAILED, now, problem)
        return
    row.mail_due_at = now + PAUSES[row.mail_attempts]
    row.mail_attempts += 1
    row.mail_problem = problem[:300]


def _settle(row: Mailed, state: MailState, now: datetime, problem: str = "") -> None:
    row.mail_state, row.mail_due_at, row.mail_settled_at = state, None, now
    row.mail_problem = problem[:300]


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (OSError, SMTPException):
        log.debug("The connection to the mail server was gone already.")


MAIL_FIELDS = ["mail_state", "mail_due_at", "mail_attempts", "mail_settled_at", "mail_problem"]
