"""Erasing what these tables hold of a person who leaves; `meetings.privacy.erasure` says when that may be.

Whatever is not named here is erased too: each field of the person's row goes back to what a new row has, and
rows that belong to an account (second factors, addresses, sessions) go with it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import CASCADE, ManyToOneRel, Model, QuerySet

from accounts.auth import sessions
from accounts.models import ExpertProfile, Photo, Service, User

# What an operator did to others is their history, too.
HISTORY = (LogEntry,)
# Written by triggers, from what else is in the row.
BY_TRIGGERS = ("search_text", "search_vector")


def erase(person: User, now: datetime) -> None:
    """Erase the person, their expert page, their sessions and what belongs to the account.

    Sign-ins that were only begun are left to the job `forget_sessions`, which looks through all sessions.
    """
    _erase_expert(person)
    sessions.end(User.objects.filter(pk=person.pk))
    _erase_belongings(User.objects.filter(pk=person.pk))
    Photo.objects.filter(person=person).delete()
    _back_to_default(person, keep=(), **_nobody(now))


def erase_late() -> None:
    """Erase what was written down of people after they had left: a sign-in may have begun before."""
    _erase_belongings(User.objects.exclude(deleted_at=None))


def belongings() -> list[ManyToOneRel]:
    """Return the relations to people whose rows go with the account."""
    every = [field for field in User._meta.get_fields(include_hidden=True) if isinstance(field, ManyToOneRel)]
    return [
        relation
        for relation in every
        if relation.on_delete is CASCADE
        and relation.related_model not in HISTORY
        and not relation.related_model._meta.auto_created  # the person's lists are emptied by themselves
    ]


def forget_in_log(rows: Iterable["QuerySet[Any]"]) -> None:
    """Empty the words of the operators' log about these rows; that something was done, and when, stays."""
    for some in rows:
        numbers = [str(pk) for pk in some.values_list("pk", flat=True)]
        kind = ContentType.objects.get_for_model(some.model)
        about = LogEntry.objects.filter(content_type=kind, object_id__in=numbers)
        about.update(object_repr="", change_message="")


def _erase_belongings(people: "QuerySet[User]") -> None:
    for relation in belongings():
        relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": people}).delete()


def _nobody(now: datetime) -> Mapping[str, Any]:
    """Return what a deleted person's row holds: nobody writes to `.invalid`, and nobody's password fits."""
    return {
        "email": f"deleted-{uuid4().hex}@expertim.invalid",
        "password": make_password(None),
        "is_active": False,
        "deleted_at": now,
    }


def _erase_expert(person: User) -> None:
    profile = ExpertProfile.objects.filter(user=person).first()
    if profile is None:
        return
    Service.objects.filter(expert=profile).update(is_active=False)
    _back_to_default(profile, keep=BY_TRIGGERS)
    for relation in profile._meta.related_objects:
        if relation.many_to_many:
            getattr(profile, str(relation.get_accessor_name())).clear()


def _back_to_default(row: Model, *, keep: tuple[str, ...], **values: Any) -> None:
    """Let every field hold what a new row would, but for these values; the row's lists become empty."""
    changed = []
    for field in row._meta.concrete_fields:
        if not field.primary_key and field.name not in keep:
            setattr(row, field.name, values.get(field.name, field.get_default()))
            changed.append(field.name)
    row.save(update_fields=changed)
    for listed in row._meta.many_to_many:
        getattr(row, listed.name).clear()
