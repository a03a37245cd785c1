"""Says where Postgres or the system have other clock rules than the site, when Django checks databases."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.utils import timezone

from accounts.times import zone_rules

MOST_NAMED = 5


def check_zone_rules(databases: Iterable[str] | None = None, **_what: Any) -> list[CheckMessage]:
    """Warn where the database server or the system has other clock rules than the pinned ones.

    Only where databases are checked: `migrate`, `prepare`, `check --database default`.
    """
    if not databases:
        return []
    at = zone_rules.instants(timezone.now())
    known = [("Postgres", "W010", zone_rules.of_postgres(name, at)) for name in databases]
    known += [("This system", "W011", rules) for rules in [zone_rules.of_system(at)] if rules is not None]
    differing = [(who, number, zone_rules.differing(rules, at)) for who, number, rules in known]
    return [_other_rules(who, number, names) for who, number, names in differing if names]


def _other_rules(who: str, number: str, names: list[str]) -> CheckMessage:
    named = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
    words = (
        f"{who} has other clock rules than the pinned tzdata {version('tzdata')} in {len(names)} time zones: "
        f"{named}."
    )
    hint = (
        "Nothing of the site asks it about local time, so no page and no mail is wrong. What you ask it with "
        "other tools may be an hour or a day off there, until its zone files are updated."
    )
    return Warning(words, hint, id=f"accounts.{number}")
