"""Signing up and in, one's profile, and what every page owes its reader."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.new_person import NEW
from tests.factories import PASSWORD, PersonFactory
from tests.meetings.scenarios import suggest
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def test_signing_up_keeps_name_and_zone() -> None:
    client = Client()
    client.post("/account/signup/", NEW)
    person = User.objects.get()
    assert (person.email, person.name, person.time_zone) == (
        "jana@example.com",
        "Jana Nováková",
        "Asia/Kathmandu",
    )
    assert not person.is_staff


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"password1": "short"},
        {"email": "no address"},
        {"first_name": ""},
        {"last_name": "Nováková\r\n\r\nPay here"},
    ],
)
def test_bad_input_is_explained_and_nothing_typed_is_lost(wrong: dict[str, str]) -> None:
    page = Client().post("/account/signup/", NEW | wrong)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert "Nováková" in page.content.decode()
    assert not User.objects.exists()


def test_extra_fields_give_no_rights() -> None:
    Client().post("/account/signup/", NEW | {"is_staff": "on", "is_superuser": "on"})
    assert not User.objects.get().is_staff


def test_one_signs_in_by_address_in_any_case_and_comes_back_to_where_one_was() -> None:
    person = PersonFactory.create()
    typed = {"login": person.email.upper(), "password": PASSWORD, "next": "/credits/"}
    assert Client().post("/account/login/", typed).url == "/credits/"


def test_signing_in_leads_nowhere_else() -> None:
    person = PersonFactory.create()
    typed = {"login": person.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/account/login/", typed).url == "/meetings/"


def test_a_blocked_person_cannot_sign_in() -> None:
    person = PersonFactory.create(is_active=False)
    client = Client()
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert client.get("/credits/").status_code == 302


def test_the_profile_changes_zone_and_format_of_every_time() -> None:
    meeting = suggest(now=timezone.now().replace(month=1, day=4, hour=9, minute=0))
    client = as_person(meeting.student)
    typed = {"time_zone": "Asia/Kathmandu", "date_format": "Y-m-d", "language": "en"}
    client.post("/account/profile/times/", typed)
    assert (
        f"{meeting.starts_at:%Y-%m-%d} 14:45 (Kathmandu)"
        in client.get(meeting.get_absolute_url()).content.decode()
    )


def test_the_profile_refuses_a_zone_that_is_none() -> None:
    person = PersonFactory.create()
    typed = {"time_zone": "Mars", "date_format": "Y-m-d", "language": "en"}
    assert as_person(person).post("/account/profile/times/", typed).status_code == 200
    person.refresh_from_db()
    assert person.time_zone == "Europe/Prague"


@pytest.mark.parametrize("address", ["/", "/experts/", "/account/login/", "/no-such-page/", "/admin/login/"])
def test_every_page_has_the_strict_policy(address: str) -> None:
    headers = Client().get(address, follow=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_of_signed_in_people_are_kept_out_of_caches() -> None:
    assert "no-store" in as_person(PersonFactory.create()).get("/")["Cache-Control"]


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(PersonFactory.create())
    answer = client.post("/notifications/read/")
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()


def test_saving_a_profile_does_not_open_an_account_that_was_blocked_meanwhile() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    save = User.save

    def block_first(self: User, *args: object, **kwargs: object) -> None:
        User.objects.filter(pk=self.pk).update(is_active=False)
        save(self, *args, **kwargs)

    User.save = block_first
    try:
        client.post("/account/profile/name/", {"first_name": "J", "last_name": "N"})
    finally:
        User.save = save
    person.refresh_from_db()
    assert (person.first_name, person.is_active) == ("J", False)


def test_the_browsers_zone_is_taken_over_with_one_click_and_nothing_else() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    assert 'data-profile-zone="Europe/Prague"' in client.get("/account/profile/").content.decode()
    typed = {"time_zone": "America/New_York", "first_name": "Mallory", "date_format": "Y-m-d"}
    for _ in range(2):
        page = client.post("/account/profile/zone/", typed, follow=True).content.decode()
        assert "All times are now shown in the zone America/New York." in page
    after = User.objects.get(pk=person.pk)
    assert after.time_zone == "America/New_York"
    assert (after.first_name, after.date_format) == (person.first_name, person.date_format)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd"])
def test_a_zone_that_nobody_knows_changes_nothing(zone: str) -> None:
    person = PersonFactory.create()
    page = as_person(person).post("/account/profile/zone/", {"time_zone": zone}, follow=True)
    assert "This time zone is not known here, so nothing was changed." in page.content.decode()
    assert User.objects.get(pk=person.pk).time_zone == "Europe/Prague"


def test_looking_at_the_zone_changes_nothing() -> None:
    person = PersonFactory.create()
    assert as_person(person).get("/account/profile/zone/?time_zone=UTC").url == "/account/profile/times/"
    assert User.objects.get(pk=person.pk).time_zone == "Europe/Prague"
    assert Client().post("/account/profile/zone/", {"time_zone": "UTC"}).status_code == 302
