"""Random histories of the ledger, compared with a model that a child could keep on paper."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from credits import ledger
from credits.ledger import BlockNotEmptied, KeyUsedOtherwise, NotEnoughCredits
from credits.models import AccountKind
from tests.credits import books
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
STEPS = 120

Pocket = tuple[str, int | str]
Legs = list[tuple[Pocket, Pocket, int]]


class Refused(Exception):
    """The model's word for a posting that must not happen."""


@dataclass
class Paper:
    """Pockets and what is in them; the platform's may be negative, people's may not."""

    pockets: dict[Pocket, int] = field(default_factory=lambda: defaultdict(int))
    keys: dict[str, tuple[str, str, Legs]] = field(default_factory=dict)

    def post(self, key: str, kind: str, reference: str, legs: Legs) -> None:
        legs = [leg for leg in legs if leg[2]]
        if not legs:
            return
        if key in self.keys:
            if self.keys[key] != (kind, reference, legs):
                raise Refused
            return
        after = self.pockets.copy()
        for source, target, amount in legs:
            after[source] -= amount
            after[target] += amount
        people = [amount for (sort, _of), amount in after.items() if sort in ("wallet", "block")]
        if min(amount for *_accounts, amount in legs) < 0 or min(people, default=0) < 0:
            raise Refused
        if kind in ("release", "charge") and after["block", reference]:
            raise Refused
        self.pockets, self.keys[key] = after, (kind, reference, legs)


@dataclass
class History:
    """A seeded random run: each step goes to the ledger and to the paper, and both must agree."""

    chance: random.Random
    people: list[User]
    paper: Paper = field(default_factory=Paper)
    refusals: int = 0

    def step(self) -> None:
        move = self.chance.choice(["block", "release", "charge", "bonus", "grant", "payout"])
        person, other = self.chance.sample(self.people, 2)
        reference = f"meeting:{self.chance.randrange(4)}:{person.pk}"
        amount = self.chance.choice([0, 1, 2, 7, 15, 30, 100, -5])
        key = f"{move}:{self.chance.randrange(40)}"
        getattr(self, move)(person, other, reference, amount, key)

    def block(self, person: User, _other: User, reference: str, amount: int, key: str) -> None:
        legs: Legs = [(("wallet", person.pk), ("block", reference), amount)]
        call = partial(ledger.block, person, amount, reference=reference, key=key, now=NOW)
        self.both(call, key, "block", reference, legs)

    def release(self, person: User, _other: User, reference: str, amount: int, key: str) -> None:
        amount = self.chance.choice([amount, self.paper.pockets["block", reference]])
        legs: Legs = [(("block", reference), ("wallet", person.pk), amount)]
        call = partial(ledger.release, person, amount, reference=reference, key=key, now=NOW)
        self.both(call, key, "release", reference, legs)

    def charge(self, person: User, other: User, reference: str, amount: int, key: str) -> None:
        held = self.paper.pockets["block", reference]
        amount = self.chance.choice([amount, held, held // 2])
        share, released = amount // 5, self.chance.choice([0, held - amount])
        legs: Legs = [
            (("block", reference), ("wallet", other.pk), amount - share),
            (("block", reference), ("platform", "share"), share),
            (("block", reference), ("wallet", person.pk), released),
        ]
        how = {"payee": other, "share": share, "released": released}
        call = partial(ledger.charge, person, amount, **how, reference=reference, key=key, now=NOW)
        self.both(call, key, "charge", reference, legs)

    def bonus(self, person: User, _other: User, reference: str, amount: int, key: str) -> None:
        legs: Legs = [(("platform", "bonus"), ("wallet", person.pk), amount)]
        call = partial(ledger.bonus, person, amount, reference=reference, key=key, now=NOW)
        self.both(call, key, "bonus", reference, legs)

    def grant(self, person: User, _other: User, _reference: str, amount: int, key: str) -> None:
        legs: Legs = [(("platform", "issuance"), ("wallet", person.pk), amount)]
        call = partial(ledger.grant, person, amount, reason="x", made_by=None, key=key, now=NOW)
        self.both(call, key, "grant", "", legs)

    def payout(self, person: User, _other: User, _reference: str, amount: int, key: str) -> None:
        legs: Legs = [(("wallet", person.pk), ("platform", "payout"), amount)]
        call = partial(ledger.payout, person, amount, reason="x", made_by=None, key=key, now=NOW)
        self.both(call, key, "payout", "", legs)

    def both(self, call: Callable[[], object], key: str, kind: str, reference: str, legs: Legs) -> None:
        try:
            self.paper.post(key, kind, reference, legs)
        except Refused:
            self.refusals += 1
            with (
                pytest.raises((NotEnoughCredits, KeyUsedOtherwise, BlockNotEmptied, IntegrityError)),
                transaction.atomic(),
            ):
                call()
        else:
            call()

    def assert_agrees(self) -> None:
        pockets = self.paper.pockets
        for person in self.people:
            mine = sum(pockets["block", f"meeting:{n}:{person.pk}"] for n in range(4))
            assert ledger.balance(person) == ledger.Balance(pockets["wallet", person.pk], mine)
        for kind in (AccountKind.SHARE, AccountKind.BONUS, AccountKind.ISSUANCE, AccountKind.PAYOUT):
            assert books.platform(kind) == pockets["platform", kind.value]
        assert sum(pockets.values()) == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_ledger_agrees_with_paper_in_every_history(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a history that can be repeated
    history = History(chance, PersonFactory.create_batch(3))
    for number in range(STEPS):
        history.step()
        if number % 10 == 0:
            history.assert_agrees()
    history.assert_agrees()
    books.assert_in_order()
    assert 10 < history.refusals < STEPS - 20
