"""manage.py back_up: a dump of the database and, beside it, the list of erasures."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from meetings.backup.postgres_programs import ProgramFailed, programs_for_site

NAME = "expertim-%Y%m%dT%H%M%SZ.dump"
LIST = "erasures"


class Command(BaseCommand):
    """Takes a back-up while the site runs."""

    help = "Write a dump of the database into a folder, and copy the list of erasures there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Know the folder, and how many dumps stay in it."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep", type=int, metavar="N", help="remove all but the newest N dumps afterwards"
        )

    def handle(self, *_args: Any, folder: Path, keep: int | None, **_options: Any) -> None:
        """Write beside, then rename: half a dump never looks like a whole one."""
        if keep is not None and keep < 1:
            raise CommandError("--keep 0 would keep no back-up.")
        dump = folder / timezone.now().strftime(NAME)
        beside = dump.with_suffix(".part")
        try:
            programs_for_site().dump(connection.settings_dict, beside)
            beside.rename(dump)
        except ProgramFailed as failed:
            raise CommandError(str(failed)) from failed
        finally:
            beside.unlink(missing_ok=True)
        self.stdout.write(f"{dump}: {dump.stat().st_size / 1e6:.1f} MB")
        self._copy_list(folder)
        for old in sorted(folder.glob("expertim-*.dump"))[: -keep if keep else 0]:
            old.unlink()

    def _copy_list(self, folder: Path) -> None:
        """Copy the list of erasures; it only grows, so the newest copy is good for every dump."""
        if not settings.ERASURES_FILE:
            self.stderr.write("ERASURES_FILE is not set: no list of erasures is kept beside the dump.")
        elif Path(settings.ERASURES_FILE).exists():
            shutil.copyfile(settings.ERASURES_FILE, folder / LIST)
