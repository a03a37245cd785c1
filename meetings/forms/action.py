"""Forms made from the rows of the table: what an action asks for is what its form shows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.times.clock_changes import gap_in_words, twice_in_words
from accounts.times.formats import instants, zone_name
from meetings.action import Ask, Entry
from meetings.lifecycle import reviews
from meetings.lifecycle.checks import FURTHEST_AHEAD, PASSED, STARS_MISSING, TOO_FAR_AHEAD, overlaps
from meetings.lifecycle.transitions import Transition
from meetings.models import Meeting, Reason
from meetings.vocabulary import Progress, Role

DAY = timedelta(days=1)
STARS = [(str(number), "★" * number) for number in range(1, 6)]


class OnceForm(forms.Form):
    """A form that acts once: its key makes a repeated request harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    # What a person said of the meeting as it was: never taken over to the meeting as it is now.
    acknowledgements = ("overlap", "deduction")

    def renew(self) -> None:
        """Make the form fit to be sent again after a refusal, with everything typed still there."""
        kept = {name: value for name, value in self.data.items() if name not in self.acknowledgements}
        self.data = {**kept, "key": str(uuid4())}


class StartForm(OnceForm):
    """Asks for a start on the person's own clock."""

    def __init__(self, *args: Any, person: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.now = person, now
        self.zone = person.zone

    def __iter__(self) -> Iterator[forms.BoundField]:
        """Give the fields but the choice between two equal times: it stands beside what they mean."""
        return (field for field in super().__iter__() if field.name != "which")

    @property
    def choice(self) -> forms.BoundField | None:
        """The choice between two equal times, where there is one."""
        return None if self["which"].is_hidden else self["which"]

    def add_start(self) -> None:
        """Add the fields for a date and a time; which of two is asked only where the time comes twice."""
        today = self.now.astimezone(self.zone)
        earliest, latest = (today - DAY).date(), (today + FURTHEST_AHEAD + DAY).date()
        self.fields["date"] = forms.DateField(
            label=_("Date"),
            widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            validators=[MinValueValidator(earliest, PASSED), MaxValueValidator(latest, TOO_FAR_AHEAD)],
        )
        self.fields["time"] = forms.TimeField(
            label=_("Time"),
            input_formats=["%H:%M"],
            widget=forms.TimeInput({"type": "time", "step": "300"}, format="%H:%M"),
            help_text=_("On your clock: %(zone)s") % {"zone": zone_name(today)},
        )
        self.fields["which"] = forms.CharField(
            label=_("First or second time"), required=False, max_length=1, widget=forms.HiddenInput
        )
        self.fields["zone"] = forms.CharField(
            required=False, max_length=64, initial=self.person.time_zone, widget=forms.HiddenInput
        )

    def clean(self) -> dict[str, Any]:
        """Turn date and time into the instant that they name, asking where they name none or two."""
        data = super().clean() or self.cleaned_data
        if (data.get("zone") or self.person.time_zone) != self.person.time_zone:
            self._ask_in_new_zone()
        elif "date" in data and "time" in data:
            data["starts_at"] = self._instant(instants(data["date"], data["time"], self.zone))
        return data

    def _ask_in_new_zone(self) -> None:
        """Refuse a time that was typed for another clock than the person has by now."""
        self.data = {**dict(self.data.items()), "zone": self.person.time_zone}
        self.add_error(
            None, _("Your time zone has changed since this page was shown. Please check the time.")
        )

    def _instant(self, found: list[datetime]) -> datetime | None:
        if not found:
            day, clock = self.cleaned_data["date"], self.cleaned_data["time"]
            self.add_error("time", gap_in_words(day, clock, self.zone))
            return None
        if len(found) == 1:
            return found[0]
        return self._one_of_two(found)

    def _one_of_two(self, found: list[datetime]) -> datetime | None:
        """Ask which of the two is meant on the day when the clocks go back."""
        data = self.cleaned_data
        offers = twice_in_words(data["date"], data["time"], self.zone)
        self.fields["which"].widget = forms.RadioSelect(choices=[*zip("01", offers, strict=True)])
        chosen = dict(zip("01", found, strict=True)).get(self.cleaned_data.get("which", ""))
        if chosen:
            return chosen
        self.add_error(
            "which",
            _("The clocks go back that night, so this time comes twice. Please choose which you mean."),
        )
        return None


class ActionForm(StartForm):
    """The form of one action on one meeting, with just the fields that its row asks for."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, row: Transition, meeting: Meeting, *, now: datetime, person: User, data: Any = None
    ) -> None:
        super().__init__(data, person=person, now=now, initial={"revision": meeting.revision})
        self.row, self.meeting = row, meeting
        for ask in row.asks:
            ADD_FIELDS[ask](self)

    def clean(self) -> dict[str, Any]:
        """Say at the stars that they are missing, where the answer takes some."""
        data = super().clean()
        is_smooth = data.get("progress") == Progress.SMOOTH
        if is_smooth and "stars" in data and not data["stars"]:
            self.add_error("stars", STARS_MISSING)
        return data

    def entry(self) -> Entry:
        """Return what was typed, in our terms."""
        data = self.cleaned_data
        progress = Progress(data["progress"]) if data.get("progress") else None
        return Entry(
            reason=data.get("reason"),
            words=data.get("words", ""),
            starts_at=data.get("starts_at"),
            overlap_acknowledged=data.get("overlap", False),
            deduction_accepted=data.get("deduction", False),
            progress=progress,
            stars=int(data["stars"]) if data.get("stars") else None,
            review=data.get("review"),
        )

    def renew(self) -> None:
        """Make the form fit to be sent again, for the meeting as it is now."""
        super().renew()
        self.data = {**self.data, "revision": str(self.meeting.revision)}

    def add_reason(self) -> None:
        """Add the list of reasons."""
        self.fields["reason"] = forms.ModelChoiceField(
            Reason.objects.filter(is_active=True),
            label=_("Reason for rejecting the appointment"),
            empty_label=_("Choose a reason"),
        )

    def add_words(self) -> None:
        """Add a reason in words."""
        self.fields["words"] = forms.CharField(
            label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3})
        )

    def add_overlap(self) -> None:
        """Add the acknowledgement, where there is an overlap."""
        if overlaps(self.meeting, self.meeting.person(self.row.by), self.now):
            self.fields["overlap"] = forms.BooleanField(
                label=_("I know that I have another meeting at this time"), required=False
            )

    def add_deduction(self) -> None:
        """Add the second confirmation of a late cancelling, with its numbers."""
        numbers = {"charged": self.meeting.late_charge.amount, "price": self.meeting.price}
        words = (
            _("Yes, deduct %(charged)s of %(price)s credits") if numbers["charged"] else _("Yes, cancel now")
        )
        self.fields["deduction"] = forms.BooleanField(label=words % numbers, required=False)

    def add_progress(self) -> None:
        """Add the question how it went; users also give stars and, if they like, words."""
        self.fields["progress"] = forms.ChoiceField(
            label=_("How did the meeting go?"), choices=Progress.choices, widget=forms.RadioSelect
        )
        if self.row.by is Role.USER:
            self.fields["stars"] = forms.ChoiceField(
                label=_("Stars"),
                choices=STARS,
                required=False,
                widget=forms.RadioSelect,
                help_text=_(
                    "If it went smoothly. Only the operator sees them, never the expert or the public."
                ),
            )
            self.add_review()

    def add_review(self) -> None:
        """Add the words about the expert: those written before are shown, to be edited."""
        before = reviews.text_of(self.meeting.student, self.meeting.expert)
        self.fields["review"] = forms.CharField(
            label=_("Your evaluation in words"),
            required=False,
            max_length=2000,
            initial=before.text if before else "",
            widget=forms.Textarea({"rows": 5}),
            help_text=_review_help(self.meeting, has_text=before is not None),
        )


def _review_help(meeting: Meeting, *, has_text: bool) -> str:
    if has_text:
        return _("You have already evaluated this expert in words. You can edit your text or add to it.")
    if meeting.price:
        return _(
            "Shown on the expert's page with your first name and initial. "
            "Your first text earns bonus credits."
        )
    return _("Shown on the expert's page with your first name and initial.")


ADD_FIELDS = {
    Ask.REASON: ActionForm.add_reason,
    Ask.WORDS: ActionForm.add_words,
    Ask.DATE: ActionForm.add_start,
    Ask.OVERLAP: ActionForm.add_overlap,
    Ask.DEDUCTION: ActionForm.add_deduction,
    Ask.PROGRESS: ActionForm.add_progress,
    Ask.REVIEW: ActionForm.add_review,
}
