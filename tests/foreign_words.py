"""Whether what people read is in their language."""

import re
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import trans_real

from accounts import languages
from accounts.models import Expertise, ExpertProfile, ServiceKind, Skill, User
from accounts.times.formats import zone_name
from credits.models import Posting
from meetings.models import Event, Meeting, Reason, Review
from notifications.models import Notification

WORD = re.compile(r"[^\W\d_]{2,}")


READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "content", "label")


# Names that are the same everywhere: ours, those of formats, units and programs.
NAMES = {"expertim", "utc", "min", "csv", "ics", "https", "http", "www", "com", "example"} | {
    # services, programs, and a picture of Django's that is called so in every language
    *("google", "apple", "outlook", "calendar", "practice", "manual", "search"),
}
# What people write about themselves and each other, and what the browser's list of zones says.
OWN: dict[Any, tuple[str, ...]] = {
    User: ("first_name", "last_name", "email", "time_zone"),
    ExpertProfile: ("headline", "introduction", "company", "city", "availability"),
    Review: ("text",),
    Event: ("words",),
    Meeting: ("note",),
    Posting: ("reason", "reference", "key"),
    Notification: ("kind", "reference", "source"),
}


class Shown(HTMLParser):
    """What a page shows or reads aloud, without what says itself to be in another language."""

    SILENT = ("script", "style", "code")
    EMPTY = ("meta", "link", "input", "img", "br", "hr", "source", "wbr", "col")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language, self.texts = language, list[str]()
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_hidden = tag in self.SILENT or values.get("lang", self.language) != self.language
        is_hidden = is_hidden or values.get("name") == "time_zone" or self._is_hidden
        if not is_hidden and (tag != "meta" or values.get("name") == "description"):
            self.texts += [values[name] or "" for name in READ_ALOUD if name in values]
            self.texts += [values.get("value") or ""] if values.get("type") == "submit" else []
        if tag not in self.EMPTY:
            self.open.append((tag, is_hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.texts.append(data)

    @property
    def _is_hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def texts_of(html: str, language: str) -> str:
    """Return what a page shows or reads aloud in its own language."""
    shown = Shown(language)
    shown.feed(html)
    return " \n ".join(shown.texts)


def unknown(text: str, known: set[str], own: re.Pattern[str]) -> set[str]:
    """Return the words of a text that are neither a translation's nor people's own."""
    left = own.sub(" ", " ".join(text.split()))
    return {word for word in WORD.findall(left) if word.casefold() not in known}


def known_words(language: str) -> set[str]:
    """Return every word of the translations, of the catalogue's names and of places in this language."""
    texts: list[object] = [text for _key, text in trans_real.translation(language)._catalog.items()]
    with translation.override(language):
        for kept in (Expertise, Skill, ServiceKind, Reason):
            texts += [row.label for row in kept.objects.all()]
        texts += [row.summary for row in Expertise.objects.all()]
        texts += [name for _code, name in languages.choices()]
        zones = User.objects.values_list("time_zone", flat=True).distinct()
        texts += [zone_name(timezone.now().astimezone(ZoneInfo(zone))) for zone in zones]
    texts += [name for _code, name in settings.LANGUAGES]
    return NAMES | {word.casefold() for text in texts for word in WORD.findall(str(text))}


def own_words() -> re.Pattern[str]:
    """Return what people are called, where they are and what they wrote, the longest first."""
    people = User.objects.all()
    written = {person.initials for person in people} | {p.time_zone.replace("_", " ") for p in people}
    for model, fields in OWN.items():
        for row in model.objects.values_list(*fields):
            written.update(" ".join(words.split()) for words in row)
    ordered = sorted((words for words in written if words), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(words) for words in ordered) + r")(?!\w)")
