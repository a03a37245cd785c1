"""Words about experts: one text per user and expert, the first of which earns a bonus."""

from datetime import datetime

from accounts.models import User
from credits import ledger
from meetings.models import Meeting, Review


def write(meeting: Meeting, text: str, *, bonus: int, now: datetime) -> Review | None:
    """Write or edit the user's text about the expert of a held meeting.

    The first text earns the bonus, once per user and expert, if the meeting had a price; edits earn nothing.
    An empty first text is no text.
    """
    text = text.strip()
    review = text_of(meeting.student, meeting.expert)
    if review:
        review.text, review.edited_at = text, now
        review.save(update_fields=["text", "edited_at"])
        return review
    if not text:
        return None
    review = Review.objects.create(
        student=meeting.student, expert=meeting.expert, text=text, written_at=now, edited_at=now
    )
    if meeting.price:
        key = f"review:{meeting.student_id}:{meeting.expert_id}:bonus"
        ledger.bonus(meeting.student, bonus, reference=meeting.reference, key=key, now=now)
    return review


def text_of(student: User, expert: User) -> Review | None:
    """Return the user's text about this expert, if they ever wrote one."""
    return Review.objects.filter(student=student, expert=expert).first()
