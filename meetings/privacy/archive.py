"""All that the site holds of a person, as one file: a ZIP of JSON and a page that says what is in it.

Written part by part into a file on disk once it grows, so that no copy, however large, fills the memory.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from accounts.data_export import account, expert_page, profile, services
from accounts.models import User
from credits.data_export import balance, movements
from meetings.privacy.data_export import meetings, reviews
from notifications.data_export import mails_before_the_account, notifications

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Making a copy is work: each person has it made no oftener than this.
PAUSE = timedelta(minutes=10)
IN_MEMORY = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the copy, what is in it, and where its rows come from."""

    file: str
    words: "StrPromise"
    rows: Callable[[User], Iterable[dict[str, Any]]]


def _account(person: User) -> Iterable[dict[str, Any]]:
    yield from account(person)
    yield from mails_before_the_account(person)


PARTS = (
    Part("profile.json", _("Your name, address, settings, wishes and favourites"), profile),
    Part("account.json", _("What belongs to signing in and to mails, without secrets"), _account),
    Part("expert_page.json", _("Your expert page"), expert_page),
    Part("services.json", _("What you offer as an expert"), services),
    Part("meetings.json", _("Your meetings, with all that happened and what you said"), meetings),
    Part("reviews.json", _("Words that you wrote about experts, and words about you"), reviews),
    Part("balance.json", _("The credits you own"), balance),
    Part("movements.json", _("Every movement of your credits"), movements),
    Part("notifications.json", _("Everything you were told"), notifications),
)


def wait_until(person: User, now: datetime) -> datetime | None:
    """Let the person take a copy now and return None, or return from when on the next can be taken."""
    rested = Q(data_taken_at=None) | Q(data_taken_at__lte=now - PAUSE)
    if User.objects.filter(rested, pk=person.pk).update(data_taken_at=now):
        return None
    taken_at = User.objects.get(pk=person.pk).data_taken_at
    return taken_at + PAUSE if taken_at else None


def copy_of(person: User, now: datetime) -> IO[bytes]:
    """Return the ZIP, to be read from its beginning; its index is in the active language."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        counted = [(part, _write(archive, part, person)) for part in PARTS]
        if person.photo:
            archive.writestr("photo.webp", bytes(person.photo.content))
        index = {"person": person, "now": now, "parts": counted}
        archive.writestr("index.html", render_to_string("meetings/own_data_index.html", index))
    file.seek(0)
    return file


def _write(archive: ZipFile, part: Part, person: User) -> int:
    """Write the rows as a JSON array, one after another, and return how many there were."""
    number = 0
    with archive.open(part.file, "w") as target:
        target.write(b"[")
        for number, row in enumerate(part.rows(person), 1):
            text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            target.write((b",\n" if number > 1 else b"\n") + text.encode())
        target.write(b"\n]\n")
    return number
