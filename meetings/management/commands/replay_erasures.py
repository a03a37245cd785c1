"""manage.py replay_erasures: erase again whom a restored back-up has brought back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import erasure_list
from meetings.privacy import replay


class Command(BaseCommand):
    """Goes through the list of erasures; can be run again at any time."""

    help = "Erase everybody again who is in the list of erasures and whom this database still has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know the list."""
        parser.add_argument(
            "file", nargs="?", default=settings.ERASURES_FILE, help="the list; else that of ERASURES_FILE"
        )

    def handle(self, *_args: Any, file: str, **_options: Any) -> None:
        """Say who was erased again, by number, and what was cancelled and booked for it."""
        if not file:
            raise CommandError("There is no list: name a file, or set ERASURES_FILE.")
        try:
            listed = erasure_list.read(Path(file))
        except OSError as error:
            raise CommandError(f"The list of erasures cannot be read: {error}") from error
        number = 0
        for number, erased in enumerate(replay.replay(listed, timezone.now()), start=1):  # noqa: B007
            self.stdout.write(str(erased))
        self.stdout.write(f"Erasures in the list: {len(listed)}. Erased again: {number}.")
