"""Mails as files: one readable .eml a mail, where no mail server is set."""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as ReadMail
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


def forget(*words: str) -> int:
    """Delete the mails in the folder that hold one of these words, and return how many.

    What a mail server has taken is no longer ours to take back.
    """
    if not settings.EMAIL_BACKEND.startswith(__name__):
        return 0
    found = [path for path in Path(settings.EMAIL_FILE_PATH).glob("*.eml") if _holds(path, words)]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _holds(path: Path, words: Sequence[str]) -> bool:
    text = "\n".join(_texts(message_from_bytes(path.read_bytes(), policy=policy.default)))
    return any(word in text for word in words)


def _texts(mail: ReadMail) -> Iterator[str]:
    """Return all that a mail says, decoded."""
    for part in mail.walk():
        yield from (str(value) for value in part.values())
        if not part.is_multipart():
            yield (part.get_payload(decode=True) or b"").decode(errors="replace")  # type: ignore[union-attr]


def _file_name(message_id: str) -> str:
    """Return a name without anything that would lead out of the folder."""
    name = parseaddr(message_id)[1].partition("@")[0]
    return re.sub(r"[^\w.-]", "_", name or "mail") + ".eml"
