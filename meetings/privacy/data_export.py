"""A copy of what these tables hold of a person, for the person: rows of plain values.

Nothing is told of the other party but what the pages show the person anyway.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from accounts.models import User
from meetings.models import Event, Meeting, Review
from meetings.notices.timeline import PRIVATE_WORDS
from meetings.vocabulary import EventKind, Role

CHUNK = 200
Row = dict[str, Any]


def meetings(person: User) -> Iterator[Row]:
    """Yield the person's meetings with their timelines, oldest first."""
    mine = Meeting.objects.of(person).select_related("student", "expert", "skill", "service__kind")
    for meeting in mine.prefetch_related("events", "answers", "presence_notes").iterator(chunk_size=CHUNK):
        yield _meeting(meeting, meeting.role_of(person) or Role.USER)


def reviews(person: User) -> Iterator[Row]:
    """Yield the words that the person wrote about experts, and those written about the person."""
    rows = Review.objects.filter(Q(student=person) | Q(expert=person)).exclude(text="")
    for review in rows.select_related("student", "expert").order_by("pk").iterator(chunk_size=CHUNK):
        yield {
            "by": "me" if review.student_id == person.pk else review.student.short_name,
            "about": "me" if review.expert_id == person.pk else review.expert.name,
            "text": review.text,
            "written_at": review.written_at,
            "edited_at": review.edited_at,
        }


def _meeting(meeting: Meeting, role: Role) -> Row:
    return {
        "number": meeting.pk,
        "my_role": role.value,
        "with": meeting.person(role.other).name,
        "service": meeting.service.kind.label,
        "skill": meeting.skill.label,
        "note": meeting.note,
        "suggested_by": meeting.suggested_by,
        "suggested_at": meeting.suggested_at,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "alternative_starts_at": meeting.alternative_starts_at,
        "alternative_by": meeting.alternative_by or None,
        "status": meeting.status,
        "payment": meeting.payment,
        "price_credits": meeting.price,
        "late_percent": meeting.late_percent,
        "late_hours": meeting.late_hours,
        "share_percent": meeting.share_percent,
        "timeline": [_event(event) for event in meeting.events.all()],
        "my_answer": [
            {"progress": answer.progress, "stars": answer.stars, "at": answer.at}
            for answer in meeting.answers.all()
            if answer.role == role
        ],
        "my_presence": [
            {"seen": note.seen, "at": note.at} for note in meeting.presence_notes.all() if note.role == role
        ],
    }


def _event(event: Event) -> Row:
    is_private = EventKind(event.kind) in PRIVATE_WORDS
    return {
        "event": event.kind,
        "by": event.role,
        "at": event.at,
        "words": "" if is_private else event.said,
        "facts": {} if is_private else event.facts,
    }
