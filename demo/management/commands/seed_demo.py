"""manage.py seed_demo: people, services and meetings to look at."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import seed
from demo.people import PASSWORD, SHOWN, address


class Command(BaseCommand):
    """Fills an empty database with the demo."""

    help = "Fill an empty database with people, services and meetings in every status."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seed once; keep out of a database that has other people in it."""
        if seed.is_there():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        try:
            seed.seed(timezone.now())
        except seed.OtherPeople as others:
            raise CommandError(
                "This database has other people in it, so the demo keeps out. Please seed an empty database."
            ) from others
        accounts = "\n".join(f"  {address(name)}" for name in SHOWN)
        self.stdout.write(f"Accounts, each with the password {PASSWORD}:\n{accounts}")
