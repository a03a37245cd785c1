"""One attempt at one action: who acts when, what they typed, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.models import User
from meetings.models import Meeting, Reason
from meetings.vocabulary import Evaluation, Progress, Role


class Ask(StrEnum):
    """What an action asks a person for; `meetings.lifecycle.checks` says when it is well answered."""

    REASON = "reason"
    WORDS = "words"
    DATE = "date"
    OVERLAP = "overlap"
    DEDUCTION = "deduction"
    PROGRESS = "progress"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the person typed, already in our terms."""

    reason: Reason | None = None
    words: str = ""
    starts_at: datetime | None = None
    overlap_acknowledged: bool = False
    deduction_accepted: bool = False
    progress: Progress | None = None
    stars: int | None = None
    review: str | None = None

    @property
    def new_start(self) -> datetime:
        """The new start, where the action has checked that one was typed."""
        if self.starts_at is None:
            raise ValueError("No date was typed.")
        return self.starts_at

    @property
    def review_words(self) -> str:
        """The words about the expert; blanks are none."""
        return (self.review or "").strip()

    @property
    def said(self) -> Progress:
        """How the meeting went, where the action has checked that it was said."""
        if self.progress is None:
            raise ValueError("It was not said how the meeting went.")
        return self.progress


@dataclass(slots=True)
class Step:
    """One action being carried out on a locked meeting."""

    meeting: Meeting
    role: Role
    now: datetime
    actor: User | None = None
    entry: Entry = field(default_factory=Entry)
    evaluation: Evaluation = Evaluation.ANSWERS
    posting: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def asks_for_stars(self) -> bool:
        """Whether this answer takes stars: that of a user who says that the meeting went smoothly."""
        return self.role is Role.USER and self.entry.progress == Progress.SMOOTH


Guard = Callable[[Step], str | None]
Effect = Callable[[Step], None]


class ActionRefused(Exception):
    """An action that changes nothing: `words` say why, and what can be done now.

    `missing_credits` is set where credits are what is missing; the page then leads to My account.
    """

    def __init__(self, words: str, *, missing_credits: int = 0) -> None:
        super().__init__(words)
        self.words = words
        self.missing_credits = missing_credits


class MeetingChanged(ActionRefused):
    """The meeting is no longer what the person was looking at."""
