"""What no statement of ours may do, looked at while every test runs.

Whatever breaks a rule raises at once where it is sent, and fails its test even where somebody catches that.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db.backends.signals import connection_created

LOCKS = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+UPDATE|UPDATE|KEY\s+SHARE|SHARE)\b(?P<of>\s+OF\b)?", re.IGNORECASE)
JOINS = re.compile(r"\bJOIN\b", re.IGNORECASE)
ASKS_FOR_LOCAL_TIME = re.compile(r"\bAT\s+TIME\s+ZONE\b(?!\s+'UTC')", re.IGNORECASE)
CHANGES_THE_ZONE = re.compile(r"\bSET\s+(?:LOCAL\s+|SESSION\s+)?TIME\s*ZONE\b", re.IGNORECASE)
DEFINES = re.compile(r"^\s*CREATE\b", re.IGNORECASE)


def locks_what_it_joins(statement: str) -> bool:
    """Whether it locks rows of several tables, and in an order that nobody wrote down."""
    locks = LOCKS.search(statement)
    return bool(locks and not locks["of"] and JOINS.search(statement) and not DEFINES.match(statement))


def asks_for_local_time(statement: str) -> bool:
    """Whether it asks Postgres about local days or clocks, whose rules may be others than ours."""
    return bool(ASKS_FOR_LOCAL_TIME.search(statement) or CHANGES_THE_ZONE.search(statement))


RULES = {
    "A locking query with a JOIN names what it locks: select_for_update(of=...)": locks_what_it_joins,
    "Postgres is asked nothing about local time (docs/decisions/0011-zones.md)": asks_for_local_time,
}
# What compares Postgres' rules with ours asks about all zones, and shows nobody the answer.
COMPARES_ALL_ZONES = "pg_timezone_names"

broken: list[str] = []
_looking = True


def watch() -> None:
    """Look at each statement of each connection from now on, whichever thread opens it."""
    connection_created.connect(_watch_connection, dispatch_uid="tests.statements")


@contextmanager
def expected() -> Iterator[list[str]]:
    """Let a test break a rule on purpose; give what was found."""
    before = len(broken)
    found: list[str] = []
    try:
        yield found
    finally:
        found += broken[before:]
        del broken[before:]


@contextmanager
def unwatched() -> Iterator[None]:
    """Let a negative control do what nobody does any more."""
    global _looking  # noqa: PLW0603 - for all threads
    _looking = False
    try:
        yield
    finally:
        _looking = True


@cache
def faults(statement: str) -> list[str]:
    """Return the rules that a statement breaks: most statements are sent again and again."""
    if COMPARES_ALL_ZONES in statement:
        return []
    return [words for words, is_broken in RULES.items() if is_broken(statement)]


def _watch_connection(connection: Any, **_what: Any) -> None:
    if _look not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _look)


def _look(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    found = faults(str(sql)) if _looking else []
    if found:
        broken.extend(f"{words}\n{sql}" for words in found)
        raise AssertionError(broken[-1])
    return execute(sql, params, many, context)
