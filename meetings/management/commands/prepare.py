"""manage.py prepare: everything that must be done before a new version can serve pages."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from meetings import defaults


class Command(BaseCommand):
    """Brings tables, default rows and static files up to date; can be run again at any time."""

    help = "Migrate, fill in the default catalogue, seed the demo if wanted, and collect the static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know the option for the demo."""
        parser.add_argument("--demo", action="store_true", help="also fill an empty database with the demo")

    def handle(self, *_args: Any, demo: bool, **_options: Any) -> None:
        """Take the steps in order, one printed line each."""
        self._step("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
        self._step("default catalogue", defaults.fill)
        if demo:
            self._step("demo data", lambda: call_command("seed_demo", stdout=StringIO()))
        self._step("static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))

    def _step(self, name: str, take: Callable[[], object]) -> None:
        started = time.perf_counter()
        take()
        self.stdout.write(f"{name}: done in {time.perf_counter() - started:.1f} s")
