"""How a meeting that has ended is judged: the two decision tables (spec: After the meeting)."""

from meetings.action import Step
from meetings.models import Answer
from meetings.video.attendance import has_attended
from meetings.vocabulary import Action, Outcome, Progress, Role

Answered = Progress | None
Next = tuple[Action, Role]

SMOOTH, MINE, THEIRS = Progress.SMOOTH, Progress.MY_FAULT, Progress.OTHERS_FAULT

# What the answers (user's, expert's) say; None waits for the other party.
BY_ANSWERS: dict[tuple[Answered, Answered], Outcome | None] = {
    (SMOOTH, None): Outcome.HELD,
    (MINE, None): Outcome.USER_ABSENT,
    (THEIRS, None): None,
    (None, SMOOTH): None,
    (None, MINE): Outcome.EXPERT_ABSENT,
    (None, THEIRS): None,
    (SMOOTH, SMOOTH): Outcome.HELD,
    (SMOOTH, THEIRS): Outcome.HELD,
    (MINE, SMOOTH): Outcome.USER_ABSENT,
    (MINE, THEIRS): Outcome.USER_ABSENT,
    (THEIRS, MINE): Outcome.EXPERT_ABSENT,
    (THEIRS, SMOOTH): Outcome.REVIEW,
    (THEIRS, THEIRS): Outcome.REVIEW,
}

# What stands after 168 hours, where at most one party answered.
BY_SILENCE: dict[tuple[Answered, Answered], Outcome] = {
    (None, None): Outcome.HELD,
    (None, SMOOTH): Outcome.HELD,
    (None, THEIRS): Outcome.USER_ABSENT,
    (THEIRS, None): Outcome.EXPERT_ABSENT,
}

ACTIONS = {
    Outcome.HELD: Action.FIND_HELD,
    Outcome.USER_ABSENT: Action.FIND_USER_ABSENT,
    Outcome.EXPERT_ABSENT: Action.FIND_EXPERT_ABSENT,
    Outcome.REVIEW: Action.SEND_TO_REVIEW,
}

ACCUSED = {Outcome.USER_ABSENT: Role.USER, Outcome.EXPERT_ABSENT: Role.EXPERT}


def after_answer(step: Step) -> list[Next]:
    """Return what follows from the answers now known, and from the words given with a good one."""
    outcome = BY_ANSWERS[_answers(step)]
    if outcome is None:
        return []
    verdict: list[Next] = [(ACTIONS[outcome], Role.CLOCK)]
    if outcome is Outcome.HELD and step.role is Role.USER and step.entry.review_words:
        verdict.append((Action.REVIEW, Role.USER))
    return verdict


def after_silence(step: Step) -> list[Next]:
    """Return what follows 168 hours after the end.

    The one answer stands, unless it says that the silent party was absent while that party's attendance is
    recorded: then the operator decides.
    """
    outcome = BY_SILENCE[_answers(step)]
    accused = ACCUSED.get(outcome)
    if accused and has_attended(step.meeting, accused):
        outcome = Outcome.REVIEW
    return [(ACTIONS[outcome], Role.CLOCK)]


def _answers(step: Step) -> tuple[Answered, Answered]:
    said = dict(Answer.objects.filter(meeting=step.meeting).values_list("role", "progress"))
    user, expert = (Progress(said[role]) if role in said else None for role in (Role.USER, Role.EXPERT))
    return user, expert
