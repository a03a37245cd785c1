"""Calendar mails, as a calendar reads them."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import Any

import vobject

from meetings.models import Meeting
from meetings.vocabulary import Role
from notifications import mails
from notifications.models import Notification


@dataclass(frozen=True)
class Received:
    """A calendar object as it arrives: the mail's part, its text, and the event that a calendar reads."""

    note: Notification
    part: Message
    text: str
    event: Any

    @property
    def method(self) -> str:
        """Return what the body asks of the calendar."""
        (method,) = re.findall(r"^METHOD:(\w+)\r$", self.text, re.MULTILINE)
        return str(method)

    @property
    def sequence(self) -> int:
        """Return which change this is."""
        return int(self.event.sequence.value)


def mail_of(note: Notification) -> EmailMessage:
    written = mails.mail_for(note).message().as_bytes(linesep="\r\n")
    parsed = BytesParser(policy=policy.default).parsebytes(written)
    assert isinstance(parsed, EmailMessage)
    return parsed


def received(meeting: Meeting, role: Role) -> list[Received]:
    """Return the calendar objects that a party got by mail, oldest first."""
    notes = Notification.objects.filter(recipient=meeting.person(role), reference=meeting.reference)
    return [found for note in notes.order_by("pk") for found in _in(note)]


def _in(note: Notification) -> list[Received]:
    found = []
    for part in mail_of(note).walk():
        if part.get_content_type() == "text/calendar":
            text = part.get_payload(decode=True).decode()
            found.append(Received(note, part, text, vobject.readOne(text).vevent))
    return found
