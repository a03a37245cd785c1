"""manage.py rehearse_restore: whether a back-up of this moment could be restored, tried out on a copy."""

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from meetings.backup.postgres_programs import ProgramFailed, Programs, programs_for_site

# A copy asks no worker of the site for anything.
NO_BROKER = "redis://127.0.0.1:1/0"


class Command(BaseCommand):
    """Dumps the database while it is used, restores it elsewhere, puts the copy right as after a loss."""

    help = (
        "Take a back-up while the site runs, restore it into another database, replay the erasures, audit "
        "the copy, and remove it. The site's own database is only read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know where the copy goes, and whether the dump is kept."""
        parser.add_argument(
            "--to",
            metavar="DATABASE_URL",
            help="an empty database, for example on another server; without it one is made beside the site's "
            "and removed afterwards",
        )
        parser.add_argument("--dump", type=Path, metavar="FILE", help="rehearse with this dump, take none")

    def handle(self, *_args: Any, to: str | None, dump: Path | None, **_options: Any) -> None:
        """Take the steps in order, one printed line each; fail at the first that fails."""
        try:
            programs = programs_for_site()
            with tempfile.TemporaryDirectory() as folder, _copy(programs, to) as copy_url:
                self._rehearse(programs, dump or self._dump(programs, Path(folder)), copy_url)
        except ProgramFailed as failed:
            raise CommandError(str(failed)) from failed

    def _dump(self, programs: Programs, folder: Path) -> Path:
        dump = folder / "site.dump"
        self._step("dump", lambda: programs.dump(connection.settings_dict, dump))
        return dump

    def _rehearse(self, programs: Programs, dump: Path, copy_url: str) -> None:
        stopped_at = timezone.now().isoformat()
        self._step("restore", lambda: programs.restore(_database(copy_url), dump))
        self._step("after the restore", lambda: self._put_right(copy_url, stopped_at))
        self.stdout.write(f"This back-up can be restored ({dump.stat().st_size / 1e6:.1f} MB).")

    def _put_right(self, copy_url: str, stopped_at: str) -> None:
        """Do to the copy what is done after a loss, by another process, which knows only the copy."""
        lists = ["--erasures", settings.ERASURES_FILE] if settings.ERASURES_FILE else ["--no-erasures"]
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", "after_restore", "--stopped-at", stopped_at, *lists],
            check=False,
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": copy_url, "REDIS_URL": NO_BROKER, "LOG_LEVEL": "ERROR"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.stdout.write("".join(f"    {line}\n" for line in done.stdout.splitlines()), ending="")
        if done.returncode:
            raise CommandError("The copy could not be put right: see above.")

    def _step(self, name: str, take: Callable[[], object]) -> None:
        started = time.perf_counter()
        take()
        self.stdout.write(f"{name}: done in {time.perf_counter() - started:.1f} s")


@contextmanager
def _copy(programs: Programs, given: str | None) -> Iterator[str]:
    """Have an empty database for the copy, by its address; one that was not given is removed afterwards."""
    if given:
        yield given
        return
    name = f"{connection.settings_dict['NAME']}_rehearsal"
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    programs.drop(_database(url))
    programs.create(_database(url))
    try:
        yield url
    finally:
        programs.drop(_database(url))


def _database(url: str) -> dict[str, Any]:
    return {"OPTIONS": {}, **environ.Env.db_url_config(url)}
