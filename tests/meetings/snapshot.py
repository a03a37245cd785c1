"""What an action leaves behind, in the words that people read."""

from typing import NamedTuple

from django.db import connection

from credits import ledger
from meetings.models import Event, Meeting
from meetings.vocabulary import PARTIES
from notifications import wording
from notifications.models import Notification
from tests.credits import books

# Where it is noted when a browser was here last: that is what looking changes.
SEEN_LAST = {"usersessions_usersession"}


class Credits(NamedTuple):
    """Who has how much: the user available and blocked, the expert, the platform's share."""

    user: int
    blocked: int
    expert: int
    platform: int


def credits_of(meeting: Meeting) -> Credits:
    user, expert = ledger.balance(meeting.student), ledger.balance(meeting.expert)
    assert expert.blocked == 0
    return Credits(user.available, user.blocked, expert.available, books.share())


class Trace:
    """What is written and told from here on."""

    def __init__(self) -> None:
        self._events = set(Event.objects.values_list("pk", flat=True))
        self._told = set(Notification.objects.values_list("pk", flat=True))

    def events(self) -> list[str]:
        """Return the labels of the new events, in their order."""
        return [event.get_kind_display() for event in self.new_events()]

    def new_events(self) -> list[Event]:
        return list(Event.objects.exclude(pk__in=self._events).order_by("pk"))

    def told(self, meeting: Meeting) -> list[tuple[str, str]]:
        """Return who was told what: ("expert", "Meeting suggested by user")."""
        roles = {meeting.person(role).pk: role.value for role in PARTIES}
        return [(roles[note.recipient_id], wording.title(note)) for note in self.notifications()]

    def notifications(self) -> list[Notification]:
        new = Notification.objects.exclude(pk__in=self._told)
        return list(new.filter(in_bell=True).order_by("pk"))


def labels(meeting: Meeting) -> tuple[str, str]:
    """Return the status and the payment status as people read them, fresh from the database."""
    fresh = Meeting.objects.get(pk=meeting.pk)
    return fresh.get_status_display(), fresh.get_payment_display()


def everything() -> dict[str, list[str]]:
    """Return all rows of all tables, to prove that nothing changed: not only that none came and none went."""
    tables = [name for name in connection.introspection.table_names() if name not in SEEN_LAST]
    return {table: _rows(table) for table in tables}


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT row::text FROM "{table}" AS row ORDER BY 1')  # noqa: S608 - our own tables
        return [row for (row,) in cursor.fetchall()]
