"""Names that operators keep in four languages, and that everyone reads in their own."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.search import Plain

LANGUAGES = ("en", "de", "cs", "sk")


def columns(field: str) -> tuple[str, ...]:
    """Return the columns in which the words of all languages are kept, English first."""
    return (field, *(f"{field}_{language}" for language in LANGUAGES[1:]))


@dataclass(frozen=True, slots=True)
class Names:
    """One name in every language, to write a row with."""

    en: str
    de: str
    cs: str
    sk: str

    def fields(self, field: str = "name") -> dict[str, str]:
        """Return the values of the columns."""
        return dict(zip(columns(field), astuple(self), strict=True))


class ReadersName(Func):
    """For ordering by name as the reader sees it; their language is asked for with each query."""

    def __init__(self, path: str = "") -> None:
        super().__init__(*(F(f"{path}{field}") for field in columns("name")))

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Choose the column, or English where it is empty; accents do not send a name behind Z."""
        names = dict(zip(LANGUAGES, self.get_source_expressions(), strict=True))
        own = NullIf(names.get(readers_language(), names["en"]), Value(""))
        return Plain(Coalesce(own, names["en"])).resolve_expression(*args, **kwargs)


class Named(models.Model):
    """Something with a name in each language; where one is missing, English is shown.

    Names that were told or noted are copied (`names`): a new name does not change what was said. Each model
    adds `name`, the English one, as unique as it has to be.
    """

    name_de = models.CharField(_("name in German"), max_length=120, blank=True)
    name_cs = models.CharField(_("name in Czech"), max_length=120, blank=True)
    name_sk = models.CharField(_("name in Slovak"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the reader."""
        return in_readers_language(self.names)

    @property
    def names(self) -> dict[str, str]:
        """All names there are, by language."""
        return words_of(self, "name")


def words_of(row: models.Model, field: str) -> dict[str, str]:
    """Return what stands in the columns of a field, by language; where nothing stands, nothing."""
    found = [
        (language, getattr(row, column)) for language, column in zip(LANGUAGES, columns(field), strict=True)
    ]
    return {language: words for language, words in found if words}


def in_readers_language(names: Mapping[str, str]) -> str:
    """Return the one of several names that the reader understands, else the English one."""
    return names.get(readers_language()) or names.get("en", "")


def readers_language() -> str:
    """Return the language of the page or mail being made, without its country."""
    return (get_language() or "en").partition("-")[0]
