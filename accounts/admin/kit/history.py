"""How the operators' history says what was done: before and after, in plain words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _

LONGEST = 120
NOTHING = "–"

Entries = list[dict[str, dict[str, Any]]]


def in_history(done: str, *, before: object, after: object, why: str = "") -> str:
    """Return what the history says of one act: "Decide: held: Under review → Held. Note: seen by both"."""
    words = {"done": done.rstrip("."), "before": before, "after": after, "why": why}
    if why:
        return _("%(done)s: %(before)s → %(after)s. Note: %(why)s") % words
    return _("%(done)s: %(before)s → %(after)s.") % words


def with_reason(state: object, why: str) -> str:
    """Return a state with what brought it about: "Given up (550 no such mailbox)"."""
    return f"{state} ({why})" if why else str(state)


def changed_fields(form: "forms.BaseModelForm[Any]") -> list[str]:
    """Return what a form has changed, a line for each field: "Price in credits: 30 → 40"."""
    return [
        before_and_after(
            str(form.fields[name].label or name),
            _shown(form.fields[name], form.get_initial_for_field(form.fields[name], name)),
            _shown(form.fields[name], form.cleaned_data.get(name)),
        )
        for name in form.changed_data
        if name in form.fields
    ]


def before_and_after(label: str, before: object, after: object) -> str:
    """Return one line about one value."""
    return f"{label}: {before} → {after}"


def with_values(message: Entries, form: "forms.BaseModelForm[Any]", formsets: Iterable[Any]) -> Entries:
    """Return Django's account of a change with what each field held before and holds now."""
    inner = (
        next(one for one in formset.forms if one.instance.pk == row.pk)
        for formset in formsets
        for row, _names in formset.changed_objects
    )
    for entry in message:
        changed = entry.get("changed")
        if changed is not None:
            changed["fields"] = changed_fields(next(inner) if "name" in changed else form)
    return message


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(sorted(str(row) for row in value or [])) or NOTHING
    if isinstance(field, forms.ModelChoiceField) and value and not hasattr(value, "pk"):
        value = field.queryset.filter(pk=value).first() if field.queryset is not None else value
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        value = dict(_flat(field.choices)).get(value, value)
    return NOTHING if value in (None, "") else Truncator(str(value)).chars(LONGEST)


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    return [choice for choice in choices if not isinstance(choice[1], (list, tuple))]
