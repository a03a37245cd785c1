"""Credits out of goodwill, which an operator may add to cancelling a meeting for both sides."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from credits import ledger
from credits.admin.movements import MAY_MOVE, MOST
from meetings.models import Meeting
from meetings.vocabulary import Action, Role
from notifications.wording import credits_in_words

FIELDS = {"for_user": Role.USER, "for_expert": Role.EXPERT}
LABELS = {
    "for_user": gettext_lazy("Goodwill credits for the user"),
    "for_expert": gettext_lazy("Goodwill credits for the expert"),
}

Goodwill = Mapping[Role, int]


def is_offered(request: HttpRequest, action: Action) -> bool:
    """Whether this operator may add credits to this decision."""
    return action is Action.CANCEL and request.user.has_perm(MAY_MOVE)


def add_fields(form: forms.Form) -> None:
    """Ask for the amounts; they can be left out."""
    for name, label in LABELS.items():
        form.fields[name] = forms.IntegerField(label=label, required=False, min_value=1, max_value=MOST)
    form.fields["for_expert"].help_text = _(
        "Both can stay empty. Whoever gets goodwill credits is told so, and reads the reason on My account."
    )


def typed(form: forms.Form) -> Goodwill:
    """Return what was typed, without those who get nothing."""
    amounts = {role: form.cleaned_data.get(name) for name, role in FIELDS.items()}
    return {role: amount for role, amount in amounts.items() if amount}


def foretell(meeting: Meeting, goodwill: Goodwill) -> list[str]:
    """Say who gets how much."""
    words = _("%(person)s gets %(amount)s more out of goodwill: new credits, which the platform issues.")
    return [
        words % {"person": meeting.person(role).name, "amount": credits_in_words(amount)}
        for role, amount in goodwill.items()
    ]


def own_key(key: UUID, goodwill: Goodwill) -> UUID:
    """Return the key of a form with these amounts: with others it is another form."""
    return uuid5(key, repr(sorted(goodwill.items()))) if goodwill else key


def grant(
    meeting: Meeting, goodwill: Goodwill, *, key: UUID, reason: str, operator: User, now: datetime
) -> None:
    """Book the amounts, once per key, and tell their owners."""
    for role, amount in goodwill.items():
        ledger.grant(
            meeting.person(role),
            amount,
            reason=reason,
            made_by=operator,
            reference=meeting.reference,
            key=f"goodwill:{key}:{role}",
            now=now,
        )
