"""Suggesting a meeting: who may, what it costs, and what is refused."""

from datetime import timedelta

import pytest

from accounts.models import Service, User
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting
from meetings.vocabulary import Action, Role
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, SkillFactory
from tests.meetings.scenarios import DAY, HOUR, NOW, act, make_acquainted, suggest
from tests.meetings.snapshot import Trace, credits_of, everything, labels

pytestmark = pytest.mark.django_db
UNKNOWN = "You can suggest a meeting to people you have or had a meeting with."


def drafted(student: User, service: Service, *, by: Role = Role.USER, **other: object) -> Meeting:
    how = {"starts_at": NOW + 5 * DAY, "skill": SkillFactory.create(), "now": NOW} | other
    return draft(student=student, service=service, role=by, **how)


def refusal(meeting: Meeting, *, by: Role = Role.USER) -> ActionRefused:
    """Return the refusal of this suggestion, which must change nothing."""
    before = everything()
    with pytest.raises(ActionRefused) as refused:
        workflow.suggest(meeting, role=by, actor=meeting.person(by), now=NOW)
    assert everything() == before
    return refused.value


@pytest.fixture
def student() -> User:
    return PersonFactory.create(credits=100)


@pytest.fixture
def service() -> Service:
    return ServiceFactory.create(price=30)


@pytest.mark.parametrize(("price", "left"), [(30, (70, 30, 0, 0)), (0, (100, 0, 0, 0))])
def test_a_users_suggestion_blocks_the_price(price: int, left: tuple[int, ...]) -> None:
    trace = Trace()
    meeting = suggest(price=price)
    assert labels(meeting) == ("Awaiting approval", "Blocked")
    assert trace.events() == ["Meeting suggested by user", "Approved by user"]
    assert trace.told(meeting)[-1:] == [("expert", "Meeting suggested by user")]
    assert (meeting.approved_by_user, meeting.approved_by_expert) == (True, False)
    assert credits_of(meeting) == left
    assert meeting.revision == 1


@pytest.mark.parametrize("price", [30, 0])
def test_an_experts_suggestion_blocks_nothing(student: User, service: Service, price: int) -> None:
    make_acquainted(student, service, NOW)
    trace = Trace()
    meeting = suggest(by=Role.EXPERT, student=student, service=service, price=price)
    assert labels(meeting) == ("Awaiting approval", "Not blocked")
    assert trace.events() == ["Meeting suggested by expert", "Approved by expert"]
    assert trace.told(meeting) == [("user", "Meeting suggested by expert")]
    assert (meeting.approved_by_user, meeting.approved_by_expert) == (False, True)
    assert credits_of(meeting) == (100, 0, 0, 0)


def test_an_expert_sets_another_length_and_price(student: User, service: Service) -> None:
    make_acquainted(student, service, NOW)
    meeting = suggest(by=Role.EXPERT, student=student, service=service, price=45, minutes=90)
    assert (meeting.price, meeting.minutes) == (45, 90)
    assert (service.price, service.minutes) == (30, 60)


def test_an_expert_cannot_suggest_to_a_stranger(student: User, service: Service) -> None:
    assert refusal(drafted(student, service, by=Role.EXPERT), by=Role.EXPERT).words == UNKNOWN


def test_knowing_a_user_as_ones_own_expert_is_not_enough(student: User, service: Service) -> None:
    """The student is the expert in the earlier meeting: no user of this expert."""
    other_way = ServiceFactory.create(expert=ExpertFactory.create(user=student))
    make_acquainted(service.expert.user, other_way, NOW)
    assert refusal(drafted(student, service, by=Role.EXPERT), by=Role.EXPERT).words == UNKNOWN


def test_nobody_books_themselves(service: Service) -> None:
    words = refusal(drafted(service.expert.user, service)).words
    assert words == "You cannot suggest a meeting to yourself."


