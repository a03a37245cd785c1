"""Mails as files: one readable .eml a mail, where no mail server is set."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes each mail to a file of its own, named for its Message-ID: sent again it is the same file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails and return how many there were."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            written = message.message()
            (self.folder / _file_name(str(written["Message-ID"]))).write_bytes(written.as_bytes())
        return len(email_messages)


def _file_name(message_id: str) -> str:
    """Return a name without anything that would lead out of the folder."""
    name = parseaddr(message_id)[1].partition("@")[0]
    return re.sub(r"[^\w.-]", "_", name or "mail") + ".eml"
