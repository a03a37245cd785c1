"""The figures that texts for people speak of, taken from what the code goes by (never typed)."""

from datetime import timedelta

from accounts.models.expert import LONGEST_MINUTES, SHORTEST_MINUTES
from meetings import pricing
from meetings.lifecycle.checks import FURTHEST_AHEAD
from meetings.models import Terms
from meetings.models.meeting import JOIN_BEFORE, SILENCE
from meetings.notices.reminders import DAY_BEFORE
from meetings.notices.still_due import HOUR_BEFORE
from meetings.video.attendance import REJOIN_AFTER

EXAMPLE_PRICE = 30


def figures() -> dict[str, int]:
    """Return every figure by the name under which a text asks for it; terms are those of new meetings."""
    terms = Terms.objects.current()
    percents = {"share_percent": terms.share_percent}
    late = pricing.late_charge(EXAMPLE_PRICE, percent=terms.late_percent, **percents)
    full = pricing.full_charge(EXAMPLE_PRICE, **percents)
    return {
        "late_hours": terms.late_hours,
        "late_percent": terms.late_percent,
        "share_percent": terms.share_percent,
        "bonus": terms.bonus,
        "join_minutes": _in(JOIN_BEFORE, timedelta(minutes=1)),
        "return_minutes": _in(REJOIN_AFTER, timedelta(minutes=1)),
        "silence_hours": _in(SILENCE, timedelta(hours=1)),
        "reminder_hours": _in(DAY_BEFORE, timedelta(hours=1)),
        "link_minutes": _in(HOUR_BEFORE, timedelta(minutes=1)),
        "furthest_days": FURTHEST_AHEAD.days,
        "shortest_minutes": SHORTEST_MINUTES,
        "longest_minutes": LONGEST_MINUTES,
        "example_price": EXAMPLE_PRICE,
        "example_late": late.amount,
        "example_released": late.released,
        "example_share": full.share,
        "example_paid": full.expert_part,
    }


def _in(length: timedelta, unit: timedelta) -> int:
    return length // unit
