"""Terms are copied when a meeting is suggested, and nothing changes them afterwards."""

from typing import Any

import pytest

from meetings.action import ActionRefused
from meetings.models import Meeting, Terms
from meetings.vocabulary import Action, Progress, Role, Status
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    act,
    agreed,
    closed_by_silence,
    countered,
    rejected,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import credits_of, everything, labels

pytestmark = pytest.mark.django_db


def terms_of(meeting: Meeting) -> tuple[int, int, int, int, int]:
    fresh = Meeting.objects.get(pk=meeting.pk)
    return fresh.price, fresh.minutes, fresh.share_percent, fresh.late_percent, fresh.late_hours


def change_everything(meeting: Meeting) -> None:
    """Let the operator and the expert change every term."""
    Terms.objects.create(share_percent=90, late_percent=10, late_hours=1, bonus=99)
    service = meeting.service
    service.price, service.minutes, service.is_active = 77, 15, False
    service.save()


def test_the_products_own_terms_hold_until_an_operator_sets_others() -> None:
    assert terms_of(suggest(price=30, minutes=45)) == (30, 45, 20, 50, 48)


def test_the_newest_terms_are_copied() -> None:
    Terms.objects.create(share_percent=1, late_percent=2, late_hours=3)
    Terms.objects.create(share_percent=25, late_percent=40, late_hours=24)
    assert terms_of(suggest()) == (30, 60, 25, 40, 24)


def test_later_changes_never_touch_a_meeting() -> None:
    meeting = suggest()
    change_everything(meeting)
    act(meeting, Action.CONFIRM, Role.EXPERT)
    assert terms_of(meeting) == (30, 60, 20, 50, 48)


def test_a_meeting_is_charged_by_its_own_terms() -> None:
    Terms.objects.create(share_percent=25, late_percent=40, late_hours=24)
    meeting = agreed(price=33)
    change_everything(meeting)
    with pytest.raises(ActionRefused, match="can still be cancelled without any deduction"):
        cancel_late(meeting, hours_before=24)
    assert credits_of(cancel_late(meeting, hours_before=23)) == (87, 0, 10, 3)


def test_the_refusal_of_a_free_cancelling_names_the_meetings_own_numbers() -> None:
    Terms.objects.create(share_percent=25, late_percent=40, late_hours=24)
    meeting = agreed(price=33)
    change_everything(meeting)
    with pytest.raises(ActionRefused) as refused:
        act(meeting, Action.CANCEL, Role.USER, now=meeting.starts_at - HOUR, words="ill")
    assert refused.value.words.startswith(
        "Less than 24 hours are left before the start, so 40 % of the credits "
        "would be deducted: 13 of 33. Please look at the numbers"
    )


def test_a_held_meeting_is_paid_by_its_own_share() -> None:
    Terms.objects.create(share_percent=33)
    meeting = agreed(price=10)
    change_everything(meeting)
    smooth = {"progress": Progress.SMOOTH, "stars": 5}
    act(meeting, Action.RECORD, Role.USER, now=meeting.ends_at, **smooth)
    assert credits_of(meeting) == (90, 0, 7, 3)


def test_a_reversal_gives_back_by_the_meetings_own_share() -> None:
    Terms.objects.create(share_percent=33)
    meeting = closed_by_silence(price=10)
    change_everything(meeting)
    act(meeting, Action.REVERSE, Role.OPERATOR, now=meeting.closes_by_silence_at + DAY, words="Absent")
    assert credits_of(meeting) == (100, 0, 0, 0)


@pytest.mark.parametrize("road", ["user reschedules", "expert suggests another", "expert countered"])
def test_a_revived_meeting_keeps_its_old_terms_even_if_the_service_is_inactive(road: str) -> None:
    meeting = {"expert countered": countered}.get(road, rejected)()
    change_everything(meeting)
    start = meeting.starts_at + 2 * DAY
    if road == "user reschedules":
        act(meeting, Action.RESCHEDULE_REJECTED, Role.USER, starts_at=start)
        act(meeting, Action.CONFIRM, Role.EXPERT)
    elif road == "expert suggests another":
        act(meeting, Action.SUGGEST_ANOTHER, Role.EXPERT, starts_at=start)
        act(meeting, Action.REVIVE, Role.USER)
    else:
        act(meeting, Action.REVIVE, Role.USER)
    assert labels(meeting) == ("Agreed", "Blocked")
    assert terms_of(meeting) == (30, 60, 20, 50, 48)
    assert credits_of(meeting) == (70, 30, 0, 0)


REVIVALS = [
    (Action.RESCHEDULE_REJECTED, Role.USER, rejected),
    (Action.SUGGEST_ANOTHER, Role.EXPERT, rejected),
    (Action.REVIVE, Role.USER, countered),
]


@pytest.mark.parametrize("closed", ["student", "expert"])
@pytest.mark.parametrize(("action", "role", "road"), REVIVALS)
def test_a_rejected_meeting_is_not_revived_if_an_account_is_closed(
    action: Action, role: Role, road: Any, closed: str
) -> None:
    meeting = road()
    person = getattr(meeting, closed)
    person.is_active = False
    person.save()
    before = everything()
    with pytest.raises(ActionRefused) as refused:
        act(meeting, action, role, starts_at=meeting.starts_at + 2 * DAY)
    assert refused.value.words == "One of the two accounts is closed, so no new date can be agreed."
    assert everything() == before


@pytest.mark.parametrize(("action", "role", "road"), [row for row in REVIVALS if row[1] is Role.USER])
def test_reviving_needs_the_credits(action: Action, role: Role, road: Any) -> None:
    meeting = road(price=60)
    suggest(student=meeting.student, price=50)
    before = everything()
    with pytest.raises(ActionRefused) as refused:
        act(meeting, action, role, starts_at=meeting.starts_at + 2 * DAY)
    assert refused.value.missing_credits == 10
    assert everything() == before


def test_length_never_changes_with_the_date() -> None:
    meeting = with_alternative(Role.EXPERT, minutes=45)
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, Role.USER)
    assert (moved.minutes, moved.status) == (45, Status.AGREED)


def cancel_late(meeting: Meeting, *, hours_before: int) -> Meeting:
    now = meeting.starts_at - hours_before * HOUR
    typed = {"words": "ill", "deduction_accepted": True}
    return act(meeting, Action.CANCEL_LATE, Role.USER, now=now, **typed)
