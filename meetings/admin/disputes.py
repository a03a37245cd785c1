"""Earlier disputes of people: other meetings of theirs about which the two did not agree."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from meetings.models import Answer, Event, Meeting
from meetings.vocabulary import PARTIES, EventKind, Progress, Role

MOST = 20
# What operators were asked to judge, or took back.
JUDGED = (EventKind.UNDER_REVIEW, EventKind.EVALUATED_BY_OPERATOR, EventKind.REVERSED)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One earlier dispute of one person: in which role, with whom, what both said."""

    meeting: Meeting
    role: Role
    opponent: User
    said: dict[str, str]

    @property
    def user_said(self) -> str:
        """The user's answer in words, if there is one."""
        return self.said.get(Role.USER, "")

    @property
    def expert_said(self) -> str:
        """The expert's answer in words, if there is one."""
        return self.said.get(Role.EXPERT, "")


def earlier_disputes(person: User, *, besides: Meeting) -> list[Dispute]:
    """Return the person's latest disputes but for this meeting, newest first, at most MOST of them."""
    others = _disputed(Meeting.objects.of(person)).exclude(pk=besides.pk).order_by("-starts_at", "-pk")
    rows = others.select_related("student", "expert", "skill").prefetch_related("answers")
    return [_dispute(meeting, person) for meeting in rows[:MOST]]


def _disputed(meetings: "QuerySet[Meeting]") -> "QuerySet[Meeting]":
    """Keep those judged by operators, and those in which one blamed the other, who did not admit it."""
    judged = Event.objects.filter(meeting=OuterRef("pk"), kind__in=JUDGED)
    blamed, admitted = (_said(progress) for progress in (Progress.OTHERS_FAULT, Progress.MY_FAULT))
    both = [Exists(Answer.objects.filter(meeting=OuterRef("pk"), role=role)) for role in PARTIES]
    contradicting = Q(blamed, *both) & ~Q(admitted)
    return meetings.filter(Q(Exists(judged)) | contradicting)


def _said(progress: Progress) -> Exists:
    return Exists(Answer.objects.filter(meeting=OuterRef("pk"), progress=progress))


def _dispute(meeting: Meeting, person: User) -> Dispute:
    role = meeting.role_of(person) or Role.USER
    said = {answer.role: answer.get_progress_display() for answer in meeting.answers.all()}
    return Dispute(meeting, role, meeting.person(role.other), said)
