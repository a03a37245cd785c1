"""What has to be right about mails before a public site starts."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.toys import AT_START, HINT, Toy, refuse
from notifications import eml

# Those that Django brings for development, and our own.
BACKENDS_FOR_LOOKING = ("console", "dummy", "filebased", "locmem")

TOYS = (
    Toy(
        "notifications.E001",
        lambda: _writes_files() or settings.EMAIL_BACKEND.split(".")[-2] in BACKENDS_FOR_LOOKING,
        "Without a mail server in EMAIL_URL nobody gets a mail: no confirmation, no reminder, no join link.",
    ),
)


def check_mail_folder(**_what: Any) -> list[CheckMessage]:
    """Refuse to start where mails become files in a folder that cannot be written to."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if not _writes_files() or os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return []
    words = f"Mails become files in {folder}, and this account may not write there."
    return [Error(words, f"Let it, or set EMAIL_URL. {HINT}", id="notifications.E002")]


def register_checks() -> None:
    """Have Django look at all of it."""
    refuse(TOYS)
    register(check_mail_folder, AT_START)


def _writes_files() -> bool:
    return bool(settings.EMAIL_BACKEND.startswith(eml.__name__))
