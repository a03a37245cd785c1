"""What the operators' pages about things with names in four languages have in common."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit.pages import ModelAdmin
from accounts.models.names import LANGUAGES, Named, columns

NAMES = columns("name")
DESCRIPTIONS = columns("description")
WHERE_EMPTY = _("Everyone reads the one in their own language; where it is empty, the English one.")


def name_fieldset() -> tuple[Any, dict[str, Any]]:
    """Return the names as one part of a form."""
    return _("Names"), {"fields": NAMES, "description": WHERE_EMPTY}


class NamedAdmin(ModelAdmin):
    """Lists things by their English names, and says which translations are missing."""

    list_display: Any = ("name", "missing")
    search_fields = NAMES
    fieldsets: ClassVar[Any] = (name_fieldset(),)
    ordering = ("name",)
    translated: ClassVar[tuple[str, ...]] = ("name",)

    @admin.display(description=_("missing translations"))
    def missing(self, row: Named) -> str:
        """Name the languages whose readers still see English."""
        return ", ".join(
            str(get_language_info(language)["name_translated"])
            for number, language in enumerate(LANGUAGES)
            if any(_lacks(row, field, number) for field in self.translated)
        )


def _lacks(row: Named, field: str, number: int) -> bool:
    """Whether there are English words in this place, and none in that language."""
    words = [getattr(row, column) for column in columns(field)]
    return bool(words[0]) and not words[number]