@pytest.mark.parametrize(
    "what", ["service is not active", "expert is not approved", "expert is blocked", "user is blocked"]
)
def test_only_listed_experts_and_active_services_can_be_booked(
    student: User, service: Service, what: str
) -> None:
    meeting = drafted(student, service)
    if what == "service is not active":
        service.is_active = False
        service.save()
    elif what == "expert is not approved":
        service.expert.is_approved = False
        service.expert.save()
    else:
        person = service.expert.user if what == "expert is blocked" else student
        User.objects.filter(pk=person.pk).update(is_active=False)
    expected = {
        "service is not active": "This expert does not offer this service at the moment. ",
        "expert is not approved": "This expert does not offer this service at the moment. ",
        "expert is blocked": "One of the two accounts is closed, ",
        "user is blocked": "One of the two accounts is closed, ",
    }
    assert refusal(meeting).words.startswith(expected[what])


def test_another_active_service_does_not_make_this_one_bookable(student: User) -> None:
    service = ServiceFactory.create(is_active=False)
    ServiceFactory.create(expert=service.expert)
    assert refusal(drafted(student, service)).words.startswith("This expert does not offer this service")


def test_a_service_taken_back_a_moment_ago_is_refused(student: User, service: Service) -> None:
    """The form was checked with the old row in memory; what counts is the row under the lock."""
    meeting = drafted(student, service)
    Service.objects.filter(pk=service.pk).update(is_active=False)
    ServiceFactory.create(expert=service.expert)
    assert refusal(meeting).words.startswith("This expert does not offer this service")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (timedelta(0), "This time has passed. Please choose a start in the future."),
        (-HOUR, "This time has passed. Please choose a start in the future."),
        (
            730 * DAY + timedelta(seconds=1),
            "This is more than two years away. Please choose an earlier date.",
        ),
    ],
)
def test_the_start_must_be_in_the_next_two_years(
    student: User, service: Service, start: timedelta, words: str
) -> None:
    assert refusal(drafted(student, service, starts_at=NOW + start)).words == words


@pytest.mark.parametrize("start", [timedelta(seconds=1), 730 * DAY])
def test_the_edges_of_those_two_years_are_allowed(start: timedelta) -> None:
    assert suggest(starts_in=start).starts_at == NOW + start


@pytest.mark.parametrize(
    ("owned", "missing", "words"),
    [
        (29, 1, "You need 1 more credit for this. Nothing was changed."),
        (5, 25, "You need 25 more credits for this. Nothing was changed."),
        (0, 30, "You need 30 more credits for this. Nothing was changed."),
    ],
)
def test_without_enough_credits_nothing_changes(
    service: Service, owned: int, missing: int, words: str
) -> None:
    student = PersonFactory.create(credits=owned)
    refused = refusal(drafted(student, service))
    assert (refused.missing_credits, refused.words) == (missing, words)


def test_blocked_credits_are_not_available_twice(student: User, service: Service) -> None:
    suggest(student=student, price=80)
    assert refusal(drafted(student, service)).missing_credits == 10


def test_the_last_credit_can_be_spent(service: Service) -> None:
    student = PersonFactory.create(credits=30)
    meeting = suggest(student=student, service=service)
    assert credits_of(meeting) == (0, 30, 0, 0)


def test_a_free_meeting_needs_no_account(service: Service) -> None:
    meeting = suggest(student=PersonFactory.create(), price=0)
    assert labels(meeting) == ("Awaiting approval", "Blocked")


def test_confirming_what_the_expert_suggested_needs_the_credits() -> None:
    meeting = suggest(by=Role.EXPERT, student=PersonFactory.create(credits=10), price=30)
    before = everything()
    with pytest.raises(ActionRefused) as refused:
        act(meeting, Action.CONFIRM, Role.USER)
    assert everything() == before
    assert refused.value.missing_credits == 20


def test_one_person_can_be_user_here_and_expert_there() -> None:
    both = ExpertFactory.create(user=PersonFactory.create(credits=100))
    given = suggest(service=ServiceFactory.create(expert=both))
    taken = suggest(student=both.user)
    assert (given.role_of(both.user), taken.role_of(both.user)) == (Role.EXPERT, Role.USER)


def test_the_note_is_kept_without_blanks_around_it(student: User, service: Service) -> None:
    meeting = drafted(student, service, note="  about my company ")
    saved = workflow.suggest(meeting, role=Role.USER, actor=student, now=NOW)
    assert Meeting.objects.get(pk=saved.pk).note == "about my company"
