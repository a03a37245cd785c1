"""The kinds of notification: each app declares its own, settings name where."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Kind:
    """What a notification of this kind says.

    `text` holds placeholders for `{other}` (the person it is about) and for the facts given with it.
    """

    name: str
    title: "StrPromise"
    text: "StrPromise"
    button: "StrPromise"


@cache
def all_kinds() -> dict[str, Kind]:
    """Return every declared kind by its name."""
    declared: list[Kind] = [kind for path in settings.NOTIFICATION_KINDS for kind in import_string(path)]
    by_name = {kind.name: kind for kind in declared}
    if len(by_name) != len(declared):
        raise ValueError("Two kinds of notification have the same name.")
    return by_name
