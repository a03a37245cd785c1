"""What a new site starts with: reasons to choose from, and kinds of service."""

from accounts.models import ServiceKind
from meetings.models import Reason

REASONS = (
    "The date does not suit me",
    "I need more time to prepare",
    "The topic is outside my field",
    "The length does not suit me",
    "I found help elsewhere",
    "Another reason",
)
SERVICE_KINDS = ("Student Mentoring", "Professional Mentoring", "Expert Advice", "Career Guidance")


def fill() -> int:
    """Write the defaults into tables that are empty; return how many rows that made."""
    made = 0
    if not Reason.objects.exists():
        made += len(Reason.objects.bulk_create(Reason(name=name) for name in REASONS))
    if not ServiceKind.objects.exists():
        made += len(ServiceKind.objects.bulk_create(ServiceKind(name=name) for name in SERVICE_KINDS))
    return made
