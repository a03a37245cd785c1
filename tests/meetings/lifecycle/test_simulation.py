"""Twelve days of many meetings, made, moved, cancelled and held at random: who was told what, and when?

Everything is compared with `tests.meetings.simulation`, notification by notification and mail by mail.
SIMULATED_MEETINGS=10000 makes the run long, SIMULATION_SEED another one; `pytest -s` shows the figures.
"""

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, zip_longest
from typing import Any, ClassVar

import pytest
from celery import current_app
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from meetings import jobs
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.notices import reminders
from meetings.vocabulary import Action, Progress, Role
from notifications import delivery, wording
from notifications.models import Notification
from tests.credits import books
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.model import HOURS
from tests.meetings.scenarios import act, suggest
from tests.meetings.simulation import (
    CALENDAR,
    DAY,
    LINK,
    MINUTE,
    PROGRESS,
    REMINDER,
    Desk,
    Letter,
    Sheet,
    other,
)

MEETINGS = int(os.environ.get("SIMULATED_MEETINGS", "40"))
SEED = int(os.environ.get("SIMULATION_SEED", "1"))
START = datetime(2026, 10, 20, tzinfo=UTC)  # over the end of summer time
END = START + 12 * DAY
SECOND = timedelta(seconds=1)

# When no job runs, and when the mail server is away: hours from the start, and for how long.
DOWN = ((30, 10 * MINUTE), (55, 2 * HOURS), (101, 45 * MINUTE), (130, 30 * HOURS), (220, 5 * HOURS))
AWAY = ((12, HOURS), (40, 9 * HOURS), (80, 3 * HOURS), (180, 12 * HOURS), (240, 20 * MINUTE))

WHAT_TO_TRY = {
    "Awaiting approval": 6 * ["confirm"] + ["reject", "suggest-instead", "cancel-request", "cancel"],
    "Agreed": 8 * ["reschedule"] + ["cancel", "cancel-late", "join", "reject-alternative"],
    "Agreed, alternative": 12 * ["confirm-alternative"]
    + ["reject-alternative", "cancel-alternative", "cancel", "reschedule"],
    "Agreed, begun": ["join", "record", "record", "cancel", "confirm-alternative"],
    "Rejected": 3 * ["reschedule"] + ["confirm"],
    "Rejected, alternative": 3 * ["confirm-alternative"] + ["reject-alternative", "cancel-alternative"],
    "Under review": ["decide", "record"],
    "Held": ["reverse", "record"],
    "Not held": ["reverse", "join"],
    "Cancelled": ["confirm"],
    "Expired": ["confirm"],
}
FINDINGS = {
    "Held": Action.FIND_HELD,
    "user absent": Action.FIND_USER_ABSENT,
    "expert absent": Action.FIND_EXPERT_ABSENT,
}


class Letterbox(BaseEmailBackend):
    """A mail server that counts what it was handed, by Message-ID, and is away at times."""

    received: ClassVar[Counter[str]] = Counter()
    is_away = False

    def open(self) -> bool:
        if Letterbox.is_away:
            raise ConnectionRefusedError("The mail server is away.")
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Letterbox.received.update(mail.extra_headers["Message-ID"] for mail in email_messages)
        return len(email_messages)


