"""What a meeting costs whom: whole credits, parts rounded down (spec: Cancelling, Share)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charge:
    """The end of a block: `amount` is charged, of it `share` is the platform's; `released` goes back."""

    amount: int
    share: int
    released: int

    @property
    def expert_part(self) -> int:
        """What the expert gets."""
        return self.amount - self.share


def part(amount: int, percent: int) -> int:
    """Return a percentage of an amount, rounded down to whole credits."""
    return amount * percent // 100


def full_charge(price: int, *, share_percent: int) -> Charge:
    """Return the charge of a meeting paid in full."""
    return Charge(price, part(price, share_percent), 0)


def late_charge(price: int, *, percent: int, share_percent: int) -> Charge:
    """Return the charge of a meeting that the user cancelled late.

    >>> late_charge(15, percent=50, share_percent=20)
    Charge(amount=7, share=1, released=8)
    """
    amount = part(price, percent)
    return Charge(amount, part(amount, share_percent), price - amount)
