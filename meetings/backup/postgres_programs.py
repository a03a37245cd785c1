"""Postgres's own programs for back-ups, run on the site's database or on a copy of it."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo

DEBIAN = Path("/usr/lib/postgresql")
PARTS_AT_ONCE = 2
# Whoever restores it may be another user of Postgres.
AS_IT_IS = ("--no-owner", "--no-privileges")


class ProgramFailed(Exception):
    """A program is not there, or has failed; the words say what it said."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one folder, in a version that knows the server's."""

    folder: Path

    def dump(self, database: dict[str, Any], file: Path) -> None:
        """Write a dump as of one instant, while others go on writing. Raises ProgramFailed."""
        self._run("pg_dump", *AS_IT_IS, "--format=custom", f"--file={file}", at=database)

    def restore(self, database: dict[str, Any], file: Path) -> None:
        """Fill an empty database from a dump. Raises ProgramFailed."""
        how = ("--exit-on-error", f"--jobs={PARTS_AT_ONCE}")
        self._run("pg_restore", *AS_IT_IS, *how, str(file), at=database)

    def create(self, database: dict[str, Any]) -> None:
        """Make an empty database. Raises ProgramFailed."""
        self._on_server(database, "createdb", "--template=template0")

    def drop(self, database: dict[str, Any]) -> None:
        """Remove a database, whoever uses it. Raises ProgramFailed."""
        self._on_server(database, "dropdb", "--if-exists", "--force")

    def _on_server(self, database: dict[str, Any], name: str, *arguments: str) -> None:
        self._run(
            name, *arguments, database["NAME"], at=database | {"NAME": "postgres"}, by="--maintenance-db"
        )

    def _run(self, name: str, *arguments: str, at: dict[str, Any], by: str = "--dbname") -> None:
        conninfo, environment = _for_libpq(at)
        done = subprocess.run(  # noqa: S603 - our own arguments
            [self.folder / name, *arguments, f"{by}={conninfo}"],
            check=False,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ProgramFailed(f"{name}: {done.stderr.strip()}")


def programs_for_site() -> Programs:
    """Return programs that can dump the site's database. Raises ProgramFailed."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return programs_for(int(cursor.fetchone()[0]) // 10_000)


def programs_for(server: int) -> Programs:
    """Return programs that can dump a server of this major version. Raises ProgramFailed.

    Those of the PATH come first, then the newest that Debian has.
    """
    found = {folder: version for folder in _folders() if (version := _version(folder))}
    for folder, version in found.items():
        if version >= server:
            return Programs(folder)
    there = ", ".join(f"{version} in {folder}" for folder, version in found.items()) or "none"
    raise ProgramFailed(
        f"pg_dump {server} or newer is needed, as the server is; found: {there}. "
        f"Please put it on the PATH (on Debian: postgresql-client-{server})."
    )


def _for_libpq(database: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return a database of the settings as its own programs name it; a password goes by the environment."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    named = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT", "password": "PASSWORD"}
    values = {name: database.get(key) for name, key in named.items()} | database.get("OPTIONS", {})
    given = {name: value for name, value in values.items() if value and name in known}
    password = given.pop("password", None)
    return make_conninfo(**given), {"PGPASSWORD": str(password)} if password else {}


def _folders() -> Iterator[Path]:
    yield from (Path(folder) for folder in os.get_exec_path())
    yield from sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)


def _version(folder: Path) -> int | None:
    """Return the major version of a folder's pg_dump; None where it has none that works."""
    try:
        told = subprocess.run(  # noqa: S603 - found above
            [folder / "pg_dump", "--version"], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\) (\d+)", told.stdout)
    return int(version[1]) if version else None
