"""Random histories of meetings: two users, two experts, all actions by all roles, and the clock.

After every step the product agrees with `tests.meetings.model`, and nothing that must always hold is broken.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Service, User
from credits import ledger
from meetings import jobs
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.vocabulary import PAYMENTS, Action, Progress, Role, Status
from tests.credits import books
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.model import Paper, World
from tests.meetings.scenarios import NOW, act, suggest

HOUR = timedelta(hours=1)
RUNS, STEPS = 15, 45

roles = st.sampled_from(["user", "expert"])
# Often right at a limit: 48 hours, 15 minutes, the hour of a meeting, the week after it.
jumps = st.sampled_from([HOUR / 4, HOUR, 5 * HOUR, 24 * HOUR, 48 * HOUR, 71 * HOUR, 168 * HOUR])
shifts = st.sampled_from([-30 * HOUR, -HOUR, 0 * HOUR, HOUR, 25 * HOUR, 72 * HOUR])
starts = st.sampled_from([HOUR / 4, HOUR, 49 * HOUR, 72 * HOUR, 96 * HOUR])
prices = st.sampled_from([0, 1, 15, 30, 55])
some = st.integers(0, 1000)

FINDINGS = {
    "Held": Action.FIND_HELD,
    "user absent": Action.FIND_USER_ABSENT,
    "expert absent": Action.FIND_EXPERT_ABSENT,
}


Both = tuple[Meeting, Paper]


def needs(*statuses: str) -> Callable[[Any], Any]:
    """Try a rule only where some meeting has one of these statuses."""
    return precondition(lambda self: any(paper.status in statuses for _meeting, paper in self.meetings))


class Histories(RuleBasedStateMachine):
    """Each rule does one thing in the product and on paper; both say yes, or both say no."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now = NOW
        self.reason = ReasonFactory.create()
        self.users = {f"user {n}": PersonFactory.create(credits=100) for n in range(2)}
        services = {f"expert {n}": ServiceFactory.create() for n in range(2)}
        self.services: dict[str, Service] = services
        self.people: dict[str, User] = self.users | {
            name: service.expert.user for name, service in services.items()
        }
        self.world = World({name: 100 if name in self.users else 0 for name in self.people})
        self.meetings: list[Both] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    # --- What can happen -------------------------------------------------------------------------

    @rule(u=some, e=some, price=prices, start=starts, by=roles, agreed=st.booleans())
    def suggest(self, u: int, e: int, price: int, start: timedelta, by: str, agreed: bool) -> None:
        """Suggest a meeting; often the other party says yes at once."""
        user, expert = f"user {u % 2}", f"expert {e % 2}"
        paper = Paper(user, expert, price, self.now + start, by, approved={by})
        agrees = by == "expert" or self.world.block(paper)
        how = {"student": self.users[user], "service": self.services[expert], "price": price}
        made = self.attempt(lambda: suggest(by=Role(by), starts_in=start, now=self.now, **how))
        assert (made is not None) == agrees
        if made:
            self.meetings.append((made, paper))
            if agreed:
                self.do((made, paper), "confirm", Role(by).other, Action.CONFIRM, overlap_acknowledged=True)

    @rule(jump=jumps)
    def let_time_pass(self, jump: timedelta) -> None:
        self.now += jump

    @rule()
    def run_the_job(self) -> None:
        for pk in jobs.due(self.now):
            workflow.apply_due_transitions(pk, self.now)
        for _meeting, paper in self.meetings:
            self.world.pass_time(paper, self.now)

    @needs("Awaiting approval", "Agreed", "Rejected")
    @rule(n=some, jump=st.sampled_from([-HOUR / 4, 0 * HOUR, HOUR / 2, HOUR, 169 * HOUR]))
    def wait_for_a_meeting(self, n: int, jump: timedelta) -> None:
        """Go to its doors, its start, its end, or a week later: never back."""
        _meeting, paper = self.pick(n, "Agreed")
        self.now = max(self.now, paper.start + jump)

    @needs("Awaiting approval")
    @rule(n=some, role=roles, action=st.sampled_from(["confirm", "confirm", "reject", "cancel-request"]))
    def answer(self, n: int, role: str, action: str) -> None:
        chosen = self.pick(n, "Awaiting approval")
        self.do(chosen, action, role, Action(action), reason=self.reason, overlap_acknowledged=True)

    @needs("Awaiting approval", "Agreed", "Under review")
    @rule(n=some, role=st.sampled_from(["user", "expert", "operator"]))
    def cancel(self, n: int, role: str) -> None:
        self.do(self.pick(n, "Agreed"), "cancel", role, Action.CANCEL, words="ill")

    @needs("Agreed")
    @rule(n=some, role=roles)
    def cancel_late(self, n: int, role: str) -> None:
        typed = {"words": "ill", "deduction_accepted": True}
        self.do(self.pick(n, "Agreed"), "cancel-late", role, Action.CANCEL_LATE, **typed)

    @needs("Agreed", "Rejected")
    @rule(n=some, role=roles, shift=shifts)
    def suggest_another_date(self, n: int, role: str, shift: timedelta) -> None:
        chosen = self.pick(n, "Agreed", "Rejected")
        rejected = {"user": Action.RESCHEDULE_REJECTED, "expert": Action.SUGGEST_ANOTHER}[role]
        action = rejected if chosen[1].status == "Rejected" else Action.RESCHEDULE
        start = chosen[1].start + shift
        self.do(chosen, "reschedule", role, action, on_paper={"start": start}, starts_at=start)

    @needs("Awaiting approval")
    @rule(n=some, role=roles, shift=shifts)
    def counter(self, n: int, role: str, shift: timedelta) -> None:
        chosen = self.pick(n, "Awaiting approval")
        start = chosen[1].start + shift
        typed = {"starts_at": start, "reason": self.reason}
        self.do(chosen, "suggest-instead", role, Action.COUNTER, on_paper={"start": start}, **typed)

    @precondition(lambda self: any(paper.alternative for _meeting, paper in self.meetings))
    @rule(n=some, role=roles, action=st.sampled_from(["confirm", "confirm", "reject", "cancel"]))
    def answer_the_alternative(self, n: int, role: str, action: str) -> None:
        open_ones = [pair for pair in self.meetings if pair[1].alternative]
        chosen = open_ones[n % len(open_ones)]
        taken = Action(f"{action}-alternative")
        if action == "confirm" and chosen[1].status == "Rejected":
            taken = Action.REVIVE
        typed = {"reason": self.reason, "overlap_acknowledged": True}
        self.do(chosen, f"{action}-alternative", role, taken, **typed)

    @needs("Agreed")
    @rule(n=some, role=roles, early=st.booleans())
    def join(self, n: int, role: str, early: bool) -> None:
        chosen = self.pick(n, "Agreed")
        self.now = max(self.now, chosen[1].start - HOUR / (2 if early else 8))
        self.do(chosen, "join", role, Action.JOIN)

    @needs("Agreed")
    @rule(n=some, role=roles, answer=st.sampled_from(Progress), ended=st.booleans())
    def record(self, n: int, role: str, answer: Progress, ended: bool) -> None:
        chosen = self.pick(n, "Agreed")
        if ended:
            self.now = max(self.now, chosen[1].end)
        stars = {"stars": 3} if (role, answer) == ("user", Progress.SMOOTH) else {}
        typed = {"progress": answer, **stars}
        self.do(chosen, "record", role, Action.RECORD, on_paper={"answer": answer.value}, **typed)

    @needs("Held", "Not held")
    @rule(n=some, role=roles, words=st.sampled_from(["", "Good."]))
    def review(self, n: int, role: str, words: str) -> None:
        self.do(self.pick(n, "Held"), "review", role, Action.REVIEW, on_paper={"words": words}, review=words)

    @needs("Under review")
    @rule(n=some, what=st.sampled_from(sorted(FINDINGS)))
    def decide(self, n: int, what: str) -> None:
        chosen = self.pick(n, "Under review")
        self.do(chosen, "decide", "operator", FINDINGS[what], on_paper={"what": what}, words="Decided")

    @needs("Held", "Not held")
    @rule(n=some)
    def reverse(self, n: int) -> None:
        self.do(self.pick(n, "Held", "Not held"), "reverse", "operator", Action.REVERSE, words="Nobody came")

    @precondition(lambda self: any(self.world.free[name] for name in self.services))
    @rule(e=some, part=st.sampled_from([1, 2]))
    def pay_out(self, e: int, part: int) -> None:
        """Let an expert spend: a reversal then finds less than it would like."""
        name = f"expert {e % 2}"
        amount = self.world.free[name] // part
        self.world.free[name] -= amount
        how = {"reason": "invoice", "made_by": None, "key": f"payout:{uuid4()}", "now": self.now}
        ledger.payout(self.people[name], amount, **how)

    # --- Both at once ----------------------------------------------------------------------------

    def pick(self, n: int, *statuses: str) -> Both:
        """Return a meeting, mostly one of which the action may be true."""
        fitting = [pair for pair in self.meetings if pair[1].status in statuses]
        choice = fitting if fitting and n % 5 else self.meetings
        return choice[n // 5 % len(choice)]

    def do(
        self, chosen: Both, name: str, role: str, action: Action, on_paper: Any = None, **typed: Any
    ) -> None:
        """Act on a meeting, in the product and on paper."""
        meeting, paper = chosen
        self.world.pass_time(paper, self.now)
        agrees = self.world.act(paper, name, role, self.now, **on_paper or {})
        done = self.attempt(lambda: act(meeting, action, Role(role), now=self.now, **typed))
        assert (done is not None) == agrees, (name, role, paper)
        if done is None:
            workflow.apply_due_transitions(meeting.pk, self.now)

    def attempt(self, call: Callable[[], Meeting]) -> Meeting | None:
        try:
            return call()
        except ActionRefused:
            return None

    # --- What must hold --------------------------------------------------------------------------

    @invariant()
    def the_books_are_in_order(self) -> None:
        books.assert_in_order()

    @invariant()
    def the_paper_agrees(self) -> None:
        papers = [paper for _meeting, paper in self.meetings]
        owned = books.owned_by_everyone()
        for name, person in self.people.items():
            expected = (self.world.free[name], self.world.blocked(name, papers))
            assert owned.get(person.pk, (0, 0)) == expected, name
        assert books.share() == self.world.platform
        fresh = Meeting.objects.in_bulk()
        for meeting, paper in self.meetings:
            found = fresh[meeting.pk]
            assert found.payment in PAYMENTS[Status(found.status)]
            assert (found.get_status_display(), found.get_payment_display()) == (paper.status, paper.payment)
            assert (found.starts_at, found.ends_at) == (paper.start, paper.end)
            assert {role for role in ("user", "expert") if found.is_approved_by(Role(role))} == paper.approved
            assert (found.alternative_starts_at, found.alternative_by) == (
                paper.alternative,
                paper.alternative_by,
            )


@pytest.mark.django_db
def test_every_history_agrees_with_the_paper() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=RUNS, stateful_step_count=STEPS))
