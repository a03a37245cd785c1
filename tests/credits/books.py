"""The books, read independently of the ledger: straight from the transfers."""

from collections import Counter, defaultdict

from django.db.models import F, Q, Sum

from accounts.models import User
from credits import ledger
from credits.models import Account, AccountKind, Posting, Transfer
from meetings.models import Meeting
from meetings.vocabulary import Payment


def from_transfers(account: Account) -> int:
    """Return what an account holds: all it received less all it gave."""
    received = Transfer.objects.filter(target=account).aggregate(total=Sum("amount", default=0))["total"]
    given = Transfer.objects.filter(source=account).aggregate(total=Sum("amount", default=0))["total"]
    return int(received - given)


def platform(kind: AccountKind) -> int:
    """Return what an account of the platform holds."""
    account = Account.objects.filter(kind=kind).first()
    return from_transfers(account) if account else 0


def share() -> int:
    """Return what the platform has kept of all charges."""
    return platform(AccountKind.SHARE)


def available(person: User) -> int:
    return ledger.balance(person).available


def blocked(person: User) -> int:
    return ledger.balance(person).blocked


def owned_by_everyone() -> dict[int, tuple[int, int]]:
    """Return what every person has available and blocked, by the person's number."""
    owned: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for owner, kind, balance in Account.objects.exclude(owner=None).values_list("owner", "kind", "balance"):
        available, held = owned[owner]
        is_wallet = kind == AccountKind.WALLET
        owned[owner] = (available + balance, held) if is_wallet else (available, held + balance)
    return owned


def assert_in_order() -> None:
    """Check what must hold after every step of every history."""
    accounts = list(Account.objects.all())
    totals = _totals()
    assert sum(totals.values()) == 0
    stored = {account.pk: account.balance for account in accounts if account.balance is not None}
    assert stored == {pk: totals[pk] for pk in stored}
    assert min(stored.values(), default=0) >= 0
    assert not Transfer.objects.filter(Q(amount__lte=0) | Q(source=F("target"))).exists()
    assert not Posting.objects.filter(transfers=None).exists()
    blocks = {account.reference: account.balance for account in accounts if account.reference}
    should_hold = {meeting.reference: _should_hold(meeting) for meeting in Meeting.objects.all()}
    assert {reference: blocks.get(reference, 0) for reference in should_hold} == should_hold


def _totals() -> Counter[int]:
    totals: Counter[int] = Counter()
    for source, target, amount in Transfer.objects.values_list("source", "target", "amount"):
        totals[source] -= amount
        totals[target] += amount
    return totals


def _should_hold(meeting: Meeting) -> int:
    return meeting.price if meeting.payment == Payment.BLOCKED else 0
