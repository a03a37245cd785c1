"""Fields that offer skills, under the names of their Expertises."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from accounts.models.names import ReadersName


class _ByExpertise(ModelChoiceIterator):  # type: ignore[type-arg] # generic for mypy only
    """Skills in groups."""

    def __iter__(self) -> Iterator[Any]:
        """Give the empty choice, then each Expertise with its skills."""
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        skills = self.queryset.order_by(ReadersName("expertise__"), "expertise", ReadersName())
        for expertise, group in groupby(skills.select_related("expertise"), key=attrgetter("expertise")):
            yield expertise.label, [self.choice(skill) for skill in group]


class SkillField(ModelChoiceField):  # type: ignore[type-arg]
    """Chooses one skill, or all."""

    iterator = _ByExpertise

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=_("All"), **kwargs)


class SkillsField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Chooses any number of skills."""

    iterator = _ByExpertise
