"""The calendar that programs fetch by a secret address, read back by two parsers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from icalendar import Calendar

from accounts.models import User
from meetings.models import Meeting
from meetings.notices import calendar_feed, ical
from meetings.vocabulary import PARTIES, Action, Role, Status
from tests.calendars import received
from tests.database import rows_in_every_table
from tests.factories import PersonFactory, ServiceFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    HOUR,
    act,
    agreed,
    let_time_pass,
    make_meeting,
    suggest,
    with_alternative,
)
from tests.pages import as_person

pytestmark = pytest.mark.django_db

PAGE, RENEW, DELETE = "/account/calendar/", "/account/calendar/new/", "/account/calendar/delete/"


def this_second() -> datetime:
    """Return now, as exactly as calendars write it."""
    return timezone.now().replace(microsecond=0)


def path_of(person: User) -> str:
    """Return where the person's calendar is; it is made where there is none."""
    if User.objects.get(pk=person.pk).calendar_address_at is None:
        calendar_feed.make_address(person, this_second())
    person.refresh_from_db()
    return "/calendar/" + calendar_feed.address_of(person).partition("/calendar/")[2]


def fetched(person: User, **headers: Any) -> Any:
    return Client().get(path_of(person), headers=headers)


def entries(person: User) -> dict[str, tuple[str, str, datetime]]:
    """Return what one parser makes of the calendar, by UID; the other one must agree."""
    text = fetched(person).content
    ours = {
        str(event["uid"]): (str(event["status"]), str(event["summary"]), event["dtstart"].dt)
        for event in Calendar.from_ical(text).walk("VEVENT")
    }
    second = vobject.readOne(text.decode())
    theirs = {
        event.uid.value: (event.status.value, event.summary.value, event.dtstart.value)
        for event in second.contents.get("vevent", [])
    }
    assert ours == theirs
    return ours


@pytest.mark.parametrize("role", PARTIES)
def test_an_agreed_meeting_is_the_entry_that_the_mails_speak_of(role: Role) -> None:
    meeting = agreed(now=this_second())
    text = fetched(meeting.person(role)).content.decode()
    (event,) = vobject.readOne(text).vevent_list
    mailed = received(meeting, role)[-1]
    assert event.uid.value == mailed.event.uid.value
    assert int(event.sequence.value) == mailed.sequence
    assert event.summary.value == mailed.event.summary.value
    assert (event.dtstart.value, event.dtend.value) == (meeting.starts_at, meeting.ends_at)
    assert f"DTSTART:{meeting.starts_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert meeting.person(role.other).email not in text
    assert "/join/" not in text


STATES = {
    Status.AWAITING: ("TENTATIVE", " (awaiting approval)"),
    Status.AGREED: ("CONFIRMED", ""),
    Status.UNDER_REVIEW: ("CONFIRMED", ""),
    Status.HELD: ("CONFIRMED", ""),
    Status.NOT_HELD: ("CONFIRMED", ""),
    Status.REJECTED: None,
    Status.EXPIRED: None,
    Status.CANCELLED: None,  # a request that was never agreed
}


@pytest.mark.parametrize("status", Status)
def test_every_status_stands_in_the_calendar_as_promised(status: Status) -> None:
    meeting = make_meeting(status, now=this_second())
    found = list(entries(meeting.student).values())
    state = STATES[status]
    name = f"Valuation with {meeting.expert.name}"
    assert found == ([(state[0], name + state[1], meeting.starts_at)] if state else [])


def test_a_request_past_its_start_is_gone_even_before_the_job_says_so() -> None:
    now = this_second()
    meeting = suggest(now=now - 2 * DAY, starts_in=DAY)
    assert meeting.status == Status.AWAITING
    assert entries(meeting.student) == {}


def test_a_cancelled_meeting_is_shown_as_such_until_its_time() -> None:
    now = this_second()
    meeting = act(agreed(now=now), Action.CANCEL, BY_EXPERT, now=now, words="I am ill")
    ((uid, (state, _name, starts_at)),) = entries(meeting.student).items()
    assert (uid, state, starts_at) == (
        received(meeting, BY_USER)[-1].event.uid.value,
        "CANCELLED",
        meeting.starts_at,
    )
    Meeting.objects.update(starts_at=now - HOUR, ends_at=now - HOUR / 2)
    assert entries(meeting.student) == {}


@pytest.mark.parametrize("of", [Status.AGREED, Status.REJECTED])
def test_an_open_alternative_is_tentative_and_beside_the_date_in_force(of: Status) -> None:
    now = this_second()
    meeting = with_alternative(BY_EXPERT, of=of, now=now)
    found = entries(meeting.student)
    uid = f"meeting-{meeting.pk}-alternative@127.0.0.1"
    name = f"Valuation with {meeting.expert.name}"
    assert found.pop(uid) == ("TENTATIVE", f"{name} (alternative date)", meeting.alternative_starts_at)
    in_force = [("CONFIRMED", name, meeting.starts_at)] if of is Status.AGREED else []
    assert list(found.values()) == in_force
    let_time_pass(meeting, meeting.starts_at)
    assert uid not in entries(meeting.student)


def test_a_moved_meeting_replaces_its_entry() -> None:
    now = this_second()
    meeting = with_alternative(BY_USER, now=now)
    before = vobject.readOne(fetched(meeting.expert).content.decode()).vevent_list[0]
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT, now=now)
    (after,) = vobject.readOne(fetched(meeting.expert).content.decode()).vevent_list
    assert after.dtstart.value == moved.starts_at
    assert int(after.sequence.value) > int(before.sequence.value)


