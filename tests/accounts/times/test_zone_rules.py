"""One source of clock rules, the pinned `tzdata`: whatever the system's files or Postgres say."""

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from importlib.resources import as_file, files
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.times import zone_checks, zone_rules, zones
from accounts.times.formats import beginning_of
from runner.places import ROOT
from tests.environment import of_the_site

# What 15.01.2027 06:00 on these clocks is in UTC, by the rules of IANA 2026f.
MORNINGS = {
    "America/Vancouver": 13,  # UTC-7 all year
    "America/Edmonton": 12,
    "America/Inuvik": 12,
    "America/Winnipeg": 11,
    "America/Havana": 10,
    "Africa/Casablanca": 6,
    "Africa/El_Aaiun": 6,
}
MORNING = datetime(2027, 1, 15, 6)  # noqa: DTZ001 - what a clock on a wall shows
PINNED = next(line for line in (ROOT / "pyproject.toml").read_text().splitlines() if "tzdata" in line)

# A program as ours begin, and what each library says of an hour. Only tests have pytz, which Babel prefers.
ASKS_ALL = """
import sys
sys.modules["pytz"] = None
{begins}
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
name = sys.argv[1]
wall = datetime(2027, 1, 15, 6)
print("zoneinfo", wall.replace(tzinfo=ZoneInfo(name)).astimezone(UTC).hour)
from babel.dates import get_timezone
print("babel", wall.replace(tzinfo=get_timezone(name)).astimezone(UTC).hour)
import icalendar
entry = icalendar.Event.from_ical(f"BEGIN:VEVENT\\nDTSTART;TZID={{name}}:20270115T060000\\nEND:VEVENT")
print("icalendar", entry["dtstart"].dt.astimezone(UTC).hour)
from django.utils import timezone
timezone.activate(name)
print("django", timezone.make_aware(wall).astimezone(UTC).hour)
"""
BEGINNINGS = {
    "web": "import expertim.wsgi",
    "worker and clock": "from celery.app.utils import find_app\nfind_app('expertim')",
    "command": "import django, manage\nfrom django.conf import settings\nsettings.TIME_ZONE",
}


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system on which all these places live by the clock of Tokyo."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    with as_file(files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo")) as tokyo:
        for name in MORNINGS:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(tokyo, folder / name)
    return folder


def hours_said(begins: str, name: str, folder: Path) -> dict[str, int]:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ASKS_ALL.format(begins=begins), name],
        cwd=ROOT,
        env=of_the_site(DJANGO_SETTINGS_MODULE="expertim.settings", PYTHONTZPATH=str(folder)),
        capture_output=True,
        text=True,
        check=True,
    )
    return {library: int(hour) for library, hour in map(str.split, done.stdout.splitlines())}


@pytest.mark.parametrize(("name", "hour"), MORNINGS.items())
def test_a_morning_is_where_the_pinned_rules_have_it(name: str, hour: int) -> None:
    assert MORNING.replace(tzinfo=ZoneInfo(name)).astimezone(UTC) == datetime(2027, 1, 15, hour, tzinfo=UTC)


@pytest.mark.parametrize("program", BEGINNINGS)
def test_every_program_and_library_reads_them_whatever_the_system_has(program: str, strange: Path) -> None:
    said = hours_said(BEGINNINGS[program], "America/Vancouver", strange)
    assert said == dict.fromkeys(("zoneinfo", "babel", "icalendar", "django"), 13)


def test_a_program_that_is_not_ours_reads_what_the_system_has(strange: Path) -> None:
    begins = "from django.conf import settings\nsettings.configure(USE_TZ=True)"
    assert set(hours_said(begins, "America/Vancouver", strange).values()) == {21}


def test_the_rules_are_of_one_exact_version() -> None:
    assert PINNED.strip() == f'"tzdata=={version("tzdata")}",'
    for lock in ("requirements.lock", "requirements-test.lock"):
        assert f"\ntzdata=={version('tzdata')} " in (ROOT / lock).read_text()


def test_a_day_begins_when_the_calendar_turns_in_every_zone() -> None:
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(400)]
    for name, _words in zones.choices():
        with timezone.override(ZoneInfo(name)):
            for day in days:
                begins = beginning_of(day)
                around = [timezone.localtime(begins + timedelta(seconds=s)).date() for s in (-1, 0)]
                assert around == [day - timedelta(days=1), day], (name, day)


# --- What is said at the start where others have other rules -----------------------------------------------


def said(**how: Any) -> list[checks.CheckMessage]:
    return zone_checks.check_zone_rules(**how)


def test_nothing_is_asked_where_databases_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone_rules, "of_postgres", lambda *_what: pytest.fail("asked"))
    assert said(databases=None) == []
    assert said() == []


@pytest.mark.django_db
def test_the_rules_of_postgres_are_asked_in_one_query_and_named_where_they_differ() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rules = zone_rules.of_postgres("default", zone_rules.instants(timezone.now()))
    assert len(asked) == 1
    assert len(rules) > 400
    assert zone_rules.differing(rules, zone_rules.instants(timezone.now())) is not None


@pytest.mark.django_db
def test_rules_that_differ_for_weeks_only_or_are_missing_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = zone_rules.instants(timezone.now())
    right = {name: zone_rules._offsets(ZoneInfo(name), at) for name, _words in zones.choices()}
    in_ramadan = [offset - 3600 * (number == 9) for number, offset in enumerate(right["Africa/Casablanca"])]
    others = right | {"Africa/Casablanca": in_ramadan}
    del others["Europe/Kyiv"]
    monkeypatch.setattr(zone_rules, "of_system", lambda _at: None)
    monkeypatch.setattr(zone_rules, "of_postgres", lambda _name, _at: right)
    assert said(databases=["default"]) == []
    monkeypatch.setattr(zone_rules, "of_postgres", lambda _name, _at: others)
    monkeypatch.setattr(zone_rules, "instants", lambda _now: at)
    [warning] = said(databases=["default"])
    assert (warning.id, warning.level) == ("accounts.W010", checks.WARNING)
    assert "in 2 time zones: Africa/Casablanca, Europe/Kyiv." in warning.msg


def test_the_systems_rules_are_read_where_python_would_look(
    strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = zone_rules.instants(timezone.now())
    monkeypatch.setattr(zone_rules.sysconfig, "get_config_var", lambda _name: f"/nowhere:{strange}")
    assert zone_rules.of_system(at) is None
    (strange / "UTC").write_bytes((strange / "America" / "Havana").read_bytes())
    rules = zone_rules.of_system(at)
    assert rules is not None
    assert set(rules) == {*MORNINGS, "UTC"}
    assert rules["America/Havana"] == [9 * 3600] * len(at)


@pytest.mark.django_db
def test_it_is_said_by_the_command_that_checks_databases(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DEMO = True  # else the command ends with what the tests have and no site may
    monkeypatch.setattr(zone_rules, "of_postgres", lambda _name, _at: {})
    printed = StringIO()
    call_command("check", databases=["default"], stderr=printed)
    assert "accounts.W010" in printed.getvalue()
