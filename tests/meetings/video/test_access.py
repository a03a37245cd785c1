"""Personal links: from the mail or the page into the room."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from meetings import links
from meetings.models import Event, Meeting, VideoRoom
from meetings.video import outbox, rooms
from meetings.video.platforms.base import Garbled, Misconfigured, Retryable
from meetings.vocabulary import Action, Progress, Role, Status
from tests.database import rows_in_every_table
from tests.meetings.scenarios import BY_EXPERT, BY_USER, DAY, NOW, act, agreed, make_meeting, with_alternative
from tests.meetings.video.platforms.standin import StandIn, fails
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.pages import as_person

pytestmark = pytest.mark.django_db

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def meeting() -> Meeting:
    return agreed()


def follow(meeting: Meeting, role: Role, at: datetime, *, method: str = "get", link: str = "") -> Any:
    with time_machine.travel(at, tick=False):
        client = as_person(meeting.person(role))
        return getattr(client, method)(link or links.link(meeting, role))


def attendance(meeting: Meeting) -> list[str]:
    return [e.kind for e in Event.objects.filter(meeting=meeting) if e.kind.startswith("attended")]


def test_the_door_opens_15_minutes_before_the_start(meeting: Meeting) -> None:
    early = follow(meeting, BY_USER, meeting.starts_at - 15 * MINUTE - SECOND, method="post")
    assert "You can join from" in early.content.decode()
    assert attendance(meeting) == []
    assert follow(meeting, BY_USER, meeting.starts_at - 15 * MINUTE, method="post").status_code == 302
    assert attendance(meeting) == ["attended_by_user"]


def test_the_door_closes_at_the_end_for_who_has_not_joined(meeting: Meeting) -> None:
    late = follow(meeting, BY_USER, meeting.ends_at, method="post")
    assert "This meeting has ended." in late.content.decode()
    assert attendance(meeting) == []
    assert follow(meeting, BY_USER, meeting.ends_at - SECOND, method="post").status_code == 302


@pytest.mark.parametrize("evaluated", [False, True])
def test_who_was_there_returns_until_an_hour_after_the_end(meeting: Meeting, evaluated: bool) -> None:
    follow(meeting, BY_USER, meeting.starts_at, method="post")
    if evaluated:
        act(meeting, Action.RECORD, BY_EXPERT, now=meeting.ends_at + MINUTE, progress=Progress.MY_FAULT)
    last = meeting.ends_at + 60 * MINUTE
    assert follow(meeting, BY_USER, last - SECOND, method="post").status_code == 302
    assert "This meeting has ended." in follow(meeting, BY_USER, last, method="post").content.decode()
    assert attendance(meeting) == ["attended_by_user"]


def test_opening_a_link_records_nobody(meeting: Meeting) -> None:
    before = rows_in_every_table()
    page = follow(meeting, BY_USER, meeting.starts_at)
    after = rows_in_every_table()
    before.pop("django_session"), after.pop("django_session")
    assert (page.status_code, after) == (200, before)
    assert "data-send-at-once" in page.content.decode()


def test_joining_twice_records_once(meeting: Meeting) -> None:
    rooms_entered = {follow(meeting, BY_USER, meeting.starts_at, method="post").url for _ in range(3)}
    assert len(rooms_entered) == 1
    assert attendance(meeting) == ["attended_by_user"]


def test_both_parties_meet_in_one_room_and_the_platform_does_not_learn_their_links(meeting: Meeting) -> None:
    user = follow(meeting, BY_USER, meeting.starts_at, method="post")
    expert = follow(meeting, BY_EXPERT, meeting.starts_at, method="post")
    assert user.url == links.room_page(meeting, BY_USER)
    assert expert.url == links.room_page(meeting, BY_EXPERT)
    assert user["Referrer-Policy"] == "no-referrer"
    assert "no-store" in user["Cache-Control"]


def test_a_move_makes_old_links_void_and_a_counter_proposal_does_not(meeting: Meeting) -> None:
    old, old_room = links.link(meeting, BY_USER), rooms.room_name(meeting.pk, 1)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, starts_at=NOW + 6 * DAY)
    assert links.link(Meeting.objects.get(), BY_USER) == old
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER)
    answer = follow(moved, BY_USER, moved.starts_at, method="post", link=old)
    assert "This link belongs to a date that was moved." in answer.content.decode()
    assert links.link(moved, BY_USER) in answer.content.decode()
    assert rooms.room_name(moved.pk, moved.date_version) != old_room
    assert attendance(moved) == []


def test_a_cancelled_meeting_says_so(meeting: Meeting) -> None:
    act(meeting, Action.CANCEL, BY_EXPERT, words="I am ill.")
    answer = follow(meeting, BY_USER, meeting.starts_at, method="post")
    assert "This meeting does not take place" in answer.content.decode()


@pytest.mark.parametrize("status", [Status.AWAITING, Status.REJECTED, Status.EXPIRED, Status.CANCELLED])
def test_nobody_joins_what_is_not_agreed(status: Status) -> None:
    meeting = make_meeting(status)
    answer = follow(meeting, BY_USER, meeting.starts_at - MINUTE, method="post")
    assert "This meeting does not take place" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "WzEsMCwxXQ:forged", "a" * 5000, "%00", "☃"])
def test_a_forged_link_leads_nowhere(meeting: Meeting, token: str) -> None:
    assert as_person(meeting.student).get(f"/join/{token}/").status_code == 404


def test_a_tampered_link_leads_nowhere(meeting: Meeting) -> None:
    link = links.link(meeting, BY_USER)
    tampered = link[:-4] + ("aaa/" if not link.endswith("aaa/") else "bbb/")
    assert as_person(meeting.student).get(tampered).status_code == 404


# --- When the platform does not let us in ---------------------------------------------------------------


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    standin = StandIn()
    put_in_charge(standin, settings, monkeypatch)
    return standin


NOT_READY = "The video room is not ready at this moment. That you came is noted."
DOWN = Retryable("The platform cannot be reached.")


@pytest.mark.parametrize(
    "problem", [DOWN, Garbled("Nonsense."), Misconfigured("Wrong secret."), OSError("bug")]
)
@pytest.mark.parametrize("role", [BY_USER, BY_EXPERT])
def test_where_the_platform_is_down_coming_is_noted_once_and_people_try_again(
    platform: StandIn, role: Role, problem: Exception
) -> None:
    meeting = agreed()
    platform.always = fails(problem)  # type: ignore[arg-type]
    for _ in range(2):
        answer = follow(meeting, role, meeting.starts_at, method="post")
        assert (answer.status_code, NOT_READY in answer.text) == (503, True)
        assert "Try again" in answer.text
        assert "data-send-at-once" not in answer.text, "it would ask in a circle"
        assert attendance(meeting) == [f"attended_by_{role}"]
    platform.always = None
    answer = follow(meeting, role, meeting.starts_at + 30 * SECOND, method="post")
    assert (answer.status_code, answer.url.split("/")[2]) == (302, "standin.example")
    assert attendance(meeting) == [f"attended_by_{role}"]


def test_where_the_platform_is_down_each_party_reads_what_helps(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(DOWN)
    own_link = reverse("meetings:own_link", args=[meeting.pk])
    expert = follow(meeting, BY_EXPERT, meeting.starts_at, method="post").text
    user = follow(meeting, BY_USER, meeting.starts_at, method="post").text
    assert f'href="{own_link}"' in expert
    assert own_link not in user
    assert f"{meeting.expert.name} or an operator can put in another link" in user
    assert "cannot be reached" not in expert + user, "what the platform said is for operators"


def test_where_somebody_else_prepares_the_room_people_try_again(
    platform: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = agreed()
    monkeypatch.setattr(outbox, "LONGEST_WAIT_AT_THE_DOOR", 0.1)
    VideoRoom.objects.filter(meeting=meeting).update(busy_until=meeting.starts_at + MINUTE)
    answer = follow(meeting, BY_USER, meeting.starts_at, method="post")
    assert (answer.status_code, NOT_READY in answer.text) == (503, True)
    assert attendance(meeting) == ["attended_by_user"]
    assert platform.told == []
    assert follow(meeting, BY_USER, meeting.starts_at + MINUTE, method="post").status_code == 302


def test_a_platform_that_is_not_set_up_spoils_no_page(settings: Any) -> None:
    settings.VIDEO_PLATFORM = "bigbluebutton"
    meeting = agreed()
    for role in (BY_USER, BY_EXPERT):
        assert follow(meeting, role, meeting.starts_at - DAY).status_code == 200
        assert follow(meeting, role, meeting.starts_at).status_code == 200
        assert follow(meeting, role, meeting.starts_at, method="post").status_code == 503
        led_back = follow(meeting, role, meeting.starts_at, link=links.room_page(meeting, role))
        assert (led_back.status_code, led_back.url) == (302, links.link(meeting, role))


# --- Pages before and after -----------------------------------------------------------------------------


def test_who_comes_early_sees_when_the_door_opens_and_a_countdown(meeting: Meeting) -> None:
    opens = meeting.starts_at - 15 * MINUTE
    page = follow(meeting, BY_USER, opens - MINUTE).text
    there = timezone.localtime(opens, ZoneInfo(meeting.student.time_zone))
    assert f"{there:%H:%M}" in page
    counted = re.findall(r'data-countdown="([^"]*)" hidden', page)
    assert [datetime.fromisoformat(until) for until in counted] == [opens]
    for later in (opens, meeting.ends_at):
        assert "data-countdown" not in follow(meeting, BY_USER, later).text


def test_no_page_of_a_personal_link_is_kept_by_browsers(platform: StandIn) -> None:
    meeting, moved = agreed(), with_alternative(BY_USER)
    old = links.link(moved, BY_USER)
    moved = act(moved, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    cancelled = make_meeting(Status.CANCELLED)
    start, room = meeting.starts_at, links.room_page(meeting, BY_USER)
    answers = {
        "early": follow(meeting, BY_USER, start - DAY),
        "open": follow(meeting, BY_USER, start),
        "entered": follow(meeting, BY_USER, start, method="post"),
        "room": follow(meeting, BY_USER, start, link=room),
        "ended": follow(meeting, BY_EXPERT, meeting.ends_at),
        "moved": follow(moved, BY_USER, moved.starts_at, link=old),
        "cancelled": follow(cancelled, BY_USER, cancelled.starts_at),
    }
    platform.always = fails(DOWN)
    answers["not ready"] = follow(meeting, BY_USER, start, method="post")
    kept = {name: answer for name, answer in answers.items() if "no-store" not in answer["Cache-Control"]}
    assert kept == {}
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == dict.fromkeys(answers, 200) | {"entered": 302, "room": 302, "not ready": 503}


def test_our_own_room_page_is_not_kept_either(meeting: Meeting) -> None:
    follow(meeting, BY_USER, meeting.starts_at, method="post")
    room = follow(meeting, BY_USER, meeting.starts_at, link=links.room_page(meeting, BY_USER))
    assert (room.status_code, "no-store" in room["Cache-Control"]) == (200, True)


def policy(answer: Any) -> dict[str, list[str]]:
    directives = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("is_down", [False, True])
def test_only_the_form_of_the_open_door_may_lead_elsewhere(platform: StandIn, is_down: bool) -> None:
    meeting = agreed()
    platform.always = fails(DOWN) if is_down else None
    page = follow(meeting, BY_USER, meeting.starts_at, method="post" if is_down else "get")
    # Platforms lead on to other servers of theirs, and browsers hold each hop against the policy.
    assert policy(page)["form-action"] == ["'self'", "https://standin.example", "https:"]
    other = as_person(meeting.student).get(meeting.get_absolute_url())
    assert policy(other)["form-action"] == ["'self'"]


def test_where_people_meet_in_our_own_pages_forms_lead_nowhere_else(meeting: Meeting) -> None:
    assert policy(follow(meeting, BY_USER, meeting.starts_at))["form-action"] == ["'self'"]
