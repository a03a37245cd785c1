"""Whole credits: parts are rounded down, and no part is lost or made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.pricing import Charge, full_charge, late_charge, part

PERCENTS = (0, 1, 5, 10, 20, 33, 50, 66, 99, 100)

percent = st.integers(0, 100)
price = st.integers(0, 100_000)


@pytest.mark.parametrize("share_percent", PERCENTS)
def test_every_price_is_split_without_loss(share_percent: int) -> None:
    for amount in range(2001):
        charge = full_charge(amount, share_percent=share_percent)
        assert (charge.amount, charge.released) == (amount, 0)
        assert charge.expert_part + charge.share == amount
        assert charge.share * 100 <= amount * share_percent < (charge.share + 1) * 100


@pytest.mark.parametrize("share_percent", PERCENTS)
@pytest.mark.parametrize("late_percent", PERCENTS)
def test_every_late_price_is_split_without_loss(late_percent: int, share_percent: int) -> None:
    for amount in range(2001):
        charge = late_charge(amount, percent=late_percent, share_percent=share_percent)
        assert charge.amount + charge.released == amount
        assert charge.expert_part + charge.share == charge.amount
        assert charge.amount * 100 <= amount * late_percent < (charge.amount + 1) * 100
        assert min(charge.amount, charge.released, charge.share, charge.expert_part) >= 0


@given(price, percent, percent)
def test_no_price_and_percentage_lose_or_make_a_credit(amount: int, late: int, share: int) -> None:
    charge = late_charge(amount, percent=late, share_percent=share)
    assert charge.expert_part + charge.share + charge.released == amount


@given(price, percent)
def test_a_higher_price_never_pays_the_expert_less(amount: int, share: int) -> None:
    lower, higher = (full_charge(a, share_percent=share) for a in (amount, amount + 1))
    assert lower.expert_part <= higher.expert_part


def test_the_example_of_the_product() -> None:
    """15 credits, late, share 20 %: charged 7, share 1, expert 6, released 8."""
    charge = late_charge(15, percent=50, share_percent=20)
    assert charge == Charge(amount=7, share=1, released=8)
    assert charge.expert_part == 6


@pytest.mark.parametrize(("amount", "percent", "found"), [(101, 20, 20), (99, 1, 0), (100, 1, 1), (0, 50, 0)])
def test_a_part_is_rounded_down(amount: int, percent: int, found: int) -> None:
    assert part(amount, percent) == found
