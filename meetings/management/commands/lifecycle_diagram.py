"""manage.py lifecycle_diagram: docs/lifecycle.md from the table of actions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from meetings.lifecycle import diagram


class Command(BaseCommand):
    """Writes the page, or says that it is out of date."""

    help = "Write docs/lifecycle.md from meetings/lifecycle/transitions.py."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know the option that only looks, and where the page is."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is stale")
        parser.add_argument("--path", type=Path, default=settings.BASE_DIR / "docs" / "lifecycle.md")

    def handle(self, *_args: Any, check: bool, path: Path, **_options: Any) -> None:
        """Compare or write."""
        wanted = diagram.page()
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != wanted:
                raise CommandError(f"{path.name} is stale. Please run: python manage.py lifecycle_diagram")
            self.stdout.write(f"{path.name} is up to date.")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
        self.stdout.write(f"{path.name} is written.")
