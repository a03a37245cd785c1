"""How long an operator's batch of grants takes, and whether ten times the lines take ten times as long."""

import sys
import time
from uuid import uuid4

import django
from django.core.management import call_command
from django.utils import timezone

from runner import throw_away, variables


def main(lines: int) -> None:
    """Book a batch, then one of ten times as many lines."""
    with throw_away.running() as servers:
        variables.set_for_tests(servers.variables)
        django.setup()
        call_command("migrate", verbosity=0)
        few, many = _booked(lines // 10), _booked(lines)
    print(f"{lines // 10:7,} lines {few:7.2f} s")
    print(f"{lines:7,} lines {many:7.2f} s, {many / few:.1f} times as long")


def _booked(lines: int) -> float:
    """Grant one credit to so many people in one batch; return the seconds."""
    from accounts.models import User  # noqa: PLC0415 - they want tables, which want settings
    from credits import batches, ledger  # noqa: PLC0415

    operator = User.objects.create(email=f"operator{lines}@example.com", is_staff=True)
    addresses = [f"person{number}@of{lines}.example.com" for number in range(lines)]
    User.objects.bulk_create(User(email=address) for address in addresses)
    rows = batches.read("\n".join(f"{address},1,Gift" for address in addresses))
    begun = time.perf_counter()
    seen = batches.judge(rows, sign=1).digest
    booked = batches.book(
        rows, ledger.grant, sign=1, seen=seen, key=uuid4(), operator=operator, now=timezone.now()
    )
    seconds = time.perf_counter() - begun
    assert booked is not None
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
