"""manage.py after_restore: all that a restored back-up needs before the site is opened again."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings.backup import after_restore


class Command(BaseCommand):
    """Puts right what the back-up cannot know, while nothing else uses it; can be run again."""

    help = (
        "After restoring a back-up, with the site and its workers stopped: skip the numbers given out since, "
        "erase again who was erased since, sign everybody out, hold back what was sent since, and audit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know when the site stopped, and where the list of erasures is."""
        parser.add_argument(
            "--stopped-at",
            required=True,
            type=instant,
            help="when the site stopped sending, as in 2026-11-30T08:15:00+00:00; in doubt an earlier "
            "instant: then somebody may read a mail twice, but nobody misses one",
        )
        parser.add_argument(
            "--erasures", default=settings.ERASURES_FILE, help="the list; without it, that of ERASURES_FILE"
        )
        parser.add_argument(
            "--no-erasures", action="store_true", help="there was never a list: go on without one"
        )

    def handle(
        self, *_args: Any, stopped_at: datetime, erasures: str, no_erasures: bool, **_options: Any
    ) -> None:
        """Take the steps in order, one printed line each; whatever fails, the command can be run again."""
        now = timezone.now()
        if stopped_at > now:
            raise CommandError(f"--stopped-at {stopped_at.isoformat()} is yet to come.")
        self._step("Sequences moved on", after_restore.skip_numbers)
        # First, so that nothing that follows is told to somebody who has left.
        if not no_erasures:
            call_command("replay_erasures", erasures, stdout=self.stdout)
        self._step("Sessions ended", after_restore.sign_everybody_out)
        self._step("Mails held back", lambda: after_restore.hold_back_mails(stopped_at, now))
        self._step("Reminders missed", lambda: after_restore.miss_reminders(stopped_at, now))
        self._step("Video rooms to be told anew", lambda: after_restore.recheck_rooms(now))
        call_command("audit", stdout=self.stdout)
        self.stdout.write("The site can be opened again.")

    def _step(self, words: str, take: Callable[[], int]) -> None:
        self.stdout.write(f"{words}: {take()}.")


def instant(typed: str) -> datetime:
    """Read an instant with its offset. Raises ValueError."""
    at = datetime.fromisoformat(typed)
    if at.tzinfo is None:
        raise ValueError("An instant needs its offset, as in +00:00.")
    return at
