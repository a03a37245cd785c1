"""What holds however often programs were killed: looked up in the database and in the mailbox."""

from collections import Counter

from django.db.models import Count

from meetings.models import Meeting, Reminder
from meetings.models.reminder import ReminderKind, ReminderState
from notifications import mails
from notifications.models import MailState, Notification
from tests.mailserver import MailServer


def assert_reminded_once(meetings: list[Meeting]) -> None:
    """Check that each meeting's day-before reminder is settled, and both parties were told of it once."""
    pks = [meeting.pk for meeting in meetings]
    rows = Reminder.objects.filter(meeting__in=pks, kind=ReminderKind.DAY_BEFORE)
    assert Counter(rows.values_list("state", flat=True)) == {ReminderState.SENT: len(pks)}
    expected = {
        (f"meeting:{meeting.pk}:v{meeting.date_version}", person): 1
        for meeting in meetings
        for person in (meeting.student_id, meeting.expert_id)
    }
    sources = [f"meeting:{meeting.pk}:v{meeting.date_version}" for meeting in meetings]
    told = Notification.objects.filter(kind="meeting_reminder", source__in=sources)
    assert Counter(told.values_list("source", "recipient")) == expected
    assert_told_once()


def assert_told_once() -> None:
    """Check that nobody was told the same thing twice."""
    twice = Notification.objects.values("kind", "recipient", "source").annotate(n=Count("pk")).filter(n__gt=1)
    assert list(twice) == []


def assert_mailed(mail_server: MailServer, *, repeats: int = 0) -> int:
    """Check that each sent mail reached the server under its one Message-ID; return how many did again."""
    sent = Notification.objects.filter(mail_state=MailState.SENT)
    arrived = Counter(zip(mail_server.message_ids(), mail_server.recipients(), strict=True))
    expected = {(mails.message_id(row), row.recipient.email) for row in sent.select_related("recipient")}
    assert set(arrived) == expected
    assert_one_message_id_each(mail_server)
    more = sum(arrived.values()) - len(arrived)
    assert more <= repeats, f"{more} mails were repeated."
    return more


def assert_one_message_id_each(mail_server: MailServer) -> None:
    """Check by their contents that mails under two Message-IDs tell two different things."""
    ids: dict[str, str] = {}
    for mail in mail_server.accepted:
        body = mail.get_body(("plain",))
        assert body is not None
        contents = f"{mail['To']} {mail['Subject']} {body.get_content()}"
        first = ids.setdefault(str(mail["Message-ID"]), contents)
        assert first == contents


def assert_every_mail_sent() -> None:
    """Check that no mail waits, was given up or thought pointless."""
    wanted = Notification.objects.exclude(mail_state=MailState.NONE)
    assert set(wanted.order_by().values_list("mail_state", flat=True)) == {MailState.SENT}
