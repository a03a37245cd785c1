"""Which mails a person wants: those of some kinds can be switched off, behind the bell they stay."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.kinds import Kind, optional_kinds
from notifications.models import UnwantedMail


def is_wanted(person: User, kind: Kind) -> bool:
    """Whether the person wants mails of this kind; those that are not optional are always sent."""
    return not (kind.is_optional and UnwantedMail.objects.filter(person=person, kind=kind.name).exists())


class MailForm(forms.Form):
    """One box for each kind whose mails can be switched off, ticked where they are wanted."""

    wanted = forms.MultipleChoiceField(
        label=_("Also tell me by e-mail"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whatever you choose, you find everything under Notifications."),
    )

    def __init__(self, person: User, data: object = None) -> None:
        unwanted = UnwantedMail.objects.filter(person=person).values_list("kind", flat=True)
        kinds = [kind.name for kind in optional_kinds()]
        super().__init__(data, initial={"wanted": [name for name in kinds if name not in set(unwanted)]})  # type: ignore[arg-type]
        self.person = person
        self.fields["wanted"].choices = [(kind.name, kind.title) for kind in optional_kinds()]  # type: ignore[attr-defined]

    @transaction.atomic
    def save(self) -> None:
        """Keep the choice."""
        unwanted = {kind.name for kind in optional_kinds()} - set(self.cleaned_data["wanted"])
        UnwantedMail.objects.filter(person=self.person).exclude(kind__in=unwanted).delete()
        rows = [UnwantedMail(person=self.person, kind=name) for name in sorted(unwanted)]
        UnwantedMail.objects.bulk_create(rows, ignore_conflicts=True)