def test_only_the_last_90_days_and_a_thousand_meetings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    now = this_second()
    person = PersonFactory.create(credits=1000)
    for days in (80, 95):
        agreed(now=now - (days + 10) * DAY, starts_in=10 * DAY, student=person)
    coming = [agreed(now=now, student=person, starts_in=n * DAY) for n in (5, 6)]
    assert len(entries(person)) == 3
    monkeypatch.setattr(calendar_feed, "MOST", 2)
    assert {when for _state, _name, when in entries(person).values()} == {m.starts_at for m in coming}


def test_meetings_of_others_are_not_in_it() -> None:
    agreed(now=this_second())
    assert entries(PersonFactory.create()) == {}


def test_it_says_what_it_is_and_how_often_to_look() -> None:
    person = PersonFactory.create()
    text = fetched(person).content.decode()
    read = Calendar.from_ical(text)
    assert str(read["prodid"]) == "-//Expertim//Meetings//EN"
    assert (str(read["version"]), str(read["method"])) == ("2.0", "PUBLISH")
    assert (str(read["name"]), str(read["x-wr-calname"])) == ("Expertim", "Expertim")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert read["refresh-interval"].dt == timedelta(hours=1)


def test_it_is_in_the_language_of_its_owner_not_of_who_asks() -> None:
    meeting = suggest(now=this_second())
    User.objects.filter(pk=meeting.student_id).update(language="de")
    answer = fetched(meeting.student, accept_language="cs")
    with translation.override("de"):
        name = ical.summary(meeting.skill.label, meeting.expert.name)
    assert " mit " in name
    assert answer["Content-Language"] == "de"
    assert name in str(Calendar.from_ical(answer.content).walk("VEVENT")[0]["summary"])


def test_addresses_outlive_a_change_of_the_sites_secret(settings: Any) -> None:
    path = path_of(PersonFactory.create())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert Client().get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert Client().get(path).status_code == 404


def test_it_is_a_calendar_that_nobody_indexes_or_keeps() -> None:
    answer = fetched(PersonFactory.create())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies


def test_what_has_not_changed_is_not_sent_again() -> None:
    now = this_second()
    meeting = agreed(now=now)
    first = fetched(meeting.student)
    again = fetched(meeting.student, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    act(meeting, Action.CANCEL, BY_EXPERT, now=now, words="I am ill")
    later = fetched(meeting.student, if_none_match=first["ETag"])
    assert later.status_code == 200
    assert b"STATUS:CANCELLED" in later.content


def test_looking_writes_nothing_and_asks_as_often_for_many_as_for_one() -> None:
    person, now = PersonFactory.create(credits=1000), this_second()
    asked = []
    for count in (1, 8):
        for n in range(count):
            agreed(
                now=now,
                student=person,
                service=ServiceFactory.create(price=10),
                starts_in=(10 * count + n) * DAY,
            )
        path = path_of(person)
        before = rows_in_every_table()
        with CaptureQueriesContext(connection) as queries:
            Client().get(path)
        assert rows_in_every_table() == before
        asked.append(len(queries))
    assert asked == [2, 2]


def test_a_new_address_ends_the_old_one_at_once() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    assert "Make my calendar address" in client.get(PAGE).content.decode()
    addresses = []
    for _time in range(2):
        assert client.post(RENEW).url == PAGE
        person.refresh_from_db()
        addresses.append(path_of(person))
        assert f'value="{calendar_feed.address_of(person)}"' in client.get(PAGE).content.decode()
    assert [Client().get(address).status_code for address in addresses] == [404, 200]
    client.post(DELETE)
    assert Client().get(addresses[1]).status_code == 404
    assert "Make my calendar address" in client.get(PAGE).content.decode()
    client.post(RENEW)
    assert [Client().get(address).status_code for address in addresses] == [404, 404]


def test_looking_at_the_page_makes_no_address() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    assert [client.get(page).status_code for page in (PAGE, RENEW, DELETE)] == [200, 405, 405]
    assert Client().post(RENEW).url.startswith("/account/login/")
    assert User.objects.get().calendar_address_at is None


def forged(person: User) -> list[str]:
    """Return addresses that look like the person's, and are not."""
    token = path_of(person).removeprefix("/calendar/").removesuffix(".ics")
    body, _dot, seal = token.rpartition(".")
    made_at = person.calendar_address_at
    assert made_at
    others = signing.Signer(salt="another", sep=".").sign_object([person.pk, made_at.timestamp()])
    none = signing.Signer(salt=calendar_feed.SALT, sep=".").sign_object([person.pk, None])
    return [
        "x",
        body,
        f"{body}.{seal[:-1]}",
        f"{body}.{seal.swapcase()}",
        f"A{token}",
        others,
        none,
        "%00",
        f"{token}.ics",
    ]


def test_an_address_that_is_nobodys_does_not_exist() -> None:
    person = PersonFactory.create()
    answers = {token: Client().get(f"/calendar/{token}.ics").status_code for token in forged(person)}
    assert answers == dict.fromkeys(answers, 404)
    assert Client().post(path_of(person)).status_code == 405


def test_a_blocked_person_has_no_calendar() -> None:
    person = PersonFactory.create()
    path = path_of(person)
    User.objects.update(is_active=False)
    assert Client().get(path).status_code == 404


def test_an_address_without_an_instant_is_not_that_of_people_who_have_none() -> None:
    person = PersonFactory.create()
    none = signing.Signer(salt=calendar_feed.SALT, sep=".").sign_object([person.pk, None])
    assert Client().get(f"/calendar/{none}.ics").status_code == 404


def test_nobody_can_guess_an_address() -> None:
    """What is signed can be read; the seal of 256 bits cannot be made without the site's secret."""
    token = path_of(PersonFactory.create()).removesuffix(".ics")
    assert len(signing.b64_decode(token.rpartition(".")[2].encode())) * 8 == 256
