"""The kinds of notification: each app declares its own, settings name where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar object (iCalendar) that a mail carries: its METHOD and its contents."""

    method: str
    contents: bytes


def _never_moot(_notification: "Notification", _now: datetime) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a notification of this kind says, and what its mail carries.

    `text` holds placeholders for `{other}` (the person it is about) and for the facts given with it.
    `moot` is asked just before the mail is sent: the reason why it has become pointless, or nothing.
    Mails of kinds that are `is_optional` can be switched off; those about meetings cannot.
    `page` is where the button leads, if not to what the notification refers to.
    """

    name: str
    title: "StrPromise"
    text: "StrPromise"
    button: "StrPromise"
    in_bell: bool = True
    is_optional: bool = False
    moot: "Callable[[Notification, datetime], str]" = _never_moot
    page: "Callable[[Notification], str] | None" = None
    invitation: "Callable[[Notification], Invitation | None] | None" = None


def optional_kinds() -> list[Kind]:
    """Return the kinds whose mails can be switched off."""
    return [kind for kind in all_kinds().values() if kind.is_optional]


@cache
def all_kinds() -> dict[str, Kind]:
    """Return every declared kind by its name."""
    declared: list[Kind] = [kind for path in settings.NOTIFICATION_KINDS for kind in import_string(path)]
    by_name = {kind.name: kind for kind in declared}
    if len(by_name) != len(declared):
        raise ValueError("Two kinds of notification have the same name.")
    return by_name
