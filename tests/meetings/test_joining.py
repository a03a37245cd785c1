"""Personal links: from the mail or the page into the room."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from meetings import links, rooms
from meetings.models import Event, Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from tests.meetings.roads import BY_EXPERT, BY_USER, DAY, NOW, act, agreed, make_meeting
from tests.meetings.test_pages import as_person, rows_in_every_table

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
