"""How long the operators' lists take with a thousand rows and with a million."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client

from runner import throw_away, variables

FEW, MANY, LOOKS = 1_000, 1_000_000, 5
ROWS = Path(__file__).with_name("rows.sql")
UNCHECKED = """
    DO $$ DECLARE rule record; BEGIN
        FOR rule IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                    WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.place, rule.conname);
        END LOOP;
    END $$
"""

LISTS = {
    "people": "accounts/user/",
    "experts": "accounts/expertprofile/",
    "meetings": "meetings/meeting/",
    "events": "meetings/event/",
    "answers": "meetings/answer/",
    "reviews": "meetings/review/",
    "reminders": "meetings/reminder/",
    "video rooms": "meetings/videoroom/",
    "notifications": "notifications/notification/",
    "accounts": "credits/account/",
    "postings": "credits/posting/",
    "transfers": "credits/transfer/",
}
NARROWED = {
    "people: a name": "accounts/user/?q=Tomas",
    "people: a whole name": "accounts/user/?q=Eva+{name}",
    "people: an address": "accounts/user/?q=person{half}@example.com",
    "people: nobody's name": "accounts/user/?q=Xyzzyqwert",
    "people: operators": "accounts/user/?role=operator",
    "people: experts": "accounts/user/?role=expert",
    "people: blocked": "accounts/user/?state=blocked",
    "people: deleted": "accounts/user/?state=deleted",
    "people: address not confirmed": "accounts/user/?state=unconfirmed",
    "experts: to approve": "accounts/expertprofile/?is_approved__exact=0&user__is_active__exact=1",
    "meetings: a number": "meetings/meeting/?q=Meeting+{half}",
    "meetings: a name": "meetings/meeting/?q=Eva+{name}",
    "meetings: a frequent name": "meetings/meeting/?q=Petr",
    "meetings: of a person": "meetings/meeting/?person={half}",
    "meetings: under review": "meetings/meeting/?status__exact=under_review",
    "meetings: held": "meetings/meeting/?status__exact=held",
    "meetings: returned": "meetings/meeting/?payment__exact=returned",
    "meetings: flagged": "meetings/meeting/?is_flagged__exact=1",
    "meetings: today": "meetings/meeting/?start=today",
    "meetings: free": "meetings/meeting/?price=free",
    "meetings: cancelled late": "meetings/meeting/?late=expert",
    "meetings: page 200": "meetings/meeting/?p={last}",
    "events: of a meeting": "meetings/event/?q={half}",
    "events: cancelled late": "meetings/event/?late=expert",
    "video rooms: in trouble": "meetings/videoroom/?trouble__exact=any",
    "video rooms: today": "meetings/videoroom/?start=today",
    "notifications: given up": "notifications/notification/?mail_state__exact=failed",
    "notifications: pointless": "notifications/notification/?mail_state__exact=moot",
    "notifications: of a name": "notifications/notification/?q=Eva+{name}",
    "postings: payouts": "credits/posting/?kind__exact=payout",
    "postings: of a meeting": "credits/posting/?q={half}",
    "transfers: of a meeting": "credits/transfer/?q={half}",
    "accounts: of a name": "credits/account/?q=Eva+{name}",
}


@dataclass(frozen=True)
class Cost:
    """What one page costs, in milliseconds: all of it, and the database's part."""

    page: float
    database: float


def main(many: int) -> None:
    """Measure with few rows, then with many, and print both."""
    with throw_away.running() as servers:
        variables.set_for_tests(servers.variables)
        django.setup()
        settings.DEMO = True  # which wants no second factor
        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(UNCHECKED)
        _fill(1, FEW)
        few = _look(FEW)
        print(f"Filling up to {many:,} rows.", flush=True)
        _fill(FEW + 1, many)
        _print(few, _look(many), many)
        connection.close()


def _fill(begin: int, end: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ROWS.read_text(), {"begin": begin, "end": end})
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _look(rows: int) -> dict[str, Cost]:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_name FROM accounts_user WHERE id = %s", [rows // 2])
        [name] = cursor.fetchone()
    values = {"half": rows // 2, "name": name, "last": min(200, rows // 50)}
    return {
        what: _cost(client, "/admin/" + address.format(**values))
        for what, address in {**LISTS, **NARROWED}.items()
    }


def _cost(client: Client, address: str) -> Cost:
    client.get(address)
    costs = [_once(client, address) for _look in range(LOOKS)]
    return Cost(median(cost.page for cost in costs), median(cost.database for cost in costs))


def _once(client: Client, address: str) -> Cost:
    asked: list[float] = []
    begun = time.perf_counter()
    with _timed(asked):
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return Cost((time.perf_counter() - begun) * 1000, sum(asked) * 1000)


@contextmanager
def _timed(asked: list[float]) -> Iterator[None]:
    def ask(execute: Any, *question: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*question)
        finally:
            asked.append(time.perf_counter() - begun)

    with connection.execute_wrapper(ask):
        yield


def _print(few: dict[str, Cost], many: dict[str, Cost], rows: int) -> None:
    print(f"{'milliseconds':34}{FEW:>18,}{rows:>18,}")
    print(f"{'':34}{'page (database)':>18}{'page (database)':>18}{'ratio':>8}")
    for what, cost in many.items():
        before = few[what]
        shown = [f"{one.page:.0f} ({one.database:.0f})" for one in (before, cost)]
        print(f"{what:34}{shown[0]:>18}{shown[1]:>18}{cost.page / before.page:>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
