"""Forms that narrow a list and live in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NOT_OFFERED = _("This choice is not offered here, so it narrows nothing. Please choose another.")


class Filter(forms.Form):
    """What to list. What is not understood narrows nothing; its field says so and keeps what was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = NOT_OFFERED

    @property
    def asked(self) -> dict[str, Any]:
        """What was understood."""
        self.is_valid()
        return self.cleaned_data
