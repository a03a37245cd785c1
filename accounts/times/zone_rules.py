"""Whether Postgres or the system know other clock rules than the pinned `tzdata`.

Nothing of ours asks them about local time (docs/decisions/0011-zones.md); who looks at the same rows with
other tools does, and may then read another hour or another day than people on the site.
"""

import sysconfig
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connections

from accounts.times import zones

# Also rules that hold for weeks only are met: the clocks of Morocco in Ramadan.
STEP, STEPS = timedelta(days=10), 73

# What the clocks of a zone show at each instant, as seconds before (-) or after UTC.
Offsets = list[int]
Rules = Mapping[str, Offsets]


def instants(now: datetime) -> list[datetime]:
    """Return the instants that are compared: every tenth day of the two years to come."""
    return [now.astimezone(UTC) + number * STEP for number in range(STEPS)]


def differing(theirs: Rules, at: list[datetime]) -> list[str]:
    """Return the zones in which these rules show another time than ours, or that they do not know."""
    return [name for name in _names() if theirs.get(name) != _offsets(ZoneInfo(name), at)]


def of_postgres(database: str, at: list[datetime]) -> Rules:
    """Ask the server about all zones, in one query."""
    with connections[database].cursor() as cursor:
        cursor.execute(
            "SELECT zone.name, array_agg(EXTRACT(EPOCH FROM"
            " (at AT TIME ZONE zone.name) - (at AT TIME ZONE 'UTC'))::int ORDER BY at)"
            " FROM pg_timezone_names zone CROSS JOIN unnest(%s::timestamptz[]) at"
            " WHERE zone.name = ANY(%s) GROUP BY zone.name",
            [at, _names()],
        )
        return dict(cursor.fetchall())


def of_system(at: list[datetime]) -> Rules | None:
    """Read the files of the system, where Python would look for them; None where there are none."""
    folders = [Path(folder) for folder in (sysconfig.get_config_var("TZPATH") or "").split(":") if folder]
    found = next((folder for folder in folders if (folder / zones.UTC).is_file()), None)
    return dict(_read(found, at)) if found else None


def _read(folder: Path, at: list[datetime]) -> Iterable[tuple[str, Offsets]]:
    for name in _names():
        path = folder / name
        if path.is_file():
            with path.open("rb") as rules:
                yield name, _offsets(ZoneInfo.from_file(rules, key=name), at)


def _offsets(zone: ZoneInfo, at: list[datetime]) -> Offsets:
    return [int((instant.astimezone(zone).utcoffset() or timedelta()).total_seconds()) for instant in at]


def _names() -> list[str]:
    return [name for name, _words in zones.choices()]
