"""The names of time zones: every place once, and old names understood wherever one can be given."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.test import Client

from accounts.models import User
from accounts.times import zones
from tests.accounts.new_person import NEW
from tests.factories import PersonFactory
from tests.pages import as_person

# As browsers name them, and as they are called today.
OLD = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Europe/Kiev": "Europe/Kyiv",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Coral_Harbour": "America/Atikokan",
    "Africa/Asmera": "Africa/Asmara",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Truk": "Pacific/Chuuk",
    "US/Eastern": "America/New_York",
    "Etc/UTC": "UTC",
    "GMT": "UTC",
}


@pytest.mark.parametrize(("old", "now"), OLD.items())
def test_an_old_name_is_called_by_that_of_today(old: str, now: str) -> None:
    assert zones.current_name(old) == now
    assert now in dict(zones.choices())


@pytest.mark.parametrize(
    "name", ["Europe/Oslo", "Europe/Amsterdam", "Europe/Bratislava", "Atlantic/Reykjavik"]
)
def test_a_place_that_shares_the_clock_of_another_keeps_its_name(name: str) -> None:
    assert zones.current_name(name) == name


def test_every_place_is_offered_once_and_can_be_used() -> None:
    names = [name for name, _words in zones.choices()]
    assert len(names) == len(set(names)) > 400
    assert set(names) <= available_timezones()
    assert all(zones.current_name(name) == name for name in names)
    assert all(ZoneInfo(name) for name in names)


def test_every_place_that_anybody_can_live_in_is_understood() -> None:
    offered = dict(zones.choices())
    places = [
        name
        for name in available_timezones()
        if name.split("/")[0] in ("Africa", "America", "Asia", "Europe")
    ]
    assert [name for name in places if zones.current_name(name) not in offered] == []


@pytest.mark.parametrize("nobodys", ["", "Mars/Olympus", "../etc/passwd", "Etc/GMT+5"])
def test_what_is_no_place_stays_as_it_is(nobodys: str) -> None:
    assert zones.current_name(nobodys) == nobodys


def test_zones_are_written_for_people() -> None:
    assert zones.in_words("America/Port_of_Spain") == "America/Port of Spain"
    assert zones.city("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert zones.city("UTC") == "UTC"


@pytest.mark.django_db
def test_signing_up_takes_an_old_name_for_that_of_today() -> None:
    Client().post("/account/signup/", NEW | {"time_zone": "Asia/Calcutta"})
    assert User.objects.get().time_zone == "Asia/Kolkata"


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Mars/Olympus", ""])
def test_signing_up_with_a_zone_that_is_none_loses_nothing_typed(zone: str) -> None:
    page = Client().post("/account/signup/", NEW | {"time_zone": zone}).content.decode()
    assert "This time zone is not known here." in page or "This field is required." in page
    for name in ("first_name", "last_name", "email"):
        assert f'value="{NEW[name]}"' in page, name
    assert not User.objects.exists()


@pytest.mark.django_db
def test_one_click_takes_an_old_name_for_that_of_today_and_leads_back() -> None:
    person = PersonFactory.create()
    typed = {"time_zone": "Europe/Kiev", "next": "/meetings/"}
    assert as_person(person).post("/account/profile/zone/", typed).url == "/meetings/"
    person.refresh_from_db()
    assert person.time_zone == "Europe/Kyiv"


@pytest.mark.django_db
@pytest.mark.parametrize(("kept", "shown"), [("Etc/GMT+5", "Etc/GMT+5"), ("Asia/Calcutta", "Asia/Kolkata")])
def test_changing_the_date_format_alone_leaves_an_unusual_zone_alone(kept: str, shown: str) -> None:
    person = PersonFactory.create(time_zone=kept)
    client = as_person(person)
    assert f'<option value="{shown}" selected>' in client.get("/account/profile/times/").content.decode()
    client.post("/account/profile/times/", {"time_zone": shown, "date_format": "Y-m-d", "language": "en"})
    person.refresh_from_db()
    assert (person.time_zone, person.date_format) == (shown, "Y-m-d")
