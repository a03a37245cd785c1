"""The only door to the ledger: every movement of credits goes through a function of this module.

All amounts are whole credits. Each function takes a key made from what caused it; repeating a call with its
key changes nothing and returns the first posting's number. An amount of 0 moves nothing and returns None.
Each call is whole by itself; call it in the transaction of what causes it, so that a refusal undoes both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection, models
from django.db.models import Q, Sum

from accounts.models import User
from credits import notices
from credits.models import Account, AccountKind, Posting, PostingKind
from notifications import outbox
from notifications.kinds import Kind

Leg = tuple[Account, Account, int]

SHORT_OF_CREDITS, KEY_USED_OTHERWISE, BLOCK_NOT_EMPTIED = "CR001", "CR002", "CR003"
CLOSED_IS_EMPTY = "credits_closed_accounts_are_empty"


class NotEnoughCredits(Exception):
    """An account would fall below zero; `missing` says by how many credits."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} credits are missing")
        self.missing = missing


class KeyUsedOtherwise(Exception):
    """The same key came again with other contents: a mistake of the caller, never of a person."""


class BlockNotEmptied(Exception):
    """A block ends whole and once: releasing or charging only a part of it is a mistake of the caller."""


class AccountClosed(Exception):
    """The person has left: their accounts take no credits any more."""


class OwnCredits(Exception):
    """An operator would move credits of their own (spec: Actions)."""


class StillOwned(Exception):
    """An account that holds credits is not closed; `owned` says how many."""

    def __init__(self, owned: int) -> None:
        super().__init__(f"{owned} credits are still owned")
        self.owned = owned


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has: `available` to spend, and `blocked` for meetings."""

    available: int
    blocked: int

    @property
    def owned(self) -> int:
        """All of it."""
        return self.available + self.blocked


@dataclass(frozen=True, slots=True)
class Refund:
    """A charge taken back: who bore how much of it."""

    posting: int | None
    from_expert: int
    from_platform: int


def balance(person: User) -> Balance:
    """Return what a person owns now."""
    rows = Account.objects.filter(owner=person).values_list("kind").annotate(total=Sum("balance"))
    totals = dict(rows)
    return Balance(totals.get(AccountKind.WALLET, 0), totals.get(AccountKind.BLOCK, 0))


def open_blocks(person: User) -> "models.QuerySet[Account]":
    """Return the person's open blocks: `reference` says for what, `balance` how much."""
    return Account.objects.filter(owner=person, kind=AccountKind.BLOCK, balance__gt=0).order_by("pk")


def blocked_for(reference: str) -> int:
    """Return how many credits are blocked under this reference."""
    blocks = Account.objects.filter(kind=AccountKind.BLOCK, reference=reference)
    return int(blocks.aggregate(total=Sum("balance", default=0))["total"])


def block(person: User, amount: int, *, reference: str, key: str, now: datetime) -> int | None:
    """Set credits aside for what the reference names. Raises NotEnoughCredits."""
    legs = [(_wallet(person), _block(person, reference), amount)]
    return _post(PostingKind.BLOCK, legs, key=key, now=now, reference=reference)


def release(person: User, amount: int, *, reference: str, key: str, now: datetime) -> int | None:
    """Give a whole block back to the person it was taken from."""
    legs = [(_block(person, reference), _wallet(person), amount)]
    return _post(PostingKind.RELEASE, legs, key=key, now=now, reference=reference)


def charge(
    payer: User,
    amount: int,
    *,
    payee: User,
    share: int,
    released: int = 0,
    reference: str,
    key: str,
    now: datetime,
) -> int | None:
    """End a block: the payee gets the amount less the platform's share, the payer what is released."""
    held = _block(payer, reference)
    legs = [
        (held, _wallet(payee), amount - share),
        (held, _platform(AccountKind.SHARE), share),
        (held, _wallet(payer), released),
    ]
    return _post(PostingKind.CHARGE, legs, key=key, now=now, reference=reference)


def refund(
    payer: User, amount: int, *, payee: User, share: int, reference: str, key: str, now: datetime
) -> Refund:
    """Take a charge back: the share from the platform, the rest from what the payee has available.

    What the payee no longer has the platform bears (spec: Reversal).
    """
    back, paid, platform = _wallet(payer), _wallet(payee), _platform(AccountKind.SHARE)
    held = _locked_balances(back, paid)[paid.pk]
    made = find(key)
    from_expert = _part_from_wallet(made) if made else min(amount - share, held)
    from_platform = amount - from_expert
    legs = [(platform, back, from_platform), (paid, back, from_expert)]
    posting = _post(PostingKind.CORRECTION, legs, key=key, now=now, reference=reference)
    return Refund(posting, from_expert, from_platform)


def bonus(person: User, amount: int, *, reference: str, key: str, now: datetime) -> int | None:
    """Give a person credits from the platform's bonuses, and tell them."""
    legs = [(_platform(AccountKind.BONUS), _wallet(person), amount)]
    posting = _post(PostingKind.BONUS, legs, key=key, now=now, reference=reference)
    _tell(person, notices.BONUS, posting, amount, now=now)
    return posting


