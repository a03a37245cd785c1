"""Searching experts by words, forgiving typing errors and missing accents.

A word fits where something begins with it, also with two neighbouring letters swapped; where few are found
so, it fits what is much like it, too. The searchable words of each expert are kept by the database (migration
0004), and looked up there by indexes alone (migration 0005).
"""

import unicodedata
from functools import reduce
from operator import add

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable, RawSQL

MOST_WORDS = 6
LONGEST_WORD = 40
# Of the letters of a word, three by three: "tresury" is .55 like "treasury", "measure" .33.
LIKE_ENOUGH = 0.44
# Shorter words with swapped letters are other words.
SHORTEST_SWAPPED = 4


class Plain(Func):
    """Words in lower case and without accents, as the database keeps them."""

    function = "accounts_plain"
    output_field = TextField()


def words_of(text: str) -> list[str]:
    """Return the words to look for; signs alone are none."""
    words = unicodedata.normalize("NFC", text).split()
    return [word[:LONGEST_WORD] for word in words if any(map(str.isalnum, word))][:MOST_WORDS]


def fits(words: list[str]) -> Q:
    """Return the condition that every word fits an expert's page."""
    if not words:
        return Q()
    asked = [words, [_begins(word) for word in words], str(LIKE_ENOUGH)]
    return Q(pk__in=RawSQL("SELECT accounts_experts_with(%s::text[], %s::text[], %s)", asked))


def closeness(words: list[str]) -> Combinable:
    """Return how well words fit: names and skills count most, an introduction least."""
    like = [TrigramWordSimilarity(_plain(word), "search_text") for word in words]  # type: ignore[arg-type]
    found = [SearchRank(F("search_vector"), _query(word)) for word in words]
    return reduce(add, [*like, *found])


def _query(word: str) -> SearchQuery:
    return SearchQuery(_plain(_begins(word)), config="simple", search_type="raw")


def _plain(words: str) -> Plain:
    return Plain(Value(words))


def _begins(word: str) -> str:
    """Return the search for what begins with the word, or with a word that was meant."""
    return " | ".join(f"'{_quoted(way)}':*" for way in [word, *_swapped(word)])


def _swapped(word: str) -> list[str]:
    """Return the words with two neighbouring letters swapped: "pyhton" was meant to be "python"."""
    if len(word) < SHORTEST_SWAPPED:
        return []
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]


# Apostrophes and backslashes, and whatever Postgres' unaccent turns into one.
MEANINGFUL = str.maketrans(dict.fromkeys("'\\’‘‛′＇ʼʻʽʹˈŉ＼∖﹨", " "))


def _quoted(word: str) -> str:
    """Return a word in which nothing has a meaning of its own in a search."""
    return word.translate(MEANINGFUL)
