"""The two forms that suggest a meeting: a user's to an expert, an expert's to a user."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import ExpertProfile, Service, Skill, User
from accounts.models.expert import HIGHEST_PRICE, LONGEST_MINUTES, SHORTEST_MINUTES
from accounts.numbers import WholeNumberField
from meetings.forms.action import StartForm
from meetings.lifecycle.checks import start_problem
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting
from meetings.vocabulary import Role
from notifications.wording import credits_in_words


class SuggestForm(StartForm):
    """What both forms ask for: service, skill, date, time."""

    role: Role

    def __init__(self, *args: Any, expert: ExpertProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expert = expert
        self.services: QuerySet[Service] = expert.services.filter(is_active=True).select_related("kind")
        self.fields["service"] = self.service_field()
        self.fields["skill"] = forms.ModelChoiceField(
            expert.skills.select_related("expertise"), label=_("Skill"), empty_label=_("Choose a skill")
        )
        self.add_own_fields()
        # Last, so that what the date means stands right below it.
        self.add_start()

    def service_field(self) -> forms.Field:
        """Return the field that chooses the service."""
        raise NotImplementedError

    def add_own_fields(self) -> None:
        """Add what only this form asks for."""

    def terms(self, typed: dict[str, Any]) -> tuple[int | None, int | None]:
        """Return length in minutes and price as far as they are known."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Say at the field what is wrong with the start."""
        data = super().clean()
        if start := data.get("starts_at"):
            problem = start_problem(start, self.now)
            if problem:
                self.add_error("date", problem)
        return data


class ServiceSelect(forms.Select):
    """A list of services whose entries carry length and price, for the script that fills them in."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add length and price to the entry of a service."""
        option = super().create_option(name, value, *args, **kwargs)
        service = getattr(value, "instance", None)
        if service:
            option["attrs"] |= {"data-minutes": service.minutes, "data-price": service.price}
        return option


class ServiceField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic for mypy only
    """A choice of services, each named with its length and price."""

    def label_from_instance(self, service: Any) -> str:
        """Name a service with its terms."""
        return offer_label(service)


class UserSuggestForm(SuggestForm):
    """A user suggests: the service is booked at the price and length that were shown."""

    role = Role.USER

    def service_field(self) -> forms.Field:
        """Offer the services as shown: a choice carries its price and length."""
        offers = [(offer(service), offer_label(service)) for service in self.services]
        return forms.ChoiceField(
            label=_("Service"),
            choices=offers,
            widget=forms.RadioSelect,
            error_messages={
                "invalid_choice": _(
                    "The expert has changed this offer. Please look at the services again and choose."
                )
            },
        )

    def add_own_fields(self) -> None:
        """Add the note to the expert."""
        self.fields["note"] = forms.CharField(
            label=_("Note (optional)"),
            required=False,
            max_length=1000,
            widget=forms.Textarea({"rows": 4}),
            help_text=_("What would you like to learn? The expert reads it before answering."),
        )

    def terms(self, typed: dict[str, Any]) -> tuple[int | None, int | None]:
        """Return those of the chosen service."""
        chosen = self._chosen(typed.get("service"))
        return (chosen.minutes, chosen.price) if chosen else (None, None)

    def draft(self, person: User) -> Meeting:
        """Return the meeting that was filled in."""
        data = self.cleaned_data
        chosen = self._chosen(data["service"])
        if chosen is None:  # pragma: no cover - the field offers no others
            raise LookupError(data["service"])
        return draft(
            student=person,
            service=chosen,
            skill=data["skill"],
            starts_at=data["starts_at"],
            role=self.role,
            now=self.now,
            note=data["note"],
        )

    def _chosen(self, name: str | None) -> Service | None:
        return next((service for service in self.services if offer(service) == name), None)


class ExpertSuggestForm(SuggestForm):
    """An expert suggests to a user they know: length and price come from the service and can be changed."""

    role = Role.EXPERT

    def service_field(self) -> forms.Field:
        """Offer the expert's own services."""
        return ServiceField(
            self.services,
            label=_("Service"),
            empty_label=None,
            widget=ServiceSelect({"data-sets-terms": ""}),
            help_text=_("Length and price below are what counts; you can change both."),
        )

    def add_own_fields(self) -> None:
        """Add length and price."""
        self.fields["minutes"] = WholeNumberField(
            label=_("Length in minutes"), min_value=SHORTEST_MINUTES, max_value=LONGEST_MINUTES
        )
        self.fields["price"] = WholeNumberField(
            label=_("Price in credits"), min_value=0, max_value=HIGHEST_PRICE
        )

    def terms(self, typed: dict[str, Any]) -> tuple[int | None, int | None]:
        """Return those that were typed."""
        return typed.get("minutes"), typed.get("price")

    def draft_for(self, student: User) -> Meeting:
        """Return the meeting that was filled in, with this user."""
        data = self.cleaned_data
        return draft(
            student=student,
            service=data["service"],
            skill=data["skill"],
            starts_at=data["starts_at"],
            role=self.role,
            now=self.now,
            minutes=data["minutes"],
            price=data["price"],
        )


def offer(service: Service) -> str:
    """Return a service with the terms at which it is shown: what a choice stands for."""
    return f"{service.pk}-{service.minutes}-{service.price}"


def offer_label(service: Service) -> str:
    """Return a service in words: kind, length, price."""
    return _("%(kind)s, %(minutes)s minutes, %(price)s") % {
        "kind": service.kind,
        "minutes": service.minutes,
        "price": credits_in_words(service.price),
    }


def first_skill(expert: ExpertProfile, person: User) -> Skill | None:
    """Return the skill to begin with: one that the person wants to develop, or the expert's only one."""
    skills = list(expert.skills.all())
    wanted = set(person.wanted_skills.values_list("pk", flat=True))
    return next((skill for skill in skills if skill.pk in wanted), skills[0] if len(skills) == 1 else None)
