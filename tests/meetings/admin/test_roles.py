"""Roles of operators: each tries every address of the admin, which answers as the manual says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import User
from demo import seed
from meetings import jobs
from meetings.admin import roles
from runner.places import ROOT
from tests.factories import PersonFactory
from tests.meetings.admin.acts import OF_TABLES, all_acts

pytestmark = pytest.mark.django_db

TABLE = ROOT / "docs" / "operators" / "roles.md"
ROLES = [role.name for role in roles.ROLES]
NOTHING = "Nothing"


@pytest.fixture(autouse=True)
def groups(db: None) -> None:
    roles.fill()


def operator(role: str) -> User:
    person: User = PersonFactory.create(is_staff=True)
    if role != NOTHING:
        person.groups.add(Group.objects.get(name=role))
    return person


def as_operator(role: str) -> Client:
    client = Client()
    client.force_login(operator(role))
    return client


def test_every_right_of_a_role_exists() -> None:
    for role in roles.ROLES:
        assert role.permissions().count() == len(set(role.looks_at)) + len(set(role.rights)), role.name


def test_filling_again_takes_away_what_the_code_does_not_name_and_keeps_people() -> None:
    person, group = operator("Support"), Group.objects.get(name="Support")
    group.permissions.add(Permission.objects.get(codename="add_posting"))
    assert roles.fill() == 3
    assert not group.permissions.filter(codename="add_posting").exists()
    assert person.groups.get() == group


# What everyone who is let in may see: the start page and what belongs to one's own sign-in.
OF_ALL = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "autocomplete",
    "view_on_site",
    "app_list",
}
REFUSED_TO_ALL = {"auth_user_password_change"}


@pytest.fixture
def demo() -> None:
    seed.seed(timezone.now())
    jobs.audit_books()
    every_minute = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.create(name="deliver mails", interval=every_minute)


def test_every_page_and_act_is_open_to_whom_the_manual_says(demo: None) -> None:
    clients = {role: as_operator(role) for role in (*ROLES, NOTHING)}
    found = dict(tables(clients)) | dict(acts(clients))

    assert found == written_down()
    assert addresses_left() == REFUSED_TO_ALL


def tables(clients: dict[str, Client]) -> Iterator[tuple[str, list[str]]]:
    """Say of each table what each role may do with it, as its addresses answer."""
    for model in admin.site._registry:
        open_to = {role: ", ".join(what_is_open(client, model)) for role, client in clients.items()}
        assert not open_to.pop(NOTHING), model
        yield str(model._meta.verbose_name_plural), [words or "–" for words in open_to.values()]


def what_is_open(client: Client, model: Any) -> Iterator[str]:
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.order_by("pk").last()
    pages = {"looks": f"{base}_changelist", "adds": f"{base}_add"}
    for word, name in pages.items():
        if is_open(client.get(reverse(name))):
            yield word
    if row is None:
        return
    if is_open(client.post(reverse(f"{base}_change", args=[row.pk]), {"nothing": "at all"})):
        yield "changes"
    if is_open(client.get(reverse(f"{base}_delete", args=[row.pk]))):
        yield "deletes"


def acts(clients: dict[str, Client]) -> Iterator[tuple[str, list[str]]]:
    for words, act in all_acts().items():
        answers = {
            role: is_open(getattr(client, act.method)(act.address)) for role, client in clients.items()
        }
        assert not answers.pop(NOTHING), words
        yield words, ["yes" if answer else "–" for answer in answers.values()]


def addresses_left() -> set[str]:
    """Return the names of addresses that are neither a table's, nor an act's, nor everybody's."""
    named = {act.name for act in all_acts().values()}
    stems = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]
    of_tables = {f"{stem}_{what}" for stem in stems for what in OF_TABLES}
    return set(names(admin.site.get_urls())) - of_tables - named - OF_ALL


def is_open(answer: Any) -> bool:
    assert answer.status_code in (200, 302, 403, 409), answer.request["PATH_INFO"]
    return answer.status_code != 403


def names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield pattern.name
        else:
            yield from names(pattern.url_patterns)


def written_down() -> dict[str, list[str]]:
    """Return the rows of the manual's tables."""
    rows = [line.strip("| ").split(" | ") for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    return {cells[0]: cells[1:] for cells in rows if cells[0] not in ("page", "act", "---")}
