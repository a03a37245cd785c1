"""Meetings not yet suggested: people, service, skill, date, and the terms as they are now."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Service, Skill, User
from meetings.models import Meeting, Terms
from meetings.vocabulary import Payment, Role, Status


def draft(
    *,
    student: User,
    service: Service,
    skill: Skill,
    starts_at: datetime,
    role: Role,
    now: datetime,
    minutes: int | None = None,
    price: int | None = None,
    note: str = "",
) -> Meeting:
    """Return an unsaved meeting, approved by the party that suggests it.

    `minutes` and `price` (credits) are the service's own unless the expert sets others.
    """
    terms = Terms.objects.current()
    length = timedelta(minutes=service.minutes if minutes is None else minutes)
    return Meeting(
        student=student,
        expert=service.expert.user,
        service=service,
        skill=skill,
        note=note.strip(),
        suggested_by=role,
        suggested_at=now,
        price=service.price if price is None else price,
        share_percent=terms.share_percent,
        late_percent=terms.late_percent,
        late_hours=terms.late_hours,
        starts_at=starts_at,
        ends_at=starts_at + length,
        status=Status.AWAITING,
        payment=Payment.NOT_BLOCKED,
        approved_by_user=role is Role.USER,
        approved_by_expert=role is Role.EXPERT,
    )


def contents(meeting: Meeting) -> dict[str, Any]:
    """Return everything a suggestion says, for its idempotency key."""
    said = ("student_id", "expert_id", "suggested_by", "service_id", "skill_id", "price")
    return {name: getattr(meeting, name) for name in (*said, "starts_at", "ends_at", "note")}
