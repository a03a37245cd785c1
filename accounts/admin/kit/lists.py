"""Lists that stay quick however long they are: counted to a limit, ordered and searched by indexes alone."""

import re
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit.times import WrittenList
from accounts.search import words_of

if TYPE_CHECKING:  # generic only for the type checker
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

MOST_COUNTED = 10_000
# So many of the people who are found are looked for in other tables: more than anybody reads through.
MOST_PEOPLE = 200
MOST_FOUND = 1000
# "38", "#38", "Meeting 38" and, in whatever language, "Treffen 38".
NUMBER = re.compile(r"^(?:[^\W\d]+ )?#?(\d{1,18})$")


class BoundedPaginator(AnyPaginator):
    """Counts up to a limit: beyond it, more rows are known to be there, but not how many."""

    @cached_property
    def counted(self) -> int:
        """How many rows there are; one more than the limit where there are more."""
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return self.object_list.order_by()[: MOST_COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self.counted, MOST_COUNTED)

    @property
    def is_more(self) -> bool:
        """Whether there are more than can be paged through."""
        return self.counted > MOST_COUNTED


class QuickList(WrittenList):
    """A list that never counts or sorts a whole table, with a search that looks up and does not read through.

    `people` names the relations through which people are found by name and address, `numbers` what holds the
    number of a meeting, `references` what holds a reference such as "meeting:38", `exactly` what is found as
    it stands, and `containing`, for tables that never grow long, words that are read through.
    Columns are sorted only where `sortable_by` names them, because there is an index.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[tuple[str, ...]] = ()
    people: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[tuple[str, ...]] = ()
    references: ClassVar[tuple[str, ...]] = ()
    exactly: ClassVar[tuple[str, ...]] = ()
    containing: ClassVar[tuple[str, ...]] = ()

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        """Name columns as the list does."""
        return self._written(self.sortable_by)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Say what is looked at; where it is nothing, there is no field for a search."""
        return [*self.people, *self.numbers, *self.references, *self.exactly, *self.containing]

    @property
    def search_help_text(self) -> str:  # type: ignore[override]
        """Say what can be found."""
        by_number, by_person = bool(self.numbers or self.references), bool(self.people)
        return str(HELP.get((by_number, by_person), ""))

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Keep what is found; no row is found twice."""
        term = search_term.strip()
        return (queryset.filter(self._fits(term)) if term else queryset), False

    def refers_to(self, reference: str) -> Q:
        """Return the condition that a row refers to this."""
        return reduce(or_, [Q(**{place: reference}) for place in self.references], Q(pk__in=[]))

    def _fits(self, term: str) -> Q:
        ways = [Q(**{place: term}) for place in self.exactly]
        ways += [Q(**{f"{place}__icontains": term}) for place in self.containing]
        number = NUMBER.match(term)
        if number:
            ways += [Q(**{place: int(number[1])}) for place in self.numbers]
            ways += [self.refers_to(f"meeting:{int(number[1])}")]
        elif ":" in term:
            ways += [self.refers_to(term)]
        if self.people and not term.isdecimal():
            most = MOST_FOUND if tuple(self.people) == ("pk",) else MOST_PEOPLE
            found = people_with(term, most)
            ways += [Q(**{f"{place}__in": found}) for place in self.people]
        return reduce(or_, ways, Q(pk__in=[]))


HELP = {
    (True, True): _("Number of the meeting, name or e-mail address"),
    (True, False): _("Number of the meeting"),
    (False, True): _("Name or e-mail address"),
}


def people_with(text: str, most: int) -> list[int]:
    """Return the numbers of people in whose name or address each word is found, accents apart.

    There are as many as `most`, be there more.

    Words of one or two letters are only found where a word begins.
    """
    words = words_of(text)
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_people_with(%s::text[], %s)", [words, most])
        return [number for (number,) in cursor.fetchall()]


class LinkedFilter(admin.SimpleListFilter):
    """Rows of one thing to which a link leads; only shown while it is in use."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer what the address names."""
        value = self.value() or ""
        if not value.isdecimal():
            return []
        thing = self.linked(int(value))
        return [(value, str(thing))] if thing else []

    def linked(self, number: int) -> Model | None:
        """Return the thing with this number."""
        raise NotImplementedError
