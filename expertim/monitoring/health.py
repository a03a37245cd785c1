"""Whether what the site needs answers: said within about two seconds, and without details.

Details are for the log. A database that is away, slow or frozen, a name server that hangs: all are "away".
"""

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from time import monotonic

from django.conf import settings
from django.db import Error, ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

OK, AWAY, MISSING, UNKNOWN = "ok", "away", "missing", "unknown"
LIMIT = 2.0  # seconds for all together
KEPT = 1.0  # seconds: whoever asks more often is told the same again

Answers = Mapping[str, str]


class Checkup:
    """Asks what the site needs, one question at a time, and remembers the answers for a moment."""

    def __init__(self) -> None:
        # Threads, as not every wait has a limit of its own. However many hang, these few are all.
        self._hands = ThreadPoolExecutor(max_workers=4, thread_name_prefix="health")
        self._lock = threading.Lock()
        self._asked_at = -KEPT
        self._answers: Answers = {}

    def answers(self) -> Answers:
        """Return what database, migrations and redis are, as words."""
        with self._lock:
            if monotonic() - self._asked_at >= KEPT:
                self._answers, self._asked_at = self._ask(), monotonic()
            return self._answers

    def _ask(self) -> Answers:
        questions = [self._hands.submit(ask) for ask in (_ask_database, _ask_redis)]
        done, late = wait(questions, timeout=LIMIT)
        for question in late:
            question.cancel()
        found = {"database": AWAY, "migrations": UNKNOWN, "redis": AWAY}
        for question in done:
            found |= question.result()
        return found


_checkup = Checkup()
answers = _checkup.answers


def _ask_database() -> Answers:
    """Ask over a connection of its own: to wait for one of those that the pages share has no short limit."""
    database = connection.copy()
    given = {name: value for name, value in database.settings_dict["OPTIONS"].items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout=1500"
    limits = {"connect_timeout": int(LIMIT), "options": options}
    database.settings_dict["OPTIONS"] = given | limits
    try:
        return {"database": OK, "migrations": _migrations(database)}
    except Error as error:
        log.warning("The database does not answer: %s", error)
        return {}
    finally:
        database.close()


def _migrations(database: BaseDatabaseWrapper) -> str:
    """Compare what the code brings with what was applied; once all was, ask only for a sign of life."""
    if _Applied.all:
        with database.cursor() as cursor:
            cursor.execute("SELECT 1")
        return OK
    _Applied.all = _brought() <= _applied(database)
    return OK if _Applied.all else MISSING


@cache
def _brought() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def _applied(database: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall())
    except ProgrammingError:  # there is no such table
        return set()


class _Applied:
    """Whether this process has seen all migrations applied: nobody takes them back under a running site."""

    all = False


def _ask_redis() -> Answers:
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
        ) as redis:
            redis.ping()
        return {"redis": OK}
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer: %s", error)
        return {}
