"""manage.py audit: whether the books and the meetings are right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings import audit


class Command(BaseCommand):
    """Recomputes all that can be recomputed and names each difference."""

    help = "Recompute every balance and every block; name each difference and fail if there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say what was checked, then what is wrong."""
        checked = ", ".join(f"{things}: {number}" for things, number in audit.counts().items())
        self.stdout.write(f"Checked {checked}.")
        differences = audit.differences()
        for difference in differences:
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"Differences: {len(differences)}.")
        self.stdout.write("No differences.")
