"""A person deletes the account: what stands against it, and what is erased.

Locked are first the person's meetings, then their video rooms, then the person, then the accounts: whoever
acts in one of the meetings, or suggests a new one, does so before or after. The person is locked in full,
since the address changes: an action that has noted who acts is waited for, instead of waiting for us in turn.
So is whoever holds a room and tells its people something: hence the rooms come before the person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import erasure as accounts
from accounts.models import ExpertProfile, Service, User
from accounts.times.formats import written
from credits import ledger
from credits.models import Account, Posting
from meetings.lifecycle import workflow
from meetings.models import Event, Meeting, Receipt, Review, VideoRoom
from meetings.vocabulary import Role, Status
from notifications import eml, nudge
from notifications import erasure as notifications
from notifications.models import Notification
from notifications.wording import credits_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What to do about a meeting that stands against leaving.
WAYS_OUT: dict[str, "StrPromise"] = {
    Status.AWAITING: gettext_lazy("Cancel or reject the request, or wait until its start has passed."),
    Status.AGREED: gettext_lazy("Cancel it, or wait until it has taken place and is evaluated."),
    Status.UNDER_REVIEW: gettext_lazy("An operator will decide; please wait for it."),
    Status.REJECTED: gettext_lazy(
        "It can still be given another date. Please wait until its start has passed."
    ),
}
# Of an agreed meeting whose start has passed: it can no longer be cancelled.
ONCE_STARTED = gettext_lazy(
    "It has started already: once it is over, record progress if you have not yet, and wait until it "
    "is evaluated."
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why an account cannot be deleted now, what can be done, and the page for it."""

    words: str
    way_out: str
    page: str = ""


class CannotLeave(Exception):
    """The account stays as it is; `obstacles` say why, and what can be done."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__("; ".join(obstacle.words for obstacle in obstacles))
        self.obstacles = obstacles


def obstacles(person: User, now: datetime) -> list[Obstacle]:
    """Return what stands against deleting the account, as it is this moment."""
    found = [_of_meeting(meeting, person, now) for meeting in _open_meetings(person, now)]
    owned = ledger.balance(person).owned
    return [*_of_operator(person), *found, *([_of_credits(owned)] if owned else [])]


def delete_account(person: User, now: datetime) -> None:
    """Erase the person; books and other people's meetings stay, without a name. Raises CannotLeave.

    An account that is deleted already stays as it is.
    """
    let_time_pass(person, now)
    try:
        _delete(person, now)
    except ledger.StillOwned as still:  # granted this moment
        raise CannotLeave([_of_credits(still.owned)]) from still


def erase_again(person: User, at: datetime) -> None:
    """Erase somebody who was erased at that instant and is back in a restored back-up; nothing hinders it.

    Raises StillOwned where meetings are still open or credits left (`meetings.privacy.replay` sees to both).
    """
    _delete(person, at, against=lambda _person, _at: [])


@transaction.atomic
def _delete(
    person: User, now: datetime, against: Callable[[User, datetime], list[Obstacle]] = obstacles
) -> None:
    fresh = _lock(person)
    if fresh.is_deleted:
        return
    if hindering := against(fresh, now):
        raise CannotLeave(hindering)
    names = [word for word in (fresh.email, fresh.get_full_name()) if word]
    transaction.on_commit(partial(eml.forget, *names), robust=True)
    nudge.on_commit("accounts.jobs.forget_sessions")
    nudge.on_commit("accounts.jobs.list_erasures")
    _erase(fresh, now)


def let_time_pass(person: User, now: datetime) -> None:
    """Write down what the clock has decided already, where the job that does it is late."""
    mine = Meeting.objects.of(person)
    for pk in {meeting.pk for due in (mine.expiring, mine.lapsing, mine.silent) for meeting in due(now)}:
        workflow.apply_due_transitions(pk, now)


def _lock(person: User) -> User:
    meetings = Meeting.objects.of(person).order_by("pk").select_for_update(no_key=True)
    numbers = list(meetings.values_list("pk", flat=True))
    rooms = VideoRoom.objects.filter(pk__in=numbers).order_by("pk").select_for_update(of=("self",))
    list(rooms.values_list("pk"))
    return User.objects.select_for_update().get(pk=person.pk)


def _open_meetings(person: User, now: datetime) -> "QuerySet[Meeting]":
    """Return the meetings in which something can still happen."""
    pending = Q(status__in=[Status.AWAITING, Status.AGREED, Status.UNDER_REVIEW])
    revivable = Q(status=Status.REJECTED, starts_at__gt=now)
    mine = Meeting.objects.of(person).filter(pending | revivable)
    return mine.select_related("student", "expert").order_by("starts_at", "pk")


def _of_meeting(meeting: Meeting, person: User, now: datetime) -> Obstacle:
    role = meeting.role_of(person) or Role.USER
    words = _("The meeting with %(name)s on %(start)s is “%(status)s”.") % {
        "name": meeting.person(role.other).name,
        "start": written(meeting.starts_at),
        "status": meeting.get_status_display(),
    }
    has_started = meeting.status == Status.AGREED and meeting.starts_at <= now
    way_out = ONCE_STARTED if has_started else WAYS_OUT[meeting.status]
    return Obstacle(words, str(way_out), meeting.get_absolute_url())


def _of_credits(owned: int) -> Obstacle:
    return Obstacle(
        _("You own %(amount)s.") % {"amount": credits_in_words(owned)},
        _("Credits are money: please ask an operator to pay them out to you first."),
        reverse("credits:account"),
    )


def _of_operator(person: User) -> list[Obstacle]:
    if not person.is_staff:
        return []
    return [
        Obstacle(
            _("You are an operator of this site."),
            _("Another operator has to take your rights away first."),
        )
    ]


def _erase(person: User, now: datetime) -> None:
    """Erase whatever tells who the person was, and all words that were exchanged with them."""
    accounts.forget_in_log(_rows_about(person))
    meetings = Meeting.objects.of(person)
    ledger.close(person, references=[meeting.reference for meeting in meetings])
    notifications.erase(person)
    meetings.exclude(note="").update(note="")
    Event.objects.filter(meeting__in=meetings).exclude(words="").update(words="")
    VideoRoom.objects.filter(meeting__in=meetings).update(sealed_link="", trouble_words="")
    _reviews(person).update(text="")
    Receipt.objects.filter(actor=person).delete()
    accounts.erase(person, now)


def _reviews(person: User) -> "QuerySet[Review]":
    return Review.objects.filter(Q(student=person) | Q(expert=person))


def _rows_about(person: User) -> list["QuerySet[Any]"]:
    """Return the rows under which the operators' log may speak of the person."""
    meetings = Meeting.objects.of(person)
    own_accounts = Account.objects.filter(owner=person)
    touching = Q(transfers__source__in=own_accounts) | Q(transfers__target__in=own_accounts)
    belongings = [
        relation.related_model._base_manager.filter(**{relation.field.name: person})
        for relation in accounts.belongings()
    ]
    return [
        *belongings,
        User.objects.filter(pk=person.pk),
        ExpertProfile.objects.filter(user=person),
        Service.objects.filter(expert=person.pk),
        own_accounts,
        Posting.objects.filter(touching),
        meetings,
        VideoRoom.objects.filter(meeting__in=meetings),
        Event.objects.filter(meeting__in=meetings),
        _reviews(person),
        Notification.objects.filter(Q(recipient=person) | Q(about=person)),
    ]
