"""A naive second opinion on the lifecycle, written from the product's page and not from the code.

Plain ifs on plain values: who owns what, and what each meeting is. Slow-witted, and easy to check by reading.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HOURS = timedelta(hours=1)
WEEK = 168 * HOURS


@dataclass
class Paper:
    """One meeting as it would be kept on paper."""

    user: str
    expert: str
    price: int
    start: datetime
    by: str
    status: str = "Awaiting approval"
    payment: str = "Not blocked"
    approved: set[str] = field(default_factory=set)
    alternative: datetime | None = None
    alternative_by: str = ""
    attended: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    silent: bool = False

    @property
    def end(self) -> datetime:
        return self.start + HOURS


class World:
    """Two users, two experts, the platform, and all their meetings."""

    def __init__(self, free: dict[str, int]) -> None:
        self.free = free
        self.platform = 0
        self.texts: set[tuple[str, str]] = set()

    def blocked(self, person: str, meetings: list[Paper]) -> int:
        return sum(m.price for m in meetings if m.user == person and m.payment == "Blocked")

    # --- Credits ---------------------------------------------------------------------------------

    def block(self, m: Paper) -> bool:
        if self.free[m.user] < m.price:
            return False
        self.free[m.user] -= m.price
        m.payment = "Blocked"
        return True

    def release(self, m: Paper) -> None:
        if m.payment == "Blocked":
            self.free[m.user] += m.price
            m.payment = "Returned"

    def charge(self, m: Paper, amount: int, payment: str) -> None:
        share = amount * 20 // 100
        self.free[m.expert] += amount - share
        self.free[m.user] += m.price - amount
        self.platform += share
        m.payment = payment

    # --- The clock -------------------------------------------------------------------------------

    def pass_time(self, m: Paper, now: datetime) -> None:
        if m.status == "Awaiting approval" and now >= m.start:
            m.status = "Expired"
            self.release(m)
        if m.alternative and now >= min(m.start, m.alternative):
            m.alternative, m.alternative_by = None, ""
        if m.status == "Agreed" and now >= m.end + WEEK:
            m.silent = True
            self.judge_silence(m)

    def judge_silence(self, m: Paper) -> None:
        if m.answers.get("expert") == "others_fault":
            self.find(m, "Under review" if "user" in m.attended else "user absent")
        elif m.answers.get("user") == "others_fault":
            self.find(m, "Under review" if "expert" in m.attended else "expert absent")
        else:
            self.find(m, "Held")

    def judge_answers(self, m: Paper) -> None:
        user, expert = m.answers.get("user"), m.answers.get("expert")
        if user == "smooth":
            self.find(m, "Held")
        elif user == "my_fault":
            self.find(m, "user absent")
        elif expert == "my_fault":
            self.find(m, "expert absent")
        elif user and expert:
            self.find(m, "Under review")

    def find(self, m: Paper, what: str) -> None:
        if what == "Under review":
            m.status = what
        elif what == "expert absent":
            m.status = "Not held"
            self.release(m)
        else:
            m.status = "Held" if what == "Held" else "Not held"
            self.charge(m, m.price, "Reimbursed")

    # --- People ----------------------------------------------------------------------------------

    def act(self, m: Paper, action: str, role: str, now: datetime, **typed: Any) -> bool:
        """Take an action, or return False where the product refuses it."""
        method = getattr(self, action.replace("-", "_"))
        return bool(method(m, role, now, **typed))

    def confirm(self, m: Paper, role: str, now: datetime) -> bool:
        if m.status != "Awaiting approval" or now >= m.start or role in m.approved:
            return False
        if m.payment != "Blocked" and not self.block(m):
            return False
        m.status, m.approved = "Agreed", {"user", "expert"}
        return True

    def reject(self, m: Paper, role: str, now: datetime) -> bool:
        if m.status != "Awaiting approval" or now >= m.start or role in m.approved:
            return False
        m.status, m.approved = "Rejected", set()
        self.release(m)
        return True

    def suggest_instead(self, m: Paper, role: str, now: datetime, start: datetime) -> bool:
        if role != "expert" or not self.usable(m, start, now) or not self.reject(m, role, now):
            return False
        m.alternative, m.alternative_by = start, role
        return True

    def cancel_request(self, m: Paper, role: str, now: datetime) -> bool:
        if m.status != "Awaiting approval" or now >= m.start or role not in m.approved:
            return False
        m.status = "Cancelled"
        self.release(m)
        return True

    def cancel(self, m: Paper, role: str, now: datetime) -> bool:
        if role == "operator" and m.status not in ("Awaiting approval", "Agreed", "Under review"):
            return False
        if role != "operator" and (m.status != "Agreed" or now >= m.start):
            return False
        if role == "user" and m.start - now < 48 * HOURS:
            return False
        m.status, m.alternative, m.alternative_by = "Cancelled", None, ""
        self.release(m)
        return True

    def cancel_late(self, m: Paper, role: str, now: datetime) -> bool:
        if role != "user" or m.status != "Agreed" or not timedelta(0) < m.start - now < 48 * HOURS:
            return False
        m.status, m.alternative, m.alternative_by = "Cancelled", None, ""
        self.charge(m, m.price // 2, "Reimbursed cancellation")
        return True

    def usable(self, m: Paper, start: datetime, now: datetime) -> bool:
        return now < start and start != m.start

    def reschedule(self, m: Paper, role: str, now: datetime, start: datetime) -> bool:
        if now >= m.start or m.alternative or not self.usable(m, start, now):
            return False
        if role == "user" and m.status == "Rejected":
            if not self.block(m):
                return False
            m.status, m.start, m.approved, m.attended = "Awaiting approval", start, {"user"}, set()
            return True
        if m.status != "Agreed" and not (m.status == "Rejected" and role == "expert"):
            return False
        m.alternative, m.alternative_by = start, role
        return True

    def confirm_alternative(self, m: Paper, role: str, now: datetime) -> bool:
        if not m.alternative or now >= m.start or m.alternative_by == role:
            return False
        if m.status == "Rejected" and not self.block(m):
            return False
        m.status, m.start, m.approved, m.attended = "Agreed", m.alternative, {"user", "expert"}, set()
        m.alternative, m.alternative_by = None, ""
        return True

    def reject_alternative(self, m: Paper, role: str, now: datetime) -> bool:
        return bool(m.alternative and m.alternative_by != role) and self.drop(m, now)

    def cancel_alternative(self, m: Paper, role: str, now: datetime) -> bool:
        return bool(m.alternative and m.alternative_by == role) and self.drop(m, now)

    def drop(self, m: Paper, now: datetime) -> bool:
        if now >= m.start:
            return False
        m.alternative, m.alternative_by = None, ""
        return True

    def join(self, m: Paper, role: str, now: datetime) -> bool:
        if m.status != "Agreed" or not m.start - HOURS / 4 <= now < m.end or role in m.attended:
            return False
        m.attended.add(role)
        return True

    def record(self, m: Paper, role: str, now: datetime, answer: str) -> bool:
        if m.status != "Agreed" or not m.end <= now < m.end + WEEK or role in m.answers:
            return False
        m.answers[role] = answer
        self.judge_answers(m)
        return True

    def review(self, m: Paper, role: str, _now: datetime, words: str) -> bool:
        if role != "user" or m.status != "Held" or not (words or (m.user, m.expert) in self.texts):
            return False
        if words and (m.user, m.expert) not in self.texts:
            self.texts.add((m.user, m.expert))
            self.free[m.user] += 10 if m.price else 0
        return True

    def decide(self, m: Paper, role: str, _now: datetime, what: str) -> bool:
        if role != "operator" or m.status != "Under review":
            return False
        m.silent = False
        self.find(m, what)
        return True

    def reverse(self, m: Paper, role: str, _now: datetime) -> bool:
        if role != "operator" or not m.silent or m.payment != "Reimbursed":
            return False
        share = m.price * 20 // 100
        from_expert = min(m.price - share, self.free[m.expert])
        self.free[m.user] += m.price
        self.free[m.expert] -= from_expert
        self.platform -= m.price - from_expert
        m.status, m.payment = "Not held", "Returned"
        return True
