"""A copy of what these tables hold of a person, for the person: rows of plain values."""

from collections.abc import Iterator
from typing import Any

from accounts import erasure
from accounts.models import ExpertProfile, Service, User

Row = dict[str, Any]

# What would let somebody sign in; it tells nothing about the person.
SECRETS = ("data", "session_key", "key", "password")


def profile(person: User) -> Iterator[Row]:
    """Yield the one row about the person."""
    yield {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "time_zone": person.time_zone,
        "language": person.language,
        "date_format": person.date_format,
        "photo": "photo.webp" if person.photo_id else None,
        "wanted_skills": [skill.label for skill in person.wanted_skills.all()],
        "favourite_experts": [expert.user.name for expert in person.favourites.select_related("user")],
        "is_operator": person.is_staff,
        "calendar_address_at": person.calendar_address_at,
        "signed_up_at": person.date_joined,
        "last_signed_in_at": person.last_login,
    }


def expert_page(person: User) -> Iterator[Row]:
    """Yield the person's expert page, if there is one."""
    for page in ExpertProfile.objects.filter(user=person).prefetch_related("skills"):
        yield {
            "headline": page.headline,
            "introduction": page.introduction,
            "company": page.company,
            "city": page.city,
            "languages": page.languages,
            "availability": page.availability,
            "skills": [skill.label for skill in page.skills.all()],
            "is_approved": page.is_approved,
            "is_visible_to_visitors": page.is_public,
        }


def services(person: User) -> Iterator[Row]:
    """Yield what the person offers."""
    for service in Service.objects.filter(expert=person.pk).select_related("kind"):
        yield {
            "kind": service.kind.label,
            "minutes": service.minutes,
            "price_credits": service.price,
            "is_active": service.is_active,
        }


def account(person: User) -> Iterator[Row]:
    """Yield what belongs to the account: addresses, sessions, second factors, choices; no secrets."""
    for relation in erasure.belongings():
        model = relation.related_model
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.name not in SECRETS and not field.primary_key and field != relation.field
        ]
        for row in model._base_manager.filter(**{relation.field.name: person}).order_by("pk"):
            values = {field.name: field.value_from_object(row) for field in fields}
            yield {"what": str(model._meta.verbose_name)} | values