def grant(
    person: User,
    amount: int,
    *,
    reason: str,
    made_by: User | None,
    reference: str = "",
    key: str,
    now: datetime,
) -> int | None:
    """Give a person new credits (a purchase or a gift), and tell them. Raises OwnCredits."""
    _refuse_own(person, made_by)
    legs = [(_platform(AccountKind.ISSUANCE), _wallet(person), amount)]
    posting = _post(
        PostingKind.GRANT, legs, key=key, now=now, reference=reference, reason=reason, made_by=made_by
    )
    _tell(person, notices.GRANTED, posting, amount, now=now)
    return posting


def payout(
    person: User, amount: int, *, reason: str, made_by: User | None, key: str, now: datetime
) -> int | None:
    """Record that a person was paid for credits, which leave the books, and tell them. Raises OwnCredits."""
    _refuse_own(person, made_by)
    legs = [(_wallet(person), _platform(AccountKind.PAYOUT), amount)]
    posting = _post(PostingKind.PAYOUT, legs, key=key, now=now, reason=reason, made_by=made_by)
    _tell(person, notices.PAYOUT, posting, amount, now=now)
    return posting


def _refuse_own(person: User, made_by: User | None) -> None:
    if made_by is not None and made_by.pk == person.pk:
        raise OwnCredits


def close(person: User, *, references: Iterable[str]) -> None:
    """Let the accounts of a person who leaves take no credits any more; numbers stay. Raises StillOwned.

    What operators wrote about the person's postings is erased, and about those with one of these references:
    they are others' credits, but the words may speak of the person.
    """
    _wallet(person)
    accounts = list(Account.objects.select_for_update().filter(owner=person).order_by("pk"))
    owned = sum(account.balance or 0 for account in accounts)
    if owned:
        raise StillOwned(owned)
    Account.objects.filter(owner=person).update(is_closed=True)
    touching = Q(transfers__source__in=accounts) | Q(transfers__target__in=accounts)
    touching |= Q(reference__in=list(references))
    worded = Posting.objects.filter(touching).exclude(reason="").values("pk")
    Posting.objects.filter(pk__in=worded).update(reason="")


def find(key: str) -> Posting | None:
    """Return the posting made under this key, if there is one."""
    return Posting.objects.filter(key=key).first()


def _post(
    kind: PostingKind,
    legs: list[Leg],
    *,
    key: str,
    now: datetime,
    reference: str = "",
    reason: str = "",
    made_by: User | None = None,
) -> int | None:
    """Write one posting with its transfers: the database function locks, checks and books at once."""
    moving = [leg for leg in legs if leg[2]]
    if not moving:
        return None
    sources, targets, amounts = zip(*((s.pk, t.pk, amount) for s, t, amount in moving), strict=True)
    row = [key, kind, reference, reason, made_by.pk if made_by else None, now]
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT credits_post(%s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[])",
                [*row, list(sources), list(targets), list(amounts)],
            )
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        raise _in_our_words(error) from error


def _in_our_words(error: DatabaseError) -> Exception:
    """Turn the database function's own refusals into ours; anything else stays what it is."""
    diagnosis = getattr(error.__cause__, "diag", None)
    code = getattr(diagnosis, "sqlstate", None)
    if code == SHORT_OF_CREDITS:
        return NotEnoughCredits(int(diagnosis.message_detail or 0)) if diagnosis else error
    if code == KEY_USED_OTHERWISE:
        return KeyUsedOtherwise(str(error))
    if code == BLOCK_NOT_EMPTIED:
        return BlockNotEmptied(str(error))
    if getattr(diagnosis, "constraint_name", None) == CLOSED_IS_EMPTY:
        return AccountClosed(str(error))
    return error


def _part_from_wallet(made: Posting) -> int:
    """Return how much of a posting came from a wallet."""
    from_wallets = made.transfers.filter(source__kind=AccountKind.WALLET)
    return int(from_wallets.aggregate(total=Sum("amount", default=0))["total"])


def _tell(person: User, kind: Kind, posting: int | None, amount: int, *, now: datetime) -> None:
    if posting is not None:
        facts = {"amount_credits": amount}
        source = f"posting:{posting}"
        outbox.tell(
            outbox.notification(person, kind, source=source, reference="account", facts=facts, now=now)
        )


def _wallet(person: User) -> Account:
    return Account.objects.get_or_create(
        kind=AccountKind.WALLET, owner=person, reference="", defaults={"balance": 0}
    )[0]


def _block(person: User, reference: str) -> Account:
    return Account.objects.get_or_create(
        kind=AccountKind.BLOCK, reference=reference, defaults={"owner": person, "balance": 0}
    )[0]


def _platform(kind: AccountKind) -> Account:
    return Account.objects.get_or_create(kind=kind, owner=None, reference="")[0]


def _locked_balances(*accounts: Account) -> dict[int, int]:
    """Lock accounts in the order of their numbers, as `credits_post` does, and return what they hold."""
    pks = [account.pk for account in accounts]
    locked = Account.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return {account.pk: account.balance or 0 for account in locked}
