"""Numbers that people type."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class WholeNumberField(forms.IntegerField):
    """A whole number between two limits; one sentence says so, whatever is wrong with it."""

    def __init__(self, *, min_value: int, max_value: int, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        limits = {"lowest": min_value, "highest": max_value}
        words = format_lazy(_("Please enter a whole number from {lowest} to {highest}."), **limits)
        self.error_messages |= dict.fromkeys(["invalid", "min_value", "max_value"], words)
