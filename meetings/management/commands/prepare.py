"""manage.py prepare: everything that must be done before a new version can serve pages."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from typing import Any

from celery import current_app
from django.apps import apps
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from accounts.jobs import list_erasures
from meetings import defaults
from meetings.admin import roles
from meetings.models import JobRun


class Command(BaseCommand):
    """Brings tables, default rows and static files up to date; can be run again at any time."""

    help = "Migrate, fill catalogue and roles, list the jobs, seed a wanted demo, collect static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know what may be added and left out."""
        parser.add_argument("--demo", action="store_true", help="also fill an empty database with the demo")
        parser.add_argument("--without-static", action="store_true", help="they are collected already")

    def handle(self, *_args: Any, demo: bool, without_static: bool, **_options: Any) -> None:
        """Take the steps in order, one printed line each."""
        if demo and not apps.is_installed("demo"):
            raise CommandError("The demo is not installed here. python3 run.py demo brings it.")
        self.check(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
        self._step("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
        self._step("default catalogue", defaults.fill)
        self._step("operators' roles", roles.fill)
        self._step("jobs", list_jobs)
        self._step("list of erasures", list_erasures)
        if demo:
            self._step("demo data", lambda: call_command("seed_demo", stdout=StringIO()))
        if not without_static:
            self._step("static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))

    def _step(self, name: str, take: Callable[[], object]) -> None:
        started = time.perf_counter()
        take()
        self.stdout.write(f"{name}: done in {time.perf_counter() - started:.1f} s")


def list_jobs() -> None:
    """Let the tables name the jobs that the code names: from now on each is expected to run."""
    remove_old_jobs()
    DatabaseScheduler(app=current_app)  # which writes them down
    runs = [JobRun(task=row["task"]) for row in current_app.conf.beat_schedule.values()]
    JobRun.objects.bulk_create(runs, ignore_conflicts=True)


def remove_old_jobs() -> None:
    """Take jobs that the code no longer names off the clock."""
    schedule = current_app.conf.beat_schedule
    PeriodicTask.objects.exclude(name__in=schedule).delete()
    JobRun.objects.exclude(task__in=[row["task"] for row in schedule.values()]).delete()
