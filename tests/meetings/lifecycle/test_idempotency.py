"""Stale pages and repeated requests: nothing acts twice, and nothing acts on what somebody did not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts.models import Service, User
from meetings.action import ActionRefused, Entry, MeetingChanged
from meetings.lifecycle import idempotency, workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting, Receipt
from meetings.vocabulary import Action, Progress, Role, Status
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory, SkillFactory
from tests.meetings.expected import ROWS, Row
from tests.meetings.scenarios import DAY, HOUR, NOW, act, agreed, make_meeting, suggest, with_alternative
from tests.meetings.snapshot import everything, labels

pytestmark = pytest.mark.django_db

OTHERWISE = "This form was sent before with other contents, so nothing was changed. Please open it again."
CHANGED = "The meeting has changed since you looked at it. Please look again, then decide."
OF_PARTIES = [row for row in ROWS if row.role is not Role.OPERATOR]


@pytest.fixture
def key() -> UUID:
    return uuid4()


def post(meeting: Meeting, action: Action, role: Role, *, key: UUID | None, **other: Any) -> Meeting:
    """Send the form of an action, as a page that shows this meeting does."""
    how = {"actor": meeting.person(role), "revision": meeting.revision, "now": NOW, "entry": Entry()} | other
    return workflow.perform(meeting, action, role=role, key=key, **how)


@contextmanager
def nothing_changes(kind: type[ActionRefused] = ActionRefused) -> Iterator[Any]:
    """Expect a refusal that leaves every table as it was."""
    before = everything()
    with pytest.raises(kind) as refused:
        yield refused
    assert everything() == before


# --- Stale pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("meanwhile", "role"), [(Action.CONFIRM, Role.EXPERT), (Action.REJECT, Role.EXPERT)])
def test_a_page_from_before_the_answer_is_refused(meanwhile: Action, role: Role) -> None:
    seen = suggest()
    act(seen, meanwhile, role, reason=ReasonFactory.create())
    with nothing_changes(MeetingChanged) as refused:
        post(seen, Action.CANCEL_REQUEST, Role.USER, key=None)
    assert refused.value.words == CHANGED


def test_a_page_that_shows_another_alternative_date_is_refused() -> None:
    """The date was withdrawn and another one suggested: status and buttons are the same."""
    seen = with_alternative(Role.EXPERT)
    act(seen, Action.CANCEL_ALTERNATIVE, Role.EXPERT)
    act(seen, Action.RESCHEDULE, Role.EXPERT, starts_at=seen.starts_at + 9 * DAY)
    with nothing_changes(MeetingChanged):
        post(seen, Action.CONFIRM_ALTERNATIVE, Role.USER, key=None)


def test_a_page_that_shows_another_date_in_force_is_refused() -> None:
    seen = agreed()
    act(seen, Action.RESCHEDULE, Role.EXPERT, starts_at=seen.starts_at + DAY)
    act(seen, Action.CONFIRM_ALTERNATIVE, Role.USER)
    with nothing_changes(MeetingChanged):
        post(seen, Action.CANCEL, Role.USER, key=None, entry=Entry(words="ill"))


def test_joining_and_answering_leave_other_pages_fresh() -> None:
    seen = agreed()
    act(seen, Action.JOIN, Role.EXPERT, now=seen.starts_at)
    act(seen, Action.RECORD, Role.EXPERT, now=seen.ends_at, progress=Progress.SMOOTH)
    entry = Entry(progress=Progress.SMOOTH, stars=5)
    after = post(seen, Action.RECORD, Role.USER, key=None, now=seen.ends_at + HOUR, entry=entry)
    assert after.status == Status.HELD


@pytest.mark.parametrize("row", OF_PARTIES, ids=str)
def test_every_action_looks_at_the_revision(row: Row) -> None:
    meeting = row.before()
    typed = row.typed(meeting)
    now, stale = row.at(meeting), meeting.revision - 1
    with nothing_changes(MeetingChanged):
        post(meeting, row.action, row.role, key=None, now=now, revision=stale, entry=Entry(**typed))


# --- Forms sent twice ----------------------------------------------------------------------------


@pytest.mark.parametrize("row", OF_PARTIES, ids=str)
def test_the_same_form_again_finds_what_it_did(row: Row, key: UUID) -> None:
    meeting = row.before()
    form = {"key": key, "now": row.at(meeting), "entry": Entry(**row.typed(meeting))}
    first = post(meeting, row.action, row.role, **form)
    before = everything()
    again = post(meeting, row.action, row.role, **form | {"now": row.at(meeting) + 25 * HOUR})
    assert (again.pk, again.status, again.revision) == (first.pk, first.status, first.revision)
    assert everything() == before


@pytest.mark.parametrize(
    "other",
    [
        {"entry": Entry(words="Something else")},
        {"revision": 7},
        {"action": Action.RESCHEDULE},
        {"meeting": "another"},
    ],
    ids=str,
)
def test_the_same_key_with_other_contents_is_refused(key: UUID, other: dict[str, Any]) -> None:
    meeting = agreed()
    form = {"action": Action.CANCEL, "role": Role.USER, "key": key, "entry": Entry(words="ill")}
    post(meeting, **form)
    if other.pop("meeting", None):
        meeting = agreed(student=meeting.student)
    with nothing_changes() as refused:
        post(meeting, **form | other)
    assert refused.value.words == OTHERWISE


def test_the_same_key_from_another_person_is_refused(key: UUID) -> None:
    meeting = agreed()
    post(meeting, Action.CANCEL, Role.USER, key=key, entry=Entry(words="ill"))
    with nothing_changes() as refused:
        post(meeting, Action.CANCEL, Role.EXPERT, key=key, entry=Entry(words="ill"))
    assert refused.value.words == OTHERWISE


def test_a_refused_form_can_be_sent_again_with_the_same_key(key: UUID) -> None:
    meeting = agreed()
    with nothing_changes():
        post(meeting, Action.CANCEL, Role.USER, key=key, entry=Entry(words=""))
    post(meeting, Action.CANCEL, Role.USER, key=key, entry=Entry(words="ill"))
    assert labels(meeting) == ("Cancelled", "Returned")


def test_a_form_is_remembered_with_its_meeting(key: UUID) -> None:
    meeting = agreed()
    post(meeting, Action.CANCEL, Role.USER, key=key, entry=Entry(words="ill"))
    receipt = Receipt.objects.get()
    assert (receipt.key, receipt.actor, receipt.meeting, receipt.made_at) == (
        key,
        meeting.student,
        meeting,
        NOW,
    )


def test_the_operators_forms_act_once_too(key: UUID) -> None:
    meeting, operator = make_meeting(Status.UNDER_REVIEW), PersonFactory.create(is_staff=True)
    form = {"role": Role.OPERATOR, "actor": operator, "key": key, "entry": Entry(words="Both wrote")}
    now = meeting.ends_at + DAY
    workflow.perform(meeting, Action.FIND_HELD, now=now, revision=meeting.revision, **form)
    before = everything()
    workflow.perform(meeting, Action.FIND_HELD, now=now, revision=meeting.revision, **form)
    assert everything() == before


def test_forms_are_forgotten_after_a_month() -> None:
    meeting = agreed()
    days_ago = {days: uuid4() for days in (31, 30, 1)}
    for days, key in days_ago.items():
        Receipt.objects.create(
            key=key, actor=meeting.student, digest="x", meeting=meeting, made_at=NOW - days * DAY
        )
    assert idempotency.forget_old(NOW) == 1
    assert {receipt.key for receipt in Receipt.objects.all()} == {days_ago[30], days_ago[1]}


# --- Suggestions sent twice ------------------------------------------------------------------------


@pytest.fixture
def student() -> User:
    return PersonFactory.create(credits=100)


@pytest.fixture
def service() -> Service:
    return ServiceFactory.create(price=30)


def suggestion(student: User, service: Service, key: UUID, **other: Any) -> Meeting:
    """Send the form of a suggestion: each time a new draft with the same contents."""
    how = {"starts_at": NOW + 5 * DAY, "skill": SkillFactory.create(), "role": Role.USER, "now": NOW} | other
    meeting = draft(student=student, service=service, **how)
    return workflow.suggest(meeting, role=Role.USER, actor=student, now=NOW, key=key)


def test_a_suggestion_sent_twice_makes_one_meeting(student: User, service: Service, key: UUID) -> None:
    first = suggestion(student, service, key)
    before = everything()
    assert suggestion(student, service, key) == first
    assert everything() == before


def test_two_forms_make_two_meetings(student: User, service: Service) -> None:
    assert suggestion(student, service, uuid4()) != suggestion(student, service, uuid4())


@pytest.mark.parametrize(
    "other", [{"starts_at": NOW + 6 * DAY}, {"note": "Other"}, {"price": 1}, {"minutes": 15}], ids=str
)
def test_a_suggestion_with_other_contents_is_refused(
    student: User, service: Service, key: UUID, other: dict[str, Any]
) -> None:
    suggestion(student, service, key)
    with nothing_changes() as refused:
        suggestion(student, service, key, **other)
    assert refused.value.words == OTHERWISE


def test_the_key_of_another_persons_suggestion_is_refused(student: User, service: Service, key: UUID) -> None:
    suggestion(student, service, key)
    other = PersonFactory.create(credits=100)
    with nothing_changes() as refused:
        suggestion(other, service, key)
    assert refused.value.words == OTHERWISE


def test_the_key_of_a_suggestion_opens_no_other_form(student: User, service: Service, key: UUID) -> None:
    meeting = suggestion(student, service, key)
    with nothing_changes() as refused:
        post(meeting, Action.CANCEL_REQUEST, Role.USER, key=key)
    assert refused.value.words == OTHERWISE


def test_a_suggestion_without_credits_can_be_sent_again(service: Service, key: UUID) -> None:
    poor = PersonFactory.create(credits=10)
    with nothing_changes():
        suggestion(poor, service, key)
    suggestion(poor, service, key, price=10)
    assert Meeting.objects.count() == 1


def test_a_form_is_the_same_in_another_language_and_after_its_reason_was_renamed() -> None:
    meeting, key = suggest(), uuid4()
    reason = ReasonFactory.create(name_de="Der Termin passt mir nicht")
    how: dict[str, Any] = {
        "role": Role.EXPERT,
        "actor": meeting.expert,
        "revision": meeting.revision,
        "now": NOW,
    }
    for language in ("en", "de"):
        with translation.override(language):
            workflow.perform(meeting, Action.REJECT, entry=Entry(reason=reason), key=key, **how)
    reason.name = "Another word"
    workflow.perform(meeting, Action.REJECT, entry=Entry(reason=reason), key=key, **how)
    assert Meeting.objects.get(pk=meeting.pk).revision == meeting.revision + 1
    with pytest.raises(ActionRefused, match="other contents"):
        workflow.perform(
            meeting, Action.REJECT, entry=Entry(reason=ReasonFactory.create(name="Ill")), key=key, **how
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Entry(starts_at=NOW), Entry(starts_at=NOW.astimezone(ZoneInfo("Asia/Kathmandu")))),
        (Entry(progress=Progress.SMOOTH), Entry(progress=Progress("smooth"))),
        (Entry(), Entry(words="", stars=None)),
    ],
)
def test_equal_contents_are_equal_however_they_are_written(one: Entry, other: Entry) -> None:
    assert idempotency.digest({"entry": one}) == idempotency.digest({"entry": other})


def test_a_field_that_was_added_and_is_not_used_changes_nothing() -> None:
    @dataclass(frozen=True)
    class Later(Entry):
        new: str = ""

    assert idempotency.digest({"entry": Entry(words="x")}) == idempotency.digest({"entry": Later(words="x")})
    assert idempotency.digest({"entry": Later(words="x")}) != idempotency.digest(
        {"entry": Later("x", new="y")}
    )
