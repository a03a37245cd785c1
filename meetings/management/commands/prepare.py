"""manage.py prepare: everything that must be done before a new version can serve pages."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from typing import Any

from celery import current_app
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS
from django_celery_beat.models import PeriodicTask

from meetings import defaults, roles

# The clock adds this job by itself.
CELERYS_OWN = "celery.backend_cleanup"


class Command(BaseCommand):
    """Brings tables, default rows and static files up to date; can be run again at any time."""

    help = "Migrate, fill catalogue and roles, remove old jobs, seed a wanted demo, collect static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know what may be added and left out."""
        parser.add_argument("--demo", action="store_true", help="also fill an empty database with the demo")
        parser.add_argument("--without-static", action="store_true", help="they are collected already")

    def handle(self, *_args: Any, demo: bool, without_static: bool, **_options: Any) -> None:
        """Take the steps in order, one printed line each."""
        self.check(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
        self._step("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
        self._step("default catalogue", defaults.fill)
        self._step("operators' roles", roles.fill)
        self._step("jobs", remove_old_jobs)
        if demo:
            self._step("demo data", lambda: call_command("seed_demo", stdout=StringIO()))
        if not without_static:
            self._step("static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))

    def _step(self, name: str, take: Callable[[], object]) -> None:
        started = time.perf_counter()
        take()
        self.stdout.write(f"{name}: done in {time.perf_counter() - started:.1f} s")


def remove_old_jobs() -> None:
    """Take jobs that the code no longer names off the clock; it adds new ones when it starts."""
    named = [*current_app.conf.beat_schedule, CELERYS_OWN]
    PeriodicTask.objects.exclude(name__in=named).delete()
