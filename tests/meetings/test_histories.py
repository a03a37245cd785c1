"""Random histories of meetings: two users, two experts, all actions by all roles, and the clock.

After every step the product agrees with `tests.meetings.model`, and nothing that must always hold is broken.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

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
from meetings import jobs, workflow
from meetings.models import Meeting
from meetings.step import ActionRefused
from meetings.vocabulary import PAYMENTS, Action, Progress, Role, Status
from tests.credits import books
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.model import Paper, World
from tests.meetings.roads import NOW, act, make_acquainted, suggest

HOUR = timedelta(hours=1)
RUNS, STEPS = 15, 30

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
        self.meetings: list[tuple[Meeting, Paper]] = []
        for student in self.users.values():
            for service in services.values():
                make_acquainted(student, service, NOW)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    # --- What can happen -------------------------------------------------------------------------

    @rule(u=some, e=some, price=prices, start=starts, by=roles)
    def suggest(self, u: int, e: int, price: int, start: timedelta, by: str) -> None:
        user, expert = f"user {u % 2}", f"expert {e % 2}"
        paper = Paper(user, expert, price, self.now + start, by, approved={by})
        agrees = by == "expert" or self.world.block(paper)
        how = {"student": self.users[user], "service": self.services[expert], "price": price}
        made = self.attempt(lambda: suggest(by=Role(by), starts_in=start, now=self.now, **how))
        assert (made is not None) == agrees
        if made:
            self.meetings.append((made, paper))

    @rule(jump=jumps)
    def let_time_pass(self, jump: timedelta) -> None:
        self.now += jump

    @rule()
    def run_the_job(self) -> None:
        for pk in jobs.due(self.now):
            workflow.catch_up(pk, self.now)
        for _meeting, paper in self.meetings:
            self.world.pass_time(paper, self.now)

    @precondition(lambda self: self.meetings)
    @rule(n=some, jump=st.sampled_from([-HOUR / 4, 0 * HOUR, HOUR / 2, HOUR, 169 * HOUR]))
    def wait_for_a_meeting(self, n: int, jump: timedelta) -> None:
        """Go to its start, its end, or a week later: not back."""
        paper = self.meetings[n % len(self.meetings)][1]
        self.now = max(self.now, paper.start + jump)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, action=st.sampled_from(["confirm", "reject", "cancel-request"]))
    def answer(self, n: int, role: str, action: str) -> None:
        self.do(n, action, role, Action(action), reason=self.reason, overlap_acknowledged=True)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=st.sampled_from(["user", "expert", "operator"]))
    def cancel(self, n: int, role: str) -> None:
        self.do(n, "cancel", role, Action.CANCEL, words="ill")

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles)
    def cancel_late(self, n: int, role: str) -> None:
        self.do(n, "cancel-late", role, Action.CANCEL_LATE, words="ill", deduction_accepted=True)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, shift=shifts)
    def suggest_another_date(self, n: int, role: str, shift: timedelta) -> None:
        paper = self.meetings[n % len(self.meetings)][1]
        rejected = {"user": Action.RESCHEDULE_REJECTED, "expert": Action.SUGGEST_ANOTHER}[role]
        action = rejected if paper.status == "Rejected" else Action.RESCHEDULE
        start = paper.start + shift
        self.do(n, "reschedule", role, action, on_paper={"start": start}, starts_at=start)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, shift=shifts)
    def counter(self, n: int, role: str, shift: timedelta) -> None:
        start = self.meetings[n % len(self.meetings)][1].start + shift
        typed = {"starts_at": start, "reason": self.reason}
        self.do(n, "suggest-instead", role, Action.COUNTER, on_paper={"start": start}, **typed)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, action=st.sampled_from(["confirm", "reject", "cancel"]))
    def answer_the_alternative(self, n: int, role: str, action: str) -> None:
        paper = self.meetings[n % len(self.meetings)][1]
        taken = Action(f"{action}-alternative")
        if action == "confirm" and paper.status == "Rejected":
            taken = Action.REVIVE
        typed = {"reason": self.reason, "overlap_acknowledged": True}
        self.do(n, f"{action}-alternative", role, taken, **typed)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles)
    def join(self, n: int, role: str) -> None:
        self.do(n, "join", role, Action.JOIN)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, answer=st.sampled_from(Progress))
    def record(self, n: int, role: str, answer: Progress) -> None:
        stars = {"stars": 3} if (role, answer) == ("user", Progress.SMOOTH) else {}
        typed = {"progress": answer, **stars}
        self.do(n, "record", role, Action.RECORD, on_paper={"answer": answer.value}, **typed)

    @precondition(lambda self: self.meetings)
    @rule(n=some, role=roles, words=st.sampled_from(["", "Good."]))
    def review(self, n: int, role: str, words: str) -> None:
        self.do(n, "review", role, Action.REVIEW, on_paper={"words": words}, review=words)

    @precondition(lambda self: self.meetings)
    @rule(n=some, what=st.sampled_from(sorted(FINDINGS)))
    def decide(self, n: int, what: str) -> None:
        self.do(n, "decide", "operator", FINDINGS[what], on_paper={"what": what}, words="Decided")

    @precondition(lambda self: self.meetings)
    @rule(n=some)
    def reverse(self, n: int) -> None:
        self.do(n, "reverse", "operator", Action.REVERSE, words="Nobody came")

    # --- Both at once ----------------------------------------------------------------------------

    def do(
        self,
        n: int,
        name: str,
        role: str,
        action: Action,
        on_paper: dict[str, Any] | None = None,
        **typed: Any,
    ) -> None:
        """Act on one of the meetings, in the product and on paper."""
        meeting, paper = self.meetings[n % len(self.meetings)]
        self.world.pass_time(paper, self.now)
        agrees = self.world.act(paper, name, role, self.now, **on_paper or {})
        done = self.attempt(lambda: act(meeting, action, Role(role), now=self.now, **typed))
        assert (done is not None) == agrees, (name, role, paper)
        if done is None:
            workflow.catch_up(meeting.pk, self.now)

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
    def status_and_payment_fit(self) -> None:
        for meeting, _paper in self.meetings:
            meeting.refresh_from_db()
            assert meeting.payment in PAYMENTS[Status(meeting.status)]
            assert meeting.status != Status.AWAITING or meeting.approved_by_user != meeting.approved_by_expert

    @invariant()
    def the_paper_agrees(self) -> None:
        papers = [paper for _meeting, paper in self.meetings]
        for name, person in self.people.items():
            expected = ledger.Balance(self.world.free[name], self.world.blocked(name, papers))
            assert ledger.balance(person) == expected, name
        assert books.share() == self.world.platform
        for meeting, paper in self.meetings:
            assert self._seen(meeting) == (
                paper.status,
                paper.payment,
                paper.start,
                paper.alternative,
                paper.alternative_by,
            )

    @staticmethod
    def _seen(meeting: Meeting) -> tuple[str, str, datetime, datetime | None, str]:
        return (
            meeting.get_status_display(),
            meeting.get_payment_display(),
            meeting.starts_at,
            meeting.alternative_starts_at,
            meeting.alternative_by,
        )


@pytest.mark.django_db
def test_every_history_agrees_with_the_paper() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=RUNS, stateful_step_count=STEPS))
