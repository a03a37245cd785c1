"""What operators can type is what the code can live with; whatever else is found is lived with too."""

from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import languages
from accounts.models import Expertise, ExpertProfile, User
from accounts.times import zones
from accounts.times.formats import as_user, written
from notifications import mails
from notifications.models import AccountMail, Notification
from tests.factories import ExpertFactory, ExpertiseFactory, PersonFactory
from tests.meetings.scenarios import agreed

pytestmark = pytest.mark.django_db

UNKNOWN_LANGUAGES = ["xx", "de-at", "zh-hans", "DE", "", "e\u0148"]
UNKNOWN_ZONES = ["Mars/Olympus", "America", "Europe/../Prague", "", "Asia/Tokyo ", "posixrules"]

PAGES = [
    "meetings:dashboard", "meetings:list", "credits:account", "notifications:list", "accounts:profile",
]  # fmt: skip

# By constraint: a table, a column, and values that are refused.
CONSTRAINTS: dict[str, tuple[Any, str, list[Any]]] = {
    "accounts_known_language": (User, "language", UNKNOWN_LANGUAGES),
    "accounts_time_zone_is_a_name": (
        User,
        "time_zone",
        ["", "/", "../x", "Asia/Tokyo ", "a\nb", "<b>"],
    ),
    "accounts_known_date_format": (User, "date_format", ["", "d/m/y", "xx"]),
    "accounts_known_languages": (ExpertProfile, "languages", [["en", "xx"], [""], ["EN"], ["zzz"]]),
    "accounts_expertise_address_is_a_slug": (Expertise, "slug", ["", "a b", "é", "a/b", "a\nb"]),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_what_the_code_relies_on_is_a_constraint(name: str) -> None:
    model, column, values = CONSTRAINTS[name]
    ExpertFactory.create()
    ExpertiseFactory.create()
    for value in values:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.update(**{column: value})


def test_what_can_be_chosen_is_kept() -> None:
    """Each choice of each form passes its constraint."""
    expert = ExpertFactory.create()
    ExpertProfile.objects.update(languages=[code for code, _name in languages.choices()])
    for code, _name in settings.LANGUAGES:
        User.objects.filter(pk=expert.pk).update(language=code)
    for name in sorted(zones._known()):
        User.objects.filter(pk=expert.pk).update(time_zone=name)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


def typed(operator: Client, person: User, **values: str) -> Any:
    """Send the page of a person as it stands, with other values."""
    page = reverse("admin:accounts_user_change", args=[person.pk])
    fields = {
        "first_name": "A",
        "last_name": "B",
        "time_zone": "UTC",
        "language": "en",
        "date_format": "Y-m-d",
    }
    return operator.post(page, fields | values)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("language", value) for value in UNKNOWN_LANGUAGES),
        *(("time_zone", value) for value in UNKNOWN_ZONES if value != "Asia/Tokyo "),
        ("date_format", "d/m/y"),
    ],
)
def test_the_page_of_a_person_refuses_what_is_no_choice(operator: Client, field: str, value: str) -> None:
    person = PersonFactory.create()
    answer = typed(operator, person, **{field: value})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]
    person.refresh_from_db()
    assert (person.language, person.time_zone, person.date_format) == ("en", "Europe/Prague", "d.m.Y")


def test_the_page_of_a_person_offers_four_languages_and_keeps_an_unusual_zone(operator: Client) -> None:
    person = PersonFactory.create(time_zone="Etc/GMT+5")
    assert typed(operator, person, language="sk", time_zone="Etc/GMT+5").status_code == 302
    person.refresh_from_db()
    assert (person.language, person.time_zone) == ("sk", "Etc/GMT+5")
    page = operator.get(reverse("admin:accounts_user_change", args=[person.pk]))
    form = page.context["adminform"].form
    assert form.fields["language"].choices == settings.LANGUAGES
    assert form.fields["time_zone"].choices[0] == ("Etc/GMT+5", "Etc/GMT+5")


