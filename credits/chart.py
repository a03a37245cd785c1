"""What a person owned over the last weeks, as a line that the server draws."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.times.formats import beginning_of
from accounts.times.periods import Period
from credits.models import Movement

WEEKS = 12
DAYS = WEEKS * 7
WIDTH, HEIGHT = 600, 160


@dataclass(frozen=True, slots=True)
class Point:
    """What was owned at the end of a day, and where the chart shows it."""

    day: date
    owned: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A line through the days, and the weeks in numbers for those who do not see it."""

    points: list[Point]
    top: int

    @property
    def line(self) -> str:
        """The points as SVG writes them, as steps: credits move at once, not little by little."""
        steps = [f"{self.points[0].x},{self.points[0].y}"]
        for before, point in zip(self.points, self.points[1:], strict=False):
            steps += [f"{point.x},{before.y}", f"{point.x},{point.y}"]
        return " ".join(steps)

    @property
    def area(self) -> str:
        """The surface under the line."""
        return f"0,{HEIGHT} {self.line} {WIDTH},{HEIGHT}"

    @property
    def weeks(self) -> list[Point]:
        """Every seventh day, oldest first, the last one being today."""
        return self.points[::7]

    @property
    def lowest(self) -> int:
        """The least that was owned at the end of a day."""
        return min(point.owned for point in self.points)

    @property
    def highest(self) -> int:
        """The most that was owned at the end of a day."""
        return max(point.owned for point in self.points)


def chart(person: User, owned: int, now: datetime) -> Chart:
    """Return what the person owned at the end of each day of the last weeks, given what they own now."""
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS + 1))]
    moved = _moved_by_day(person, [beginning_of(day) for day in days])
    balances, left = [], owned
    for number, day in reversed(list(enumerate(days))):
        balances.append((day, left))
        left -= moved.get(number, 0)
    top = max(1, *(balance for _day, balance in balances))
    return Chart([_point(n, *pair, top) for n, pair in enumerate(reversed(balances))], top)


def _moved_by_day(person: User, days: list[datetime]) -> dict[int, int]:
    """Return the sum of the movements in each day, by its place among the days; where none was, nothing."""
    movements = Movement.objects.filter(owner=person, posting__made_at__gte=days[0])
    numbered = movements.order_by().annotate(day=Period("posting__made_at", days)).values_list("day")
    return dict(numbered.annotate(total=Sum("amount")))


def _point(number: int, day: date, owned: int, top: int) -> Point:
    return Point(day, owned, x=number * WIDTH // DAYS, y=HEIGHT - owned * HEIGHT // top)
