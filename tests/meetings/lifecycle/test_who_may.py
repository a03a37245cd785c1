"""Who may act: the person of the role, an operator who is no party; and with which experts."""

import pytest

from accounts.models import ExpertProfile, User
from meetings.action import ActionRefused, Entry
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.models import Meeting
from meetings.vocabulary import PARTIES, Action, Role, Status
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    NOW,
    act,
    agreed,
    countered,
    make_acquainted,
    rejected,
    suggest,
    with_alternative,
)

pytestmark = pytest.mark.django_db


def refusal(meeting: Meeting, action: Action, role: Role, actor: User | None, **typed: object) -> str:
    with pytest.raises(ActionRefused) as refused:
        workflow.perform(meeting, action, role=role, actor=actor, now=NOW, entry=Entry(**typed))  # type: ignore[arg-type]
    return refused.value.words


@pytest.mark.parametrize("role", PARTIES)
def test_only_the_person_of_the_role_acts_in_it(role: Role) -> None:
    meeting = agreed()
    for actor in (PersonFactory.create(), meeting.person(role.other), None):
        assert "not for you" in refusal(meeting, Action.CANCEL, role, actor, words="x")
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AGREED


def test_nobody_acts_as_the_clock() -> None:
    meeting = suggest()
    with pytest.raises(ActionRefused):
        workflow.perform(
            meeting, Action.EXPIRE, role=Role.CLOCK, actor=meeting.student, now=meeting.starts_at + DAY
        )


@pytest.mark.parametrize("party", PARTIES)
def test_no_operator_cancels_a_meeting_of_their_own(party: Role) -> None:
    meeting = agreed()
    assert "of your own" in refusal(meeting, Action.CANCEL, Role.OPERATOR, meeting.person(party), words="x")


def test_every_row_of_operators_looks_at_whose_meeting_it_is() -> None:
    rows = [row for row in TRANSITIONS if row.by is Role.OPERATOR]
    assert rows
    assert [row.action for row in rows if "no_party" not in {guard.__name__ for guard in row.guards}] == []


def withdraw_approval(meeting: Meeting) -> Meeting:
    ExpertProfile.objects.filter(pk=meeting.service.expert.pk).update(is_approved=False)
    return Meeting.objects.get(pk=meeting.pk)


def test_nothing_new_begins_with_an_expert_whose_approval_was_withdrawn() -> None:
    requested, offered = suggest(), suggest(by=BY_EXPERT)
    answered, turned_down = countered(), rejected()
    for meeting in (requested, offered, answered, turned_down):
        withdraw_approval(meeting)
    later = {"starts_at": NOW + 21 * DAY}
    for meeting, action, role, typed in (
        (requested, Action.CONFIRM, BY_EXPERT, {}),
        (requested, Action.COUNTER, BY_EXPERT, {"reason": ReasonFactory.create(), **later}),
        (offered, Action.CONFIRM, BY_USER, {}),
        (answered, Action.REVIVE, BY_USER, {}),
        (turned_down, Action.RESCHEDULE_REJECTED, BY_USER, later),
    ):
        fresh = Meeting.objects.get(pk=meeting.pk)
        words = refusal(fresh, action, role, fresh.person(role), **typed)
        assert "not approved" in words, (action, role, words)


def test_no_suggestion_of_an_expert_whose_approval_was_withdrawn() -> None:
    service, student = ServiceFactory.create(), PersonFactory.create(credits=100)
    make_acquainted(student, service, NOW)
    ExpertProfile.objects.filter(pk=service.expert_id).update(is_approved=False)
    service.refresh_from_db()
    with pytest.raises(ActionRefused):
        suggest(by=BY_EXPERT, student=student, service=service)


def test_what_was_agreed_goes_on_as_it_is() -> None:
    meeting = withdraw_approval(agreed())
    moved = act(meeting, Action.RESCHEDULE, BY_EXPERT, starts_at=meeting.starts_at + DAY)
    act(moved, Action.CONFIRM_ALTERNATIVE, BY_USER)
    act(Meeting.objects.get(pk=meeting.pk), Action.CANCEL, BY_EXPERT, words="x")
    requested = withdraw_approval(suggest())
    assert act(requested, Action.REJECT, BY_EXPERT, reason=ReasonFactory.create()).status == Status.REJECTED
    assert with_alternative(BY_EXPERT).has_open_alternative(NOW)
