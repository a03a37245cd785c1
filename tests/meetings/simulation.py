"""A naive second opinion on who is told what and when, written from the product's pages, not from the code.

`tests.meetings.model` knows what each meeting is; here is what people hear of it. Plain ifs on plain values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from tests.meetings.model import HOURS, WEEK, Paper, World

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BOTH = ("user", "expert")
CALENDAR = "(a mail for one's own calendar)"
REMINDER, LINK = "Meeting reminder", "Meeting link"
PROGRESS = "Reminder to confirm the completion and evaluation of the meeting"

# What the party who did not act is told, by the action and who took it.
TO_THE_OTHER = {
    "confirm": "Meeting confirmed by {role}",
    "reject": "Meeting rejected by {role}",
    "suggest_instead": "Alternative date suggested by expert",
    "cancel_request": "Meeting request canceled by {role}",
    "cancel": "Meeting canceled by {role}",
    "cancel_late": "Meeting canceled by {role}",
    "confirm_alternative": "Alternative date confirmed by {role}",
    "reject_alternative": "Alternative date rejected by {role}",
    "cancel_alternative": "Alternative date canceled by {role}",
}
CALENDAR_CHANGES = ("confirm", "cancel", "cancel_late", "confirm_alternative")


@dataclass
class Sheet(Paper):
    """A meeting on paper, with what its people were told to keep in mind."""

    number: int = 0
    version: int = 1
    agreed_at: datetime | None = None
    reminded: set[tuple[str, str, int]] = field(default_factory=set)


@dataclass(eq=False)
class Letter:
    """One thing told to one party: not before `due`; `noted` is when we told it. Then its mail."""

    kind: str
    to: str
    about: Sheet
    version: int
    due: datetime
    noted: datetime
    mail: str = "waiting"
    mailed: datetime | None = None

    @property
    def name(self) -> tuple[str, str, int, int]:
        return (self.kind, self.to, self.about.number, self.version)


class Desk(World):
    """Somebody who keeps the papers, looks at the clock, writes letters and carries them to the post."""

    def __init__(self, free: dict[str, int]) -> None:
        super().__init__(free)
        self.letters: list[Letter] = []
        self.outbox: list[Letter] = []
        self.sheets: dict[int, Sheet] = {}
        self.agenda: list[tuple[datetime, int]] = []

    # --- Papers ------------------------------------------------------------------------------------

    def tell(self, m: Sheet, kind: str, people: Iterable[str], due: datetime, now: datetime) -> None:
        for person in people:
            letter = Letter(kind, person, m, m.version, due, now)
            self.letters.append(letter)
            self.outbox.append(letter)

    def suggest(self, m: Sheet, now: datetime) -> bool:
        if m.by == "user" and not self.block(m):
            return False
        self.sheets[m.number] = m
        self.tell(m, f"Meeting suggested by {m.by}", [other(m.by)], now, now)
        self.put_on_agenda(m, now)
        return True

    def act(self, m: Paper, action: str, role: str, now: datetime, **typed: Any) -> bool:
        """Take an action and tell it, or return False where the product refuses it."""
        assert isinstance(m, Sheet)
        before, start = m.status, m.start
        if not super().act(m, action, role, now, **typed):
            return False
        if m.start != start:
            m.version += 1
        if m.status == "Agreed" and (before != "Agreed" or m.start != start):
            m.agreed_at = now
        self.tell_action(m, action.replace("-", "_"), role, before, now)
        self.put_on_agenda(m, now)
        return True

    def tell_action(self, m: Sheet, action: str, role: str, before: str, now: datetime) -> None:
        if action in ("join", "review"):
            return
        if action in ("record", "decide"):
            if m.status != before:
                self.tell_verdict(m, now, now)
        elif action == "reverse":
            self.tell(m, "Evaluation reversed by operator", BOTH, now, now)
        elif role == "operator":
            self.tell(m, "Meeting canceled by operator", BOTH, now, now)
        elif action == "reschedule":
            self.tell(m, rescheduling(role, before), [other(role)], now, now)
        else:
            self.tell(m, TO_THE_OTHER[action].format(role=role), [other(role)], now, now)
            if action in CALENDAR_CHANGES:
                self.tell(m, CALENDAR, [role], now, now)

    def tell_verdict(self, m: Sheet, due: datetime, now: datetime) -> None:
        found = "Meeting under review" if m.status == "Under review" else "Meeting evaluated"
        self.tell(m, found, BOTH, due, now)

    # --- The clock ---------------------------------------------------------------------------------

    def put_on_agenda(self, m: Sheet, now: datetime) -> None:
        """Look at this meeting again now, and whenever something could be due."""
        starts = [m.start, m.alternative] if m.alternative else [m.start]
        lates = [m.start - DAY, m.start - HOURS, m.end + DAY, m.end + WEEK]
        for instant in [now, *starts, *lates]:
            if instant >= now:
                heappush(self.agenda, (instant, m.number))

    def look_at_the_clock(self, now: datetime) -> None:
        while self.agenda and self.agenda[0][0] <= now:
            m = self.sheets[heappop(self.agenda)[1]]
            self.pass_time(m, now)
            self.remind(m, now)

    def pass_time(self, m: Paper, now: datetime) -> None:
        assert isinstance(m, Sheet)
        status, alternative = m.status, m.alternative
        super().pass_time(m, now)
        if m.status == "Expired" and status == "Awaiting approval":
            self.tell(m, "Meeting expired", BOTH, m.start, now)
        if alternative and not m.alternative:
            self.tell(m, "Alternative date lapsed", BOTH, min(m.start, alternative), now)
        if status == "Agreed" and m.status != "Agreed":
            self.tell_verdict(m, m.end + WEEK, now)

    def remind(self, m: Sheet, now: datetime) -> None:
        if m.status != "Agreed" or m.agreed_at is None:
            return
        day_before, hour_before, day_after = m.start - DAY, m.start - HOURS, m.end + DAY
        if m.agreed_at <= day_before <= now < hour_before:
            self.remind_once(m, REMINDER, BOTH, day_before, now)
        if hour_before <= now < m.start:
            self.remind_once(m, LINK, BOTH, max(hour_before, m.agreed_at), now)
        if day_after <= now < m.end + WEEK:
            self.remind_once(m, PROGRESS, [role for role in BOTH if role not in m.answers], day_after, now)

    def remind_once(self, m: Sheet, kind: str, people: Iterable[str], due: datetime, now: datetime) -> None:
        new = [person for person in people if (kind, person, m.version) not in m.reminded]
        m.reminded |= {(kind, person, m.version) for person in new}
        self.tell(m, kind, new, due, now)

    # --- The post ----------------------------------------------------------------------------------

    def go_to_the_post(self, now: datetime) -> None:
        for letter in self.outbox:
            letter.mail, letter.mailed = "moot" if pointless(letter, now) else "sent", now
        self.outbox.clear()


def pointless(letter: Letter, now: datetime) -> bool:
    """A reminder is, when the meeting has started, was cancelled or moved; or all is said and evaluated.

    That of the day before already in the last hour, when the link takes its place.
    """
    m = letter.about
    if letter.kind == PROGRESS:
        return m.status != "Agreed" or letter.to in m.answers
    if letter.kind in (REMINDER, LINK):
        until = m.start - HOURS if letter.kind == REMINDER else m.start
        return m.status != "Agreed" or m.version != letter.version or now >= until
    return False


def rescheduling(role: str, before: str) -> str:
    if before == "Agreed":
        return f"Rescheduling the appointment agreed by the {role}"
    if role == "user":
        return "Rescheduling a meeting rejected by the user"
    return "Alternative date suggested by expert"


def other(role: str) -> str:
    return "expert" if role == "user" else "user"
