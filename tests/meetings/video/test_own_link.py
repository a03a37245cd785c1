"""A link of the expert's own: who may put it in, which are taken, how it is kept, and who is led to it."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings import links
from meetings.models import Event, Meeting, VideoRoom
from meetings.video import outbox
from meetings.vocabulary import CLOSES_AFTER, PARTIES, Action, Role, Status
from notifications.jobs import deliver_mails
from tests.database import whole_database
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, BY_USER, DAY, NOW, act, agreed, make_meeting
from tests.pages import as_person

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org:8443/Eva-MARKER?pwd=S%26x#room"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting() -> Meeting:
    return agreed()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def address(meeting: Meeting) -> str:
    return reverse("meetings:own_link", args=[meeting.pk])


def put_in(meeting: Meeting, link: str, person: User | None = None) -> Any:
    return as_person(person or meeting.expert).post(address(meeting), {"link": link})


def kept(meeting: Meeting) -> str:
    return outbox.own_link(VideoRoom.objects.get(meeting=meeting))


def follow(meeting: Meeting, role: Role, *, method: str = "post", at: datetime | None = None) -> Any:
    with time_machine.travel(at or meeting.starts_at, tick=False):
        return getattr(as_person(meeting.person(role)), method)(links.link(meeting, role))


# --- Who may --------------------------------------------------------------------------------------------


def test_the_expert_puts_in_a_link_and_is_led_back_to_the_meeting(meeting: Meeting) -> None:
    page = as_person(meeting.expert).get(meeting.get_absolute_url()).text
    assert f'href="{address(meeting)}"' in page
    answer = put_in(meeting, LINK)
    assert (answer.status_code, answer.url, kept(meeting)) == (302, meeting.get_absolute_url(), LINK)


def test_the_expert_sees_the_link_again_and_can_change_it(meeting: Meeting) -> None:
    put_in(meeting, LINK)
    form = as_person(meeting.expert).get(address(meeting)).context["form"]
    assert form["link"].value() == LINK
    put_in(meeting, "https://other.example.org/")
    assert kept(meeting) == "https://other.example.org/"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["the user", "a stranger", "an operator", "nobody"])
def test_for_anyone_else_the_page_does_not_exist(meeting: Meeting, who: str, method: str) -> None:
    people = {
        "the user": meeting.student,
        "a stranger": PersonFactory.create(),
        "an operator": PersonFactory.create(is_staff=True, is_superuser=True),
        "nobody": None,
    }
    client = as_person(people[who])
    assert getattr(client, method)(address(meeting), {"link": LINK}).status_code == 404
    assert kept(meeting) == ""
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert address(meeting) not in page.replace("?next=" + address(meeting), "")


def test_a_forged_request_puts_in_nothing(meeting: Meeting) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(meeting.expert)
    assert strict.post(address(meeting), {"link": LINK}).status_code == 403
    assert kept(meeting) == ""


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.AGREED])
def test_a_meeting_that_is_not_agreed_takes_no_link(status: Status) -> None:
    meeting = make_meeting(status)
    for answer in (put_in(meeting, LINK), as_person(meeting.expert).get(address(meeting), follow=True)):
        assert answer.status_code in (302, 200)
    assert "Only an agreed meeting that has not ended takes a link." in answer.text
    assert not VideoRoom.objects.filter(meeting=meeting).exclude(sealed_link="").exists()


def test_a_link_is_taken_until_the_meeting_ends(meeting: Meeting) -> None:
    with time_machine.travel(meeting.ends_at - timedelta(seconds=1), tick=False):
        put_in(meeting, LINK)
    with time_machine.travel(meeting.ends_at, tick=False):
        put_in(meeting, "https://late.example.org/")
    assert kept(meeting) == LINK


# --- Which are taken ------------------------------------------------------------------------------------

NO_LINK = "This is no link. Example: https://meet.example.org/room"
NO_TLS = "The link has to begin with https://, so that nobody can listen in."
PASSWORD_IN_IT = "The link holds a name or password before the @. Please use one without."
OUR_OWN = "This link leads back here. Please use that of the video meeting itself."
ODD_HOST = "Please write the name of the site in plain letters, as browsers copy it: xn--…."
TOO_LONG = "Ensure this value has at most 500 characters (it has 501)."


@pytest.mark.parametrize(
    ("link", "sentences"),
    [
        ("http://meet.example.org/room", [NO_TLS]),
        ("javascript:alert(document.domain)", [NO_LINK]),
        ("data:text/html,<script>alert(1)</script>", [NO_LINK]),
        ("//meet.example.org/room", [NO_LINK]),
        ("meet.example.org/room", [NO_LINK]),
        ("see you at the usual place", [NO_LINK]),
        ("https://", [NO_LINK]),
        ("https://[", [NO_LINK]),
        ("https://[::1", [NO_LINK]),
        ("https://meet.example.org:99999/room", [NO_LINK]),
        ("https://meet.example.org:port/room", [NO_LINK]),
        ("https://meet. example.org/room", [NO_LINK]),
        ("https://meet.example.org/ro om", [NO_LINK]),
        ("https://meet.example.org/\troom", [NO_LINK]),
        ("https://meet.example.org/room\r\nSet-Cookie: a=b", [NO_LINK]),
        ("https://meet.example.org;script-src */", [NO_LINK]),
        ("https://meet.example.org'; script-src/", [NO_LINK]),
        ("https://eva:secret@meet.example.org/room", [PASSWORD_IN_IT]),
        ("https://eva@meet.example.org/room", [PASSWORD_IN_IT]),
        ("https://:@meet.example.org/room", [NO_LINK]),
        ("https://our.example.org/join/x/", [OUR_OWN]),
        ("https://OUR.example.org/join/x/", [OUR_OWN]),
        ("https://our.example.org:443/join/x/", [OUR_OWN]),
        ("https://our.example.org./join/x/", [OUR_OWN]),
        ("https://setkání.example.org/room", [ODD_HOST]),
        ("https://meet.example.org/" + "x" * 476, [TOO_LONG]),
    ],
)
def test_what_both_could_not_open_is_refused_and_stays_in_the_form(
    meeting: Meeting, settings: Any, link: str, sentences: list[str]
) -> None:
    settings.SITE_URL = "https://our.example.org"
    answer = put_in(meeting, link)
    form = answer.context["form"]
    assert (answer.status_code, form.errors["link"]) == (409, sentences)
    assert form["link"].value() == link
    assert kept(meeting) == ""


@pytest.mark.parametrize(
    "link",
    [
        "https://meet.example.org/" + "x" * 475,
        "HTTPS://Meet.Example.org/room",
        "https://us02web.zoom.us/j/123?pwd=a.b~c#success",
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%7d",
        "https://xn--setkn-zra3d.example.org/room",
        "https://meet.example.org/schůzka",
        "https://our.example.org.evil.example/",
    ],
)
def test_usual_links_are_taken_as_they_are(meeting: Meeting, settings: Any, link: str) -> None:
    settings.SITE_URL = "https://our.example.org"
    put_in(meeting, f"  {link}\n")
    assert kept(meeting) == link


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_an_empty_one_leads_back_to_the_platform(meeting: Meeting, nothing: str) -> None:
    put_in(meeting, LINK)
    assert put_in(meeting, nothing).status_code == 302
    assert VideoRoom.objects.get(meeting=meeting).sealed_link == ""
    assert follow(meeting, BY_USER).url == links.room_page(meeting, BY_USER)


# --- Who is led to it, and when -------------------------------------------------------------------------


@pytest.mark.parametrize("role", PARTIES)
def test_both_parties_are_led_to_it_at_the_click(meeting: Meeting, role: Role) -> None:
    put_in(meeting, LINK)
    answer = follow(meeting, role)
    assert (answer.status_code, answer.url) == (302, LINK)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert [e.kind for e in Event.objects.filter(meeting=meeting)][-1] == f"attended_by_{role}"


@pytest.mark.parametrize("role", PARTIES)
def test_opening_the_page_tells_only_the_origin_to_the_browser(meeting: Meeting, role: Role) -> None:
    put_in(meeting, LINK)
    page = follow(meeting, role, method="get")
    assert "form-action 'self' https://meet.example.org:8443" in page["Content-Security-Policy"]
    assert "MARKER" not in page.text + str(page.headers)


def test_nobody_is_led_to_it_before_the_door_opens_or_after_it_closed(meeting: Meeting) -> None:
    put_in(meeting, LINK)
    for at in (meeting.starts_at - 16 * MINUTE, meeting.ends_at):
        answer = follow(meeting, BY_USER, at=at)
        assert (answer.status_code, "MARKER" in answer.text) == (200, False)


def test_the_room_page_of_ours_leads_to_the_personal_link_instead(meeting: Meeting) -> None:
    put_in(meeting, LINK)
    follow(meeting, BY_USER)
    with time_machine.travel(meeting.starts_at, tick=False):
        answer = as_person(meeting.student).get(links.room_page(meeting, BY_USER))
    assert answer.url == links.link(meeting, BY_USER)


def test_a_link_stays_when_the_meeting_is_moved(meeting: Meeting) -> None:
    put_in(meeting, LINK)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, starts_at=NOW + timedelta(days=6))
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER)
    assert follow(moved, BY_USER).url == LINK


def test_a_cancelled_meeting_leads_nowhere(meeting: Meeting) -> None:
    put_in(meeting, LINK)
    act(meeting, Action.CANCEL, BY_EXPERT, words="I am ill.")
    answer = follow(meeting, BY_USER)
    assert "This meeting does not take place" in answer.text
    assert "MARKER" not in answer.text


# --- How it is kept -------------------------------------------------------------------------------------


def test_it_is_kept_encrypted_and_told_nowhere(
    meeting: Meeting, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [put_in(meeting, LINK), put_in(meeting, LINK + "@")]
    for role in PARTIES:
        follow(meeting, role)
        with time_machine.travel(meeting.starts_at, tick=False):
            answers.append(as_person(meeting.person(role)).get(meeting.get_absolute_url()))
    deliver_mails()
    operator = as_person(PersonFactory.create(is_staff=True, is_superuser=True))
    for name, args in (
        ("meetings_videoroom_changelist", []),
        ("meetings_videoroom_change", [meeting.pk]),
        ("meetings_videoroom_link", [meeting.pk]),
        ("meetings_meeting_change", [meeting.pk]),
        ("meetings_videoroom_history", [meeting.pk]),
    ):
        answers.append(operator.get(reverse(f"admin:{name}", args=args)))
        assert answers[-1].status_code == 200
    everything = whole_database()
    assert VideoRoom.objects.get(meeting=meeting).sealed_link in everything, "everything was read"
    assert mail.outbox, "mails were sent"
    mails = "".join(str(sent.message()) for sent in mail.outbox)
    pages = "".join(f"{answer.headers}{answer.text}{answer.cookies.output()}" for answer in answers)
    for told in (everything, mails, caplog.text, pages):
        assert "MARKER" not in told
        assert "meet.example.org" not in told


def test_the_same_link_is_never_kept_in_the_same_letters(meeting: Meeting) -> None:
    other = agreed()
    for one in (meeting, other):
        put_in(one, LINK)
    assert len(set(VideoRoom.objects.values_list("sealed_link", flat=True))) == 2


def test_it_stays_readable_when_the_sites_key_is_changed(meeting: Meeting, settings: Any) -> None:
    put_in(meeting, LINK)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert kept(meeting) == LINK
    assert follow(meeting, BY_USER).url == LINK


@pytest.fixture
def unreadable(meeting: Meeting, settings: Any) -> Meeting:
    """One whose key was lost."""
    put_in(meeting, LINK)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, []
    return meeting


NOT_READY = "The video room is not ready at this moment."


@pytest.mark.parametrize("role", PARTIES)
def test_who_joins_where_it_cannot_be_read_gets_a_sentence(
    unreadable: Meeting, role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    assert follow(unreadable, role, method="get").status_code == 200
    answer = follow(unreadable, role)
    assert (answer.status_code, NOT_READY in answer.text) == (503, True)
    assert "cannot be read any more" in caplog.text


def test_where_it_cannot_be_read_the_expert_puts_in_another(unreadable: Meeting) -> None:
    page = as_person(unreadable.expert).get(address(unreadable))
    assert page.status_code == 200
    assert "The link that was put in cannot be read any more. Please put it in again." in page.text
    assert put_in(unreadable, LINK).status_code == 302
    assert follow(unreadable, BY_USER).url == LINK


def test_where_it_cannot_be_read_every_other_page_still_opens(unreadable: Meeting) -> None:
    for person in (unreadable.student, unreadable.expert):
        assert as_person(person).get(unreadable.get_absolute_url()).status_code == 200
    early = follow(unreadable, BY_USER, method="get", at=NOW)
    assert early.status_code == 200
    with time_machine.travel(unreadable.starts_at, tick=False):
        follow(unreadable, BY_USER)
        room = as_person(unreadable.student).get(links.room_page(unreadable, BY_USER))
        assert room.url == links.link(unreadable, BY_USER)
        operator = as_person(PersonFactory.create(is_staff=True, is_superuser=True))
        card = operator.get(reverse("admin:meetings_videoroom_change", args=[unreadable.pk]))
        assert card.status_code == 200


def test_a_move_asks_nothing_of_the_platform_where_people_meet_by_a_link(settings: Any) -> None:
    settings.VIDEO_PLATFORM = "manual"
    meeting = agreed()
    outbox.put_in_link(meeting, "https://meet.example.org/x", NOW)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, starts_at=meeting.starts_at + DAY)
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER)
    outbox.work_off(lambda: NOW)
    row = VideoRoom.objects.get(meeting=meeting)
    assert row.sealed_link
    assert (row.trouble, row.trouble_words) == ("", "")
    assert row.due_at == moved.ends_at + CLOSES_AFTER
