"""manage.py migrate: Django's, but a migration that waits for a lock does not hold up the site."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from django.db.migrations import Migration
from psycopg.errors import LockNotAvailable

# Whoever comes after a migration that waits for a lock waits behind it: so it waits this long at most.
LOCK_TIMEOUT = "3s"
ATTEMPTS, SECONDS_BETWEEN = 20, 5.0


class Command(Migrate):
    """Gives up a migration that gets no lock, lets people pass, and tries again."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; what is migrated already stays so, and the rest is tried again. Raises CommandError."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(SECONDS_BETWEEN)
            try:
                return self._migrate(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.stderr.write(f"Somebody uses a table that is to be changed: {error}".strip())
        raise CommandError(
            f"No lock in {ATTEMPTS} attempts. Migrations that were applied stay; please try again."
        )

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        """Limit the waiting of migrations that are undone whole when they fail.

        Those outside of a transaction (CREATE INDEX CONCURRENTLY) hold up nobody while they wait, and would
        leave half an index when they are given up.
        """
        if action in ("apply_start", "unapply_start") and migration:
            self._set(LOCK_TIMEOUT if migration.atomic else "0")
        super().migration_progress_callback(action, migration, fake)

    def _migrate(self, *args: Any, **options: Any) -> None:
        self._database = options["database"]
        try:
            super().handle(*args, **options)
        finally:
            self._set("0")

    def _set(self, lock_timeout: str) -> None:
        with connections[self._database].cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
