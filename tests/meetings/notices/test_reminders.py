"""The three reminders: when they are due, for whom, once for each date; and why one was not sent."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.models import Meeting, Reminder
from meetings.models.reminder import ReminderKind, ReminderState
from meetings.notices import kinds, reminders
from meetings.vocabulary import Action, Progress, Role, Status
from notifications import wording
from notifications.models import Notification
from tests.meetings.notices.moments import LINK, MINUTE, PROGRESS, REMINDER, SECOND, moved_to
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    make_meeting,
    with_alternative,
)
from tests.meetings.snapshot import everything

pytestmark = pytest.mark.django_db

AROUND = [-SECOND, timedelta(0), SECOND]
TITLES = {REMINDER, LINK, PROGRESS}
WAITING, SENT, TOO_LATE, MOVED, CANCELLED, OVER, MISSED = (
    ["waiting", "sent", "too_late", "moved", "cancelled", "over", "missed"]
)  # fmt: skip


def told(meeting: Meeting, version: int = 1) -> list[str]:
    """Sort the reminders told of this date: ("Meeting link to user")."""
    rows = Notification.objects.filter(reference=meeting.reference, facts__date_version=version)
    roles = {meeting.student_id: "user", meeting.expert_id: "expert"}
    return sorted(
        f"{wording.title(row)} to {roles[row.recipient_id]}" for row in rows if wording.title(row) in TITLES
    )


def to_both(*titles: str) -> list[str]:
    return sorted(f"{title} to {role}" for title in titles for role in ("user", "expert"))


def states(meeting: Meeting, version: int = 1) -> list[str]:
    """Return what became of the day-before, the link and the progress reminder of this date."""
    kept = dict(Reminder.objects.filter(meeting=meeting, date_version=version).values_list("kind", "state"))
    return [kept[kind] for kind in ("day_before", "link", "progress")]


# --- When --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", AROUND)
@pytest.mark.parametrize(
    ("due", "title"),
    [
        (lambda meeting: meeting.starts_at - timedelta(hours=24), REMINDER),
        (lambda meeting: meeting.starts_at - timedelta(minutes=60), LINK),
        (lambda meeting: meeting.ends_at + timedelta(hours=24), PROGRESS),
    ],
    ids=["24 h before", "60 min before", "1 day after"],
)
def test_each_is_sent_at_its_moment_and_not_before(due: Any, title: str, off: timedelta) -> None:
    meeting = agreed()
    reminders.send_due(due(meeting) - MINUTE)
    before = told(meeting)
    reminders.send_due(due(meeting) + off)
    new = [] if off < timedelta(0) else to_both(title)
    assert told(meeting) == sorted(before + new)
    assert title not in " ".join(before)


@pytest.mark.parametrize(
    ("lead", "at_first", "at_once", "in_the_end"),
    [
        (5 * DAY, [WAITING, WAITING, WAITING], [], [REMINDER, LINK, PROGRESS]),
        (DAY, [WAITING, WAITING, WAITING], [REMINDER], [REMINDER, LINK, PROGRESS]),
        (DAY - SECOND, [TOO_LATE, WAITING, WAITING], [], [LINK, PROGRESS]),
        (23 * HOUR, [TOO_LATE, WAITING, WAITING], [], [LINK, PROGRESS]),
        (2 * HOUR, [TOO_LATE, WAITING, WAITING], [], [LINK, PROGRESS]),
        (61 * MINUTE, [TOO_LATE, WAITING, WAITING], [], [LINK, PROGRESS]),
        (60 * MINUTE, [TOO_LATE, WAITING, WAITING], [LINK], [LINK, PROGRESS]),
        (59 * MINUTE, [TOO_LATE, WAITING, WAITING], [LINK], [LINK, PROGRESS]),
        (30 * MINUTE, [TOO_LATE, WAITING, WAITING], [LINK], [LINK, PROGRESS]),
        (MINUTE, [TOO_LATE, WAITING, WAITING], [LINK], [LINK, PROGRESS]),
        (SECOND, [TOO_LATE, WAITING, WAITING], [LINK], [LINK, PROGRESS]),
    ],
    ids=lambda value: str(value) if isinstance(value, timedelta) else "",
)
def test_a_date_agreed_late_gets_what_still_makes_sense(
    lead: timedelta, at_first: list[str], at_once: list[str], in_the_end: list[str]
) -> None:
    meeting = agreed(starts_in=lead)
    assert states(meeting) == at_first
    reminders.send_due(NOW)
    assert told(meeting) == to_both(*at_once)
    for moment in (meeting.starts_at - DAY, meeting.starts_at - HOUR, meeting.ends_at + DAY):
        reminders.send_due(max(NOW, moment))
    assert told(meeting) == to_both(*in_the_end)
    assert states(meeting) == [SENT if REMINDER in in_the_end else TOO_LATE, SENT, SENT]


def test_what_counts_is_when_it_was_agreed_not_when_it_was_suggested() -> None:
    meeting = make_meeting(Status.AWAITING, starts_in=2 * DAY)
    reminders.send_due(meeting.starts_at - DAY)
    assert not Reminder.objects.exists()
    act(meeting, Action.CONFIRM, BY_EXPERT, now=meeting.starts_at - 20 * HOUR)
    assert states(meeting) == [TOO_LATE, WAITING, WAITING]


@pytest.mark.parametrize("status", [Status.AWAITING, Status.REJECTED, Status.EXPIRED, Status.CANCELLED])
def test_nobody_is_reminded_of_what_was_never_agreed(status: Status) -> None:
    meeting = make_meeting(status)
    reminders.send_due(meeting.ends_at + 30 * DAY)
    assert (told(meeting), Reminder.objects.count()) == ([], 0)


@pytest.mark.parametrize("times", [2, 8])
def test_sweeping_again_changes_nothing(times: int) -> None:
    meeting = agreed()
    for moment in (meeting.starts_at - DAY, meeting.starts_at - HOUR, meeting.ends_at + DAY):
        reminders.send_due(moment)
        before = everything()
        for _time in range(times):
            assert reminders.send_due(moment) == 0
        assert everything() == before
    assert told(meeting) == to_both(REMINDER, LINK, PROGRESS)


# --- Moved -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moved_before", "shift", "first", "second"),
    [
        # Before anything was sent: only the new date counts.
        (3 * DAY, 2 * DAY, [MOVED, MOVED, MOVED], [SENT, SENT, SENT]),
        (3 * DAY, -DAY, [MOVED, MOVED, MOVED], [SENT, SENT, SENT]),
        (3 * DAY, -3 * DAY + 23 * HOUR, [MOVED, MOVED, MOVED], [TOO_LATE, SENT, SENT]),
        (3 * DAY, -3 * DAY + 30 * MINUTE, [MOVED, MOVED, MOVED], [TOO_LATE, SENT, SENT]),
        # Right at the first reminder: whoever is first, nobody is reminded of the old date afterwards.
        (DAY + SECOND, 2 * DAY, [MOVED, MOVED, MOVED], [SENT, SENT, SENT]),
        # After the first reminder, before the link.
        (20 * HOUR, 2 * DAY, [SENT, MOVED, MOVED], [SENT, SENT, SENT]),
        (20 * HOUR, HOUR, [SENT, MOVED, MOVED], [TOO_LATE, SENT, SENT]),
        (20 * HOUR, -19 * HOUR, [SENT, MOVED, MOVED], [TOO_LATE, SENT, SENT]),
        # After the link.
        (30 * MINUTE, 2 * DAY, [SENT, SENT, MOVED], [SENT, SENT, SENT]),
        (30 * MINUTE, 15 * MINUTE, [SENT, SENT, MOVED], [TOO_LATE, SENT, SENT]),
    ],
)
def test_a_new_date_arms_them_again_and_the_old_ones_find_that_they_were_moved(
    moved_before: timedelta, shift: timedelta, first: list[str], second: list[str]
) -> None:
    meeting = agreed()
    move_at = meeting.starts_at - moved_before
    for moment in (meeting.starts_at - DAY, meeting.starts_at - HOUR):
        if moment < move_at:
            reminders.send_due(moment)
    moved = moved_to(meeting, meeting.starts_at + shift, now=move_at)
    dues = [date.starts_at - lead for date in (meeting, moved) for lead in (DAY, HOUR)]
    for moment in sorted([move_at, *dues, meeting.ends_at + DAY, moved.ends_at + DAY]):
        reminders.send_due(max(moment, move_at))
    assert (states(moved, 1), states(moved, 2)) == (first, second)
    for version, kept in ((1, first), (2, second)):
        titles = [
            title for title, state in zip((REMINDER, LINK, PROGRESS), kept, strict=True) if state == SENT
        ]
        assert told(moved, version) == to_both(*titles)


def test_a_meeting_moved_back_to_its_first_date_is_reminded_of_as_a_new_date() -> None:
    meeting = agreed()
    first = meeting.starts_at
    reminders.send_due(first - DAY)
    moved_to(meeting, first + DAY, now=first - 23 * HOUR)
    back = moved_to(meeting, first, now=first - 22 * HOUR)
    reminders.send_due(first - HOUR)
    reminders.send_due(back.ends_at + 3 * DAY)
    assert [states(back, version) for version in (1, 2, 3)] == [
        [SENT, MOVED, MOVED],
        [MOVED, MOVED, MOVED],
        [TOO_LATE, SENT, SENT],
    ]


@pytest.mark.parametrize("mover", [BY_USER, BY_EXPERT])
@pytest.mark.parametrize("shift", [-3 * HOUR, 2 * DAY])
def test_a_date_merely_suggested_changes_nothing(mover: Role, shift: timedelta) -> None:
    meeting = agreed()
    armed = list(Reminder.objects.values("kind", "due_at", "state", "date_version"))
    act(meeting, Action.RESCHEDULE, mover, starts_at=meeting.starts_at + shift)
    assert list(Reminder.objects.values("kind", "due_at", "state", "date_version")) == armed
    reminders.send_due(meeting.starts_at - DAY)
    reminders.send_due(meeting.starts_at - HOUR)
    assert told(meeting) == to_both(REMINDER, LINK)


def test_a_rejected_meeting_revived_is_reminded_of() -> None:
    meeting = with_alternative(BY_EXPERT, of=Status.REJECTED)
    revived = act(meeting, Action.REVIVE, BY_USER)
    reminders.send_due(revived.starts_at - DAY)
    assert told(revived, revived.date_version) == to_both(REMINDER)


# --- Cancelled, down for a while -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before_start", "kept"),
    [
        (3 * DAY, [CANCELLED, CANCELLED, CANCELLED]),
        (20 * HOUR, [SENT, CANCELLED, CANCELLED]),
        (30 * MINUTE, [SENT, SENT, CANCELLED]),
    ],
)
@pytest.mark.parametrize("role", [BY_EXPERT, Role.OPERATOR])
def test_nobody_is_reminded_of_a_cancelled_meeting(
    role: Role, before_start: timedelta, kept: list[str]
) -> None:
    meeting = agreed()
    moments = [meeting.starts_at - DAY, meeting.starts_at - HOUR, meeting.ends_at + DAY]
    cancelled_at = meeting.starts_at - before_start
    for moment in sorted([*moments, cancelled_at]):
        if moment == cancelled_at:
            act(meeting, Action.CANCEL, role, now=cancelled_at, words="ill")
        reminders.send_due(moment)
    assert states(meeting) == kept
    assert told(meeting) == to_both(*[REMINDER, LINK][: kept.count(SENT)])


FOR_DAYS = 3 * DAY


@pytest.mark.parametrize(
    ("limit", "down_for", "title", "state"),
    [
        ("day before", 10 * MINUTE, REMINDER, SENT),
        ("day before", 2 * HOUR, REMINDER, SENT),
        ("day before", 23 * HOUR - SECOND, REMINDER, SENT),
        ("day before", 23 * HOUR, REMINDER, MISSED),
        ("day before", FOR_DAYS, REMINDER, MISSED),
        ("hour before", 10 * MINUTE, LINK, SENT),
        ("hour before", HOUR - SECOND, LINK, SENT),
        ("hour before", HOUR, LINK, MISSED),
        ("hour before", 2 * HOUR, LINK, MISSED),
        ("hour before", FOR_DAYS, LINK, MISSED),
        ("day after", 10 * MINUTE, PROGRESS, SENT),
        ("day after", 2 * HOUR, PROGRESS, SENT),
        ("day after", FOR_DAYS, PROGRESS, SENT),
        ("day after", 6 * DAY - SECOND, PROGRESS, SENT),
        ("day after", 6 * DAY, PROGRESS, MISSED),
    ],
)
def test_a_late_sweep_sends_what_still_makes_sense(
    limit: str, down_for: timedelta, title: str, state: str
) -> None:
    meeting = agreed()
    limits = {
        "day before": meeting.starts_at - DAY,
        "hour before": meeting.starts_at - HOUR,
        "day after": meeting.ends_at + DAY,
    }
    reminders.send_due(limits[limit] - SECOND)
    reminders.send_due(limits[limit] + down_for)
    after = told(meeting)
    assert [line for line in after if line.startswith(title)] == (to_both(title) if state == SENT else [])
    assert states(meeting)[list(limits).index(limit)] == state
    assert reminders.send_due(limits[limit] + down_for) == 0
    assert told(meeting) == after


@pytest.mark.parametrize("role", [BY_USER, BY_EXPERT])
def test_what_was_missed_is_called_missed_though_all_is_evaluated_by_then(role: Role) -> None:
    """The jobs were down from before the reminders until after the end."""
    meeting = agreed()
    act(meeting, Action.RECORD, role, now=meeting.ends_at, progress=Progress.MY_FAULT)
    reminders.send_due(meeting.ends_at + DAY)
    assert (states(meeting), told(meeting)) == ([MISSED, MISSED, OVER], [])


# --- How it went ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reminded", "state"),
    [
        ({}, ["expert", "user"], SENT),
        ({BY_EXPERT: Progress.SMOOTH}, ["user"], SENT),
        ({BY_EXPERT: Progress.OTHERS_FAULT}, ["user"], SENT),
        ({BY_USER: Progress.OTHERS_FAULT}, ["expert"], SENT),
        ({BY_USER: Progress.SMOOTH}, [], OVER),
        ({BY_USER: Progress.MY_FAULT}, [], OVER),
        ({BY_EXPERT: Progress.MY_FAULT}, [], OVER),
        ({BY_EXPERT: Progress.SMOOTH, BY_USER: Progress.OTHERS_FAULT}, [], OVER),
    ],
)
def test_only_who_has_not_answered_is_asked_and_only_before_the_evaluation(
    said: dict[Role, Progress], reminded: list[str], state: str
) -> None:
    meeting = agreed()
    for role, progress in said.items():
        stars = {"stars": 5} if (role, progress) == (BY_USER, Progress.SMOOTH) else {}
        act(meeting, Action.RECORD, role, now=meeting.ends_at, progress=progress, **stars)
    reminders.send_due(meeting.ends_at + DAY)
    assert told(meeting) == [f"{PROGRESS} to {role}" for role in reminded]
    assert states(meeting)[2] == state


def test_one_bad_reminder_holds_up_no_other_and_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = agreed(), agreed()
    real = kinds.notification

    def notification(meeting: Meeting, *args: Any, **how: Any) -> Any:
        if meeting.pk == bad.pk:
            raise RuntimeError("odd data")
        return real(meeting, *args, **how)

    due = good.starts_at - DAY
    with monkeypatch.context() as odd:
        odd.setattr(kinds, "notification", notification)
        reminders.send_due(due)
    assert good.reminders.get(kind=ReminderKind.DAY_BEFORE).state == ReminderState.SENT
    assert bad.reminders.get(kind=ReminderKind.DAY_BEFORE).state == ReminderState.WAITING
    reminders.send_due(due + reminders.PAUSE_IN_TROUBLE)
    assert bad.reminders.get(kind=ReminderKind.DAY_BEFORE).state == ReminderState.SENT
