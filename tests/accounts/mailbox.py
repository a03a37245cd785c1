"""What people find in their mailboxes, and their authenticator apps."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core import mail
from django.utils import timezone

from notifications import delivery


def read(address: str) -> list[str]:
    """Send what is due; return the titles of all mails to an address, oldest first."""
    delivery.deliver_due(timezone.now)
    return [message.subject for message in mail.outbox if message.to == [address]]


def link(address: str) -> str:
    """Send what is due; return where the button of the newest mail to an address leads, on our site."""
    delivery.deliver_due(timezone.now)
    newest = next(message for message in reversed(mail.outbox) if message.to == [address])
    found = re.search(rf"{re.escape(settings.SITE_URL)}(\S+)", newest.body)
    assert found is not None, newest.body
    return found.group(1)


def code(secret: str) -> str:
    """Return what an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def link_titled(title: str) -> str:
    """Return where the button of the newest mail with this title leads, on our site."""
    newest = next(message for message in reversed(mail.outbox) if message.subject == title)
    found = re.search(rf"{re.escape(settings.SITE_URL)}(\S+)", newest.body)
    assert found is not None, newest.body
    return found.group(1)