class Simulation:
    """The product and the desk live through the same days; each sweep is a moment in the queue."""

    def __init__(self, meetings: int, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.order = count()
        self.queue: list[tuple[datetime, bool, int, Callable[[datetime], None]]] = []
        self.sweeps: set[datetime] = set()
        self.reason = ReasonFactory.create()
        people = max(4, meetings // 20)
        purses = {f"user {n}": self.chance.choice([40, 90, 100_000]) for n in range(people)}
        self.users = {name: PersonFactory.create(credits=free) for name, free in purses.items()}
        self.services = {f"expert {n}": ServiceFactory.create() for n in range(people)}
        self.desk = Desk(purses | dict.fromkeys(self.services, 0))
        self.meetings: dict[int, Meeting] = {}
        self.tried: Counter[bool] = Counter()
        for number in range(meetings):
            self.at(START + self.chance.random() * 9 * DAY, self.maker(number))
        for hours in range(0, 12 * 24, 5):
            self.plan_sweep(START + self.chance.random() * MINUTE + hours * HOURS)
        self.plan_sweep(END)

    def run(self) -> None:
        while self.queue and self.queue[0][0] <= END:
            now, _is_sweep, _order, happen = heappop(self.queue)
            happen(now)

    def at(self, instant: datetime, happen: Callable[[datetime], None]) -> None:
        whole = instant.replace(microsecond=0)
        # At one instant people act first: a sweep sees all that was done by then.
        heappush(self.queue, (whole, happen == self.sweep, next(self.order), happen))

    # --- People --------------------------------------------------------------------------------------

    def maker(self, number: int) -> Callable[[datetime], None]:
        return lambda now: self.make(number, now)

    def make(self, number: int, now: datetime) -> None:
        pick = self.chance.choice
        user, expert, by = pick(list(self.users)), pick(list(self.services)), pick(["user", "user", "expert"])
        start = now + pick([0.1, 1, 3, 24, 24.1, 30, 48, 72, 96]) * HOURS
        sheet = Sheet(user, expert, pick([0, 1, 15, 30]), self.vary(start), by, approved={by}, number=number)
        agrees = self.desk.suggest(sheet, now)
        how = {"student": self.users[user], "service": self.services[expert], "price": sheet.price}
        made = self.attempt(lambda: suggest(by=Role(by), starts_in=sheet.start - now, now=now, **how))
        assert (made is not None) == agrees
        if made:
            self.meetings[number] = made
            self.plan(sheet, now)

    def live(self, sheet: Sheet, now: datetime) -> None:
        """Try something with a meeting, in the product and at the desk; come back to it later."""
        # Where jobs are down, a refused action takes back what the clock decided before it; at the desk not.
        assert workflow.apply_due_transitions(self.meetings[sheet.number].pk, now)
        self.desk.pass_time(sheet, now)
        name = self.chance.choice(WHAT_TO_TRY[situation(sheet, now)])
        role = self.who(sheet, name)
        action, on_paper, typed = self.fill_in(sheet, name, role, now)
        agrees = self.desk.act(sheet, name, role, now, **on_paper)
        done = self.attempt(lambda: act(self.meetings[sheet.number], action, Role(role), now=now, **typed))
        assert (done is not None) == agrees, (name, role, now, sheet)
        self.plan(sheet, now)

    def who(self, sheet: Sheet, name: str) -> str:
        """Mostly one who can; at times somebody else."""
        if name in ("decide", "reverse") or (name == "cancel" and self.chance.random() < 0.2):
            return "operator"
        sides = {"confirm": sheet.approved, "cancel-request": sheet.approved, "cancel-late": {"user"}}
        side = next(iter(sides.get(name, {sheet.alternative_by})), "") or self.chance.choice(
            ["user", "expert"]
        )
        if name in ("confirm", "reject", "suggest-instead", "confirm-alternative", "reject-alternative"):
            side = other(side)
        return side if self.chance.random() < 0.95 else other(side)

    def fill_in(
        self, sheet: Sheet, name: str, role: str, now: datetime
    ) -> tuple[Action, dict[str, Any], dict[str, Any]]:
        """Return the action in the product's terms, and what is typed, on paper and there."""
        typed: dict[str, Any] = {"reason": self.reason, "overlap_acknowledged": True, "words": "ill"}
        if name == "decide":
            found = self.chance.choice(list(FINDINGS))
            return FINDINGS[found], {"what": found}, typed
        if name == "record":
            answer = self.chance.choice(list(Progress))
            stars = {"stars": 3} if (role, answer) == ("user", Progress.SMOOTH) else {}
            return Action.RECORD, {"answer": answer.value}, {"progress": answer, **stars}
        if name in ("reschedule", "suggest-instead"):
            shift = self.chance.choice([-26, -1, 0.5, 2, 25, 49, 49]) * HOURS
            start = self.vary(self.chance.choice([now, sheet.start]) + shift)
            return product_action(sheet, name, role), {"start": start}, typed | {"starts_at": start}
        return product_action(sheet, name, role), {}, typed | {"deduction_accepted": True}

    def attempt(self, call: Callable[[], Meeting]) -> Meeting | None:
        try:
            done = call()
        except ActionRefused:
            done = None
        self.tried[done is not None] += 1
        return done

    def vary(self, instant: datetime) -> datetime:
        """Return a full minute near this instant, or a moment that lies on none."""
        seconds = self.chance.choice([0, 0, 60, self.chance.randrange(3600)])
        return instant.replace(second=0, microsecond=0) + timedelta(seconds=seconds)

    def plan(self, sheet: Sheet, now: datetime) -> None:
        """Come back after a while, often right at a limit; and let the jobs run when something may be due."""
        dues = [sheet.start + hours * HOURS for hours in (-24, -1, 0, 25, 169)]
        dues += [sheet.alternative] if sheet.alternative else []
        for due in [now, *dues]:
            if due >= now:
                self.plan_sweep(due)
        limits = [*dues, *(sheet.start + hours * HOURS for hours in (-48, -0.25, 1))]
        until = min(sheet.start, sheet.alternative or sheet.start)
        pause = max(MINUTE, min(DAY, (until - now) / 3) if now < until else 8 * HOURS)
        moment = now + self.chance.expovariate(1) * pause
        if sheet.status in ("Agreed", "Rejected") and self.chance.random() < 0.4:
            near = self.chance.choice(limits) + self.chance.choice([-60, -1, 0, 1, 30, 90]) * SECOND
            moment = near if near > now else moment
        is_over = sheet.status in ("Cancelled", "Expired", "Held", "Not held")
        if self.chance.random() < (0.2 if is_over else 0.95):
            self.at(moment, lambda then: self.live(sheet, then))

    # --- Jobs ----------------------------------------------------------------------------------------

    def plan_sweep(self, instant: datetime) -> None:
        moment = sweep_after(instant)
        if moment not in self.sweeps:
            self.sweeps.add(moment)
            self.at(moment, self.sweep)

    def sweep(self, now: datetime) -> None:
        Letterbox.is_away = is_within(AWAY, now)
        for _time in range(self.chance.choice([1, 1, 1, 1, 2])):
            for pk in jobs.due(now):
                assert workflow.apply_due_transitions(pk, now)
            reminders.send_due(now)
            while delivery.deliver_due(lambda: now):
                pass
        self.desk.look_at_the_clock(now)
        if not Letterbox.is_away:
            self.desk.go_to_the_post(now)


def situation(sheet: Sheet, now: datetime) -> str:
    if sheet.alternative:
        return f"{sheet.status}, alternative"
    return "Agreed, begun" if sheet.status == "Agreed" and now >= sheet.start - HOURS / 4 else sheet.status


def product_action(sheet: Sheet, name: str, role: str) -> Action:
    if sheet.status == "Rejected" and name == "reschedule":
        return Action.RESCHEDULE_REJECTED if role == "user" else Action.SUGGEST_ANOTHER
    if sheet.status == "Rejected" and name == "confirm-alternative":
        return Action.REVIVE
    return Action(name)


def sweep_after(instant: datetime) -> datetime:
    """Return when the jobs run next: at each full minute, unless they are down."""
    minute = START + -((START - instant) // MINUTE) * MINUTE
    return next((until for since, until in spells(DOWN) if since < minute < until), minute)


def is_within(away: Sequence[tuple[int, timedelta]], now: datetime) -> bool:
    return any(since < now < until for since, until in spells(away))


def spells(rows: Sequence[tuple[int, timedelta]]) -> list[tuple[datetime, datetime]]:
    return [(START + hours * HOURS, START + hours * HOURS + length) for hours, length in rows]


def differences(simulation: Simulation) -> Iterator[tuple[str, Any, Any]]:
    """Compare what was told with what should have been, name by name and in the order of time."""
    numbers = {meeting.reference: number for number, meeting in simulation.meetings.items()}
    told: dict[Any, list[Notification]] = defaultdict(list)
    for row in Notification.objects.order_by("created_at", "pk"):
        if row.reference in numbers:
            number, role = numbers[row.reference], Role(row.facts["role"])
            assert row.recipient_id == simulation.meetings[number].person(role).pk
            title = wording.title(row) if row.in_bell else CALENDAR
            told[(title, role.value, number, row.facts["date_version"])].append(row)
    expected: dict[Any, list[Letter]] = defaultdict(list)
    for letter in simulation.desk.letters:
        expected[letter.name].append(letter)
    for name in told.keys() | expected.keys():
        for row, letter in zip_longest(told[name], expected[name]):
            yield from ((what, name, (row, letter)) for what in compare(row, letter))


def compare(row: Notification | None, letter: Letter | None) -> Iterator[str]:
    if row is None or letter is None:
        yield "missing" if row is None else "too many"
        return
    if row.created_at < letter.due:
        yield "early"
    if row.created_at > sweep_after(letter.due):
        yield "late"
    # When a pointless one is put aside is nobody's business.
    if row.mail_state != letter.mail or (letter.mail == "sent" and row.mail_settled_at != letter.mailed):
        yield "wrong mail"


@pytest.fixture
def letterbox(settings: Any) -> Iterator[Counter[str]]:
    settings.EMAIL_BACKEND = f"{__name__}.Letterbox"
    Letterbox.received.clear()
    yield Letterbox.received
    Letterbox.is_away = False
    current_app.control.purge()


@pytest.mark.django_db(transaction=True)
def test_twelve_days_agree_with_the_desk(letterbox: Counter[str]) -> None:
    began = time.monotonic()
    simulation = Simulation(MEETINGS, SEED)
    simulation.run()
    letters = simulation.desk.letters
    found = list(differences(simulation))
    figures = Counter(what for what, _name, _both in found)
    print(f"\n{len(simulation.meetings)} meetings, {simulation.tried.total()} actions tried, ", end="")
    print(
        f"{simulation.tried[True]} done, {len(simulation.sweeps)} sweeps, {len(letters)} notifications, ",
        end="",
    )
    print(f"{letterbox.total()} mails; differences: {dict(figures)}; {time.monotonic() - began:.0f} s")
    print(Counter(f"{letter.kind}: {letter.mail}" for letter in letters))
    assert found[:10] == []
    assert set(letterbox.values()) == {1}
    assert {letter.kind for letter in letters} >= {REMINDER, LINK, PROGRESS}
    books.assert_in_order()
