"""How the operators' pages write times: as all pages do, in the reader's format and with the zone."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest

from accounts.templatetags.times import when

if TYPE_CHECKING:  # generic only for the type checker
    AnyBase = BaseModelAdmin[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyBase, AnyModelAdmin = BaseModelAdmin, admin.ModelAdmin

EMPTY = "–"


class WrittenTimes(AnyBase):
    """Writes every time of a table that is only shown as `accounts.times.formats` does."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Write times on the page."""
        fieldsets = super().get_fieldsets(request, obj)
        return [(name, {**part, "fields": self._nested(part["fields"])}) for name, part in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Say which times are only shown: those that forms leave out, and all where nothing is changed."""
        names = list(super().get_readonly_fields(request, obj))
        if not self.has_change_permission(request, obj):
            names += [name for name in self._declared() if name not in names and self._is_time(name)]
        return self._written(names)

    def _declared(self) -> list[Any]:
        return flatten_fieldsets(self.fieldsets) if self.fieldsets else list(self.fields or ())

    def _nested(self, fields: Iterable[Any]) -> list[Any]:
        return [self._nested(one) if isinstance(one, list | tuple) else self._one(one) for one in fields]

    def _written(self, names: Iterable[Any]) -> list[Any]:
        return [self._one(name) for name in names]

    def _one(self, name: Any) -> Any:
        return column(self.model, name) if self._is_time(name) else name  # type: ignore[arg-type]

    def _is_time(self, name: Any) -> bool:
        return isinstance(name, str) and is_time(self.model, name)


class WrittenList(WrittenTimes, AnyModelAdmin):
    """The same in its list."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Write times in the list."""
        return self._written(super().get_list_display(request))


def is_time(model: type[models.Model], name: str) -> bool:
    """Whether this is an instant of the table."""
    try:
        return isinstance(model._meta.get_field(name), models.DateTimeField)
    except FieldDoesNotExist:
        return False


@cache
def column(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """Return what writes this instant of a row: the same each time, as Django compares them."""

    @admin.display(description=model._meta.get_field(name).verbose_name, ordering=name)  # type: ignore[union-attr]
    def written_time(row: Any) -> Any:
        instant = getattr(row, name)
        return when(instant) if instant else EMPTY

    written_time.__name__ = name
    return written_time
