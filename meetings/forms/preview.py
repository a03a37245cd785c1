"""What a form with a date means before it is sent: both clocks, clock changes, overlaps, credits.

Only what the person may know already: their own meetings and credits, and the other party's time zone.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.forms import BoundField
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.times.clock_changes import differs_in_words
from accounts.times.formats import written
from credits import ledger
from meetings import pricing
from meetings.forms.action import ActionForm, StartForm
from meetings.forms.suggest import SuggestForm
from meetings.models import Meeting, Terms
from meetings.vocabulary import Role
from notifications.wording import credits_in_words

# What is said of these while typing; the rest is not filled in yet.
SAID_EARLY = ("date", "time", "service", "minutes", "price")
NIGHT = range(7, 22)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page says beside the form."""

    other: User
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    choice: BoundField | None = None
    problems: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    costs: str = ""


def of_suggestion(form: SuggestForm, other: User) -> Preview:
    """Return what a suggestion means as far as it is filled in; what it begins with, where it is not."""
    typed = _typed(form)
    minutes, price = form.terms(typed)
    length = timedelta(minutes=minutes) if minutes else None
    costs = "" if price is None else _costs(form, price)
    return _preview(form, other, typed.get("starts_at"), length, costs=costs)


def of_action(form: ActionForm) -> Preview | None:
    """Return what a new date for a meeting means; None where the action asks for no date."""
    if "date" not in form.fields:
        return None
    other = form.meeting.person(form.row.by.other)
    return _preview(form, other, _typed(form).get("starts_at"), form.meeting.length, but=form.meeting.pk)


def _typed(form: StartForm) -> dict[str, Any]:
    """Return what is filled in and makes sense."""
    if not form.is_bound:
        return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    form.is_valid()
    return form.cleaned_data


def _preview(
    form: StartForm,
    other: User,
    start: datetime | None,
    length: timedelta | None,
    *,
    costs: str = "",
    but: int | None = None,
) -> Preview:
    ends_at = start + length if start and length else None
    hints = [*_clock_hints(form, other, start), *_overlap_hints(form, start, ends_at, but)] if start else []
    return Preview(other, start, ends_at, form.choice, _problems(form), hints, costs)


def _problems(form: StartForm) -> list[str]:
    """Return what is wrong with what is typed; a field that is still empty is not wrong yet."""
    if not form.is_bound:
        return []
    filled = [name for name in SAID_EARLY if form.data.get(name)]
    return [str(error) for name in filled for error in form.errors.get(name, [])]


def _clock_hints(form: StartForm, other: User, start: datetime) -> list[str]:
    zone = other.zone
    hints = [differs_in_words(start, form.zone, zone)]
    if start.astimezone(zone).hour not in NIGHT:
        hints.append(_("This is at night for %(name)s.") % {"name": other.name})
    return [hint for hint in hints if hint]


def _overlap_hints(form: StartForm, start: datetime, ends_at: datetime | None, but: int | None) -> list[str]:
    """Say which of one's own agreed meetings it overlaps; the other's are nobody's business."""
    if ends_at is None:
        return []
    clashes = Meeting.objects.of(form.person).filter(~Q(pk=but)).overlapping(start, ends_at)
    times = [written(clash.starts_at) for clash in clashes]
    words = _("You have another agreed meeting at this time: %(times)s.")
    return [words % {"times": ", ".join(times)}] if times else []


def _costs(form: SuggestForm, price: int) -> str:
    if form.role is Role.USER:
        return _blocked(form.person, price)
    share = Terms.objects.current().share_percent
    part = pricing.full_charge(price, share_percent=share).expert_part
    words = _("The price is %(price)s. For holding the meeting you are paid %(part)s.")
    return words % {"price": credits_in_words(price), "part": credits_in_words(part)}


def _blocked(person: User, price: int) -> str:
    if not price:
        return _("This meeting is free; no credits are blocked.")
    left = ledger.balance(person).available - price
    numbers = {"price": credits_in_words(price), "left": left, "missing": credits_in_words(-left)}
    if left < 0:
        return _("The price is %(price)s; you are missing %(missing)s.") % numbers
    return _("%(price)s will be blocked; you will have %(left)s left.") % numbers
