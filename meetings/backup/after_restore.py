"""What has to be put right in a database that was restored from a back-up, before the site is opened again.

The back-up is older than the moment at which the site stopped. What the site did in between is unknown here,
but not to the world: mails were sent, people were erased, numbers were given out, sessions were ended.
"""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.translation import gettext_noop

from meetings.models import Reminder, VideoRoom
from meetings.models.reminder import ReminderState
from notifications.models import AccountMail, MailState, Notification

HELD_BACK = gettext_noop("Not sent, because a back-up was restored: it may have been sent before.")
# More than any site gives out between a back-up and its loss; there are nine trillion times as many numbers.
GAP = 1_000_000


def skip_numbers() -> int:
    """Let no number be given out twice that people know already: from links, mails' Message-IDs, calendars.

    Returns the number of sequences that were moved on.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(setval(format('%%I.%%I', schemaname, sequencename)::regclass,"
            " coalesce(last_value, start_value) + %s)) FROM pg_sequences WHERE schemaname = 'public'",
            [GAP],
        )
        return int(cursor.fetchone()[0])


def sign_everybody_out() -> int:
    """End all sessions, also those that were ended since the back-up; return how many there were."""
    UserSession.objects.all().delete()
    return Session.objects.all().delete()[0]


def hold_back_mails(stopped_at: datetime, now: datetime) -> int:
    """Give up mails that the site would have sent before it stopped; operators can send them again.

    Returns how many. Mails that were due later, after failed attempts, are sent as usual.
    """
    held = {"mail_state": MailState.FAILED, "mail_due_at": None, "mail_settled_at": now}
    outboxes = (Notification.objects.all(), AccountMail.objects.all())
    return sum(rows.mail_due(stopped_at).update(**held, mail_problem=HELD_BACK) for rows in outboxes)


def miss_reminders(stopped_at: datetime, now: datetime) -> int:
    """Note reminders as missed that the site would have sent before it stopped; return how many."""
    missed = {"state": ReminderState.MISSED, "settled_at": now}
    return Reminder.objects.due(stopped_at).update(**missed)


def recheck_rooms(now: datetime) -> int:
    """Let the platforms be told anew of all rooms that are not over; return how many.

    What they were told since the back-up is not known here. A platform knows nothing of a room
    that a link of the parties' own replaces.
    """
    rooms = VideoRoom.objects.filter(sealed_link="", due_at__isnull=False)
    return rooms.update(due_at=now, busy_until=None, attempts=0)
