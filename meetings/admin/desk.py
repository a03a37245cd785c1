"""What stands first on the operators' start page: what waits for somebody, and the last weeks in charts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ExpertProfile, User
from meetings.admin.weekly_figures import Week
from meetings.models import Event, Meeting, VideoRoom
from meetings.vocabulary import EventKind, Status
from notifications.models import AccountMail, MailState, Notification

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Older ones are no news any more; the list keeps them.
RECENT = timedelta(days=28)
HEIGHT, BAR, GAP = 60, 22, 6


@dataclass(frozen=True, slots=True)
class Queue:
    """Something that waits for operators: its words, who may see it, the list of it, how much there is."""

    words: "StrPromise"
    right: str
    address: str
    filters: dict[str, object]
    count: Callable[[datetime], int]


def _disputes(_now: datetime) -> int:
    return Meeting.objects.under_review().count()


def _flagged(_now: datetime) -> int:
    return Meeting.objects.filter(is_flagged=True).count()


def _applicants(_now: datetime) -> int:
    return ExpertProfile.objects.filter(is_approved=False, user__is_active=True).count()


def _failed_mails(_now: datetime) -> int:
    return Notification.objects.mail_given_up().count()


def _failed_account_mails(_now: datetime) -> int:
    return AccountMail.objects.filter(mail_state=MailState.FAILED).count()


def _rooms_in_trouble(_now: datetime) -> int:
    return VideoRoom.objects.in_trouble().count()


def _late_cancellations(now: datetime) -> int:
    by_experts = Event.objects.filter(kind=EventKind.CANCELLED_BY_EXPERT, at__gte=now - RECENT)
    return by_experts.filter(facts__late=True).count()


QUEUES = (
    Queue(
        gettext_lazy("Meetings under review"),
        "meetings.view_meeting",
        "admin:meetings_meeting_changelist",
        {"status__exact": Status.UNDER_REVIEW.value},
        _disputes,
    ),
    Queue(
        gettext_lazy("Evaluations by silence to look at"),
        "meetings.view_meeting",
        "admin:meetings_meeting_changelist",
        {"is_flagged__exact": 1},
        _flagged,
    ),
    Queue(
        gettext_lazy("Experts to approve"),
        "accounts.view_expertprofile",
        "admin:accounts_expertprofile_changelist",
        {"is_approved__exact": 0, "user__is_active__exact": 1},
        _applicants,
    ),
    Queue(
        gettext_lazy("E-mails that were given up"),
        "notifications.view_notification",
        "admin:notifications_notification_changelist",
        {"mail_state__exact": MailState.FAILED.value},
        _failed_mails,
    ),
    Queue(
        gettext_lazy("E-mails about signing in that were given up"),
        "notifications.view_accountmail",
        "admin:notifications_accountmail_changelist",
        {"mail_state__exact": MailState.FAILED.value},
        _failed_account_mails,
    ),
    Queue(
        gettext_lazy("Video rooms in trouble"),
        "meetings.view_videoroom",
        "admin:meetings_videoroom_changelist",
        {"trouble__exact": "any"},
        _rooms_in_trouble,
    ),
    Queue(
        gettext_lazy("Late cancellations by experts in the last 28 days"),
        "meetings.view_event",
        "admin:meetings_event_changelist",
        {"late": "expert"},
        _late_cancellations,
    ),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as it is now."""

    words: str
    number: int
    page: str


def waiting(operator: User, now: datetime) -> list[Waiting]:
    """Return the queues that this operator may see, each with its number and the list behind it."""
    return [
        Waiting(str(queue.words), queue.count(now), f"{reverse(queue.address)}?{urlencode(queue.filters)}")
        for queue in QUEUES
        if operator.has_perm(queue.right)
    ]


@dataclass(frozen=True, slots=True)
class Bar:
    """One week in a chart: its Monday, its figure, and where it stands."""

    week: Week
    figure: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the weeks; `unit` is written behind each number."""

    title: str
    unit: str
    bars: list[Bar]

    @property
    def width(self) -> int:
        """How wide it is drawn."""
        return len(self.bars) * (BAR + GAP) - GAP

    @property
    def latest(self) -> int:
        """The figure of this week, which has not ended."""
        return self.bars[-1].figure


def charts(weeks: list[Week]) -> list[Chart]:
    """Return a chart for each figure."""
    return [
        _counted(_("Suggested"), weeks, "suggested"),
        _counted(_("Agreed"), weeks, "agreed"),
        _counted(_("Held"), weeks, "held"),
        _counted(_("Cancelled"), weeks, "cancelled"),
        _chart(_("Held of those planned"), " %", weeks, [week.held_percent for week in weeks]),
        _counted(_("Credits charged"), weeks, "charged"),
        _counted(_("Platform's share"), weeks, "share"),
        _counted(_("New people"), weeks, "new_people"),
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one week, in the order of the charts."""

    monday: date
    figures: list[str]


def rows(charts: list[Chart]) -> list[Row]:
    """Return the charts in numbers, one row for each week."""
    columns = [[f"{bar.figure}{chart.unit}" for bar in chart.bars] for chart in charts]
    mondays = [bar.week.monday for bar in charts[0].bars] if charts else []
    by_week = zip(mondays, zip(*columns, strict=True), strict=True)
    return [Row(monday, list(figures)) for monday, figures in by_week]


def _counted(title: str, weeks: list[Week], name: str) -> Chart:
    return _chart(title, "", weeks, [week.numbers.get(name, 0) for week in weeks])


def _chart(title: str, unit: str, weeks: list[Week], figures: list[int]) -> Chart:
    top = max(1, *figures)
    heights = [figure * HEIGHT // top if figure else 0 for figure in figures]
    return Chart(
        title,
        unit,
        [
            Bar(week, figure, number * (BAR + GAP), HEIGHT - height, height)
            for number, (week, figure, height) in enumerate(zip(weeks, figures, heights, strict=True))
        ],
    )


# The pages of the admin as operators think of them, by the names of their tables.
ROOMS: "tuple[tuple[StrPromise, tuple[str, ...]], ...]" = (
    (gettext_lazy("Every day"), ("Meeting", "User", "ExpertProfile", "VideoRoom", "Notification")),
    (gettext_lazy("Credits"), ("Account", "Posting", "Transfer", "AuditRun")),
    (gettext_lazy("What is offered"), ("Expertise", "Skill", "ServiceKind", "Reason", "Terms")),
    (gettext_lazy("What was recorded"), ("Event", "Answer", "Review", "Reminder", "LogEntry")),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A group of pages."""

    name: str
    pages: list[dict[str, Any]]


def rooms(app_list: list[dict[str, Any]]) -> list[Room]:
    """Sort the pages that Django lists, app by app, into groups; what no group names comes last."""
    pages = {page["object_name"]: page for app in app_list for page in app["models"]}
    named = [Room(str(name), [pages.pop(one) for one in names if one in pages]) for name, names in ROOMS]
    return [room for room in [*named, Room(_("Technical"), list(pages.values()))] if room.pages]