def test_the_page_of_an_expert_offers_languages_with_names(operator: Client) -> None:
    page = operator.get(reverse("admin:accounts_expertprofile_change", args=[ExpertFactory.create().pk]))
    field = page.context["adminform"].form.fields["languages"]
    assert {code for code, _name in field.choices} == set(languages.NAMES)


# --- Whatever else is found --------------------------------------------------------------------------------


@pytest.fixture
def unchecked() -> None:
    """A database from before the constraints, or one that somebody has laid hands on."""
    with connection.cursor() as cursor:
        for name in ("accounts_known_language", "accounts_time_zone_is_a_name"):
            cursor.execute(f"ALTER TABLE accounts_user DROP CONSTRAINT {name}")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("language", UNKNOWN_LANGUAGES)
def test_an_unknown_language_is_read_as_the_sites(language: str, client: Client) -> None:
    assert_lives_on(client, language=language)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("time_zone", UNKNOWN_ZONES)
def test_an_unknown_zone_is_read_as_utc(time_zone: str, client: Client) -> None:
    person = assert_lives_on(client, time_zone=time_zone)
    with as_user(person):
        assert written(timezone.now()).endswith("(UTC)")


def assert_lives_on(client: Client, **found: str) -> User:
    """Open the pages of a person who teaches, write their mails, and make a room for their meeting."""
    meeting = agreed(now=timezone.now())
    person = meeting.expert
    User.objects.filter(pk=person.pk).update(**found)
    person.refresh_from_db()
    client.force_login(person)
    pages = [
        "meetings:dashboard",
        "meetings:list",
        "credits:account",
        "notifications:list",
        "accounts:profile",
    ]
    for page in [
        *map(reverse, pages),
        meeting.get_absolute_url(),
        reverse("meetings:expert", args=[person.pk]),
    ]:
        assert client.get(page).status_code == 200, page
    client.force_login(meeting.student)
    assert client.get(reverse("meetings:expert", args=[person.pk])).status_code == 200
    for notification in Notification.objects.filter(recipient=person):
        assert "Hello" in mails.mail_for(notification).body or "Dear" in mails.mail_for(notification).body
    return person


def test_a_mail_in_an_unknown_language_is_written_in_the_sites() -> None:
    with as_user(PersonFactory.create(language="de")):
        assert translation.get_language() == "de"
    person = PersonFactory.build(language="xx")
    assert person.reads == settings.LANGUAGE_CODE
    assert AccountMail._meta.get_field("language").max_length == 7


# --- What was typed before ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_site_that_is_there_gets_its_values_repaired() -> None:
    people = {
        name: PersonFactory.create(email=f"{name}@example.com", last_name=name).pk
        for name in ("language", "zone", "right")
    }
    expert, expertise = ExpertFactory.create(languages=["en", "de"]), ExpertiseFactory.create()
    User.objects.filter(pk=people["right"]).update(language="sk", time_zone="Asia/Calcutta")
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("accounts", "0014_sign_in_anew")])
        User.objects.filter(pk=people["language"]).update(language="zh-hans")
        User.objects.filter(pk=people["zone"]).update(time_zone="Mars/Olympus")
        ExpertProfile.objects.filter(pk=expert.pk).update(languages=["en", "xx", "de"])
        Expertise.objects.filter(pk=expertise.pk).update(slug="two words")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(leaves)
    kept = {person.pk: (person.language, person.time_zone) for person in User.objects.all()}
    assert kept[people["language"]] == ("en", "Europe/Prague")
    assert kept[people["zone"]] == ("en", "UTC")
    assert kept[people["right"]] == ("sk", "Asia/Calcutta")
    assert ExpertProfile.objects.get(pk=expert.pk).languages == ["en", "de"]
    assert Expertise.objects.get(pk=expertise.pk).slug == f"expertise-{expertise.pk}"
