"""What video platforms are told, and when: against a platform that writes down what it hears."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting, VideoRoom
from meetings.models.video import Trouble
from meetings.video import outbox, presence, rooms
from meetings.video.platforms import PLATFORMS
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Gone,
    LinkWanted,
    Misconfigured,
    Rejected,
    Retryable,
    Sighting,
    TooMany,
    VideoError,
)
from meetings.vocabulary import Action, Role, Seen, Status
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    suggest,
    with_alternative,
)
from tests.meetings.video.platforms.standin import StandIn, acts_then_fails, fails
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DOWN = Retryable("The platform cannot be reached.")


@pytest.fixture(autouse=True)
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    standin = StandIn()
    monkeypatch.setitem(PLATFORMS, "standin", lambda _given: standin)  # type: ignore[misc]
    settings.VIDEO_PLATFORM = "standin"
    rooms._platform.cache_clear()
    yield standin
    rooms._platform.cache_clear()
    assert not standin.told_inside_a_transaction


def work_off(now: datetime) -> int:
    return outbox.work_off(lambda: now)


def row(meeting: Meeting) -> VideoRoom:
    return VideoRoom.objects.get(meeting=meeting)


def name(meeting: Meeting, version: int = 1) -> str:
    return rooms.room_name(meeting.pk, version)


def told_of(kind: str) -> list[str]:
    return sorted(note.recipient.email for note in Notification.objects.filter(kind=kind))


# --- The road without trouble ----------------------------------------------------------------------------


def test_a_room_is_looked_after_an_hour_before_and_when_the_door_opens(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)
    looked_at = []
    while due_at := row(meeting).due_at:
        looked_at.append(due_at)
        work_off(due_at)
    start, end = meeting.starts_at, meeting.ends_at
    assert looked_at == [start - HOUR, start - 15 * MINUTE, end + HOUR]
    assert [what for what, _room in platform.told] == ["ensure"] * 3 + ["cancel"]


def test_a_room_is_made_when_a_meeting_is_agreed_and_not_before(platform: StandIn) -> None:
    meeting = suggest()
    assert (work_off(NOW), platform.told) == (0, [])
    act(meeting, Action.CONFIRM, BY_EXPERT)
    assert platform.told == []
    assert work_off(NOW) == 1
    assert platform.told == [("ensure", name(meeting))]
    assert work_off(NOW) == 0
    assert row(meeting).remembered == {"id": name(meeting)[::-1]}


def test_a_moved_meeting_moves_its_room(platform: StandIn) -> None:
    meeting = with_alternative(BY_USER)
    work_off(NOW)
    act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    work_off(NOW)
    assert platform.told == [("ensure", name(meeting)), ("move", name(meeting, 2))]
    assert platform.rooms == {name(meeting, 2)}


def test_a_mere_counter_proposal_tells_the_platform_nothing(platform: StandIn) -> None:
    with_alternative(BY_USER)
    work_off(NOW)
    assert [what for what, _room in platform.told] == ["ensure"]


@pytest.mark.parametrize("role", [Role.USER, Role.EXPERT, Role.OPERATOR])
def test_a_cancelled_meeting_has_no_room(platform: StandIn, role: Role) -> None:
    meeting = agreed()
    work_off(NOW)
    act(meeting, Action.CANCEL, role, words="ill")
    work_off(NOW)
    assert platform.told == [("ensure", name(meeting)), ("cancel", name(meeting))]
    assert (row(meeting).due_at, work_off(NOW + DAY)) == (None, 0)


def test_changes_overtaken_meanwhile_cost_nothing(platform: StandIn) -> None:
    meeting = with_alternative(BY_USER)
    act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    work_off(NOW)
    assert platform.told == [("ensure", name(meeting, 2))]


def test_what_was_agreed_and_cancelled_before_anybody_was_told_stays_untold(platform: StandIn) -> None:
    meeting = agreed()
    act(meeting, Action.CANCEL, BY_EXPERT, words="ill")
    work_off(NOW)
    assert platform.told == []


def test_the_room_goes_an_hour_after_the_end(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)
    work_off(meeting.starts_at)
    assert work_off(meeting.ends_at + HOUR - SECOND) == 0
    assert work_off(meeting.ends_at + HOUR) == 1
    assert platform.rooms == set()
    assert work_off(meeting.ends_at + DAY) == 0


def test_who_was_inside_a_room_is_outside_once_it_is_closed(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)
    opened = meeting.starts_at - 10 * MINUTE
    inside = {role: rooms.participant_id(meeting.pk, 1, role) for role in (BY_USER, BY_EXPERT)}
    presence.note([Sighting(name(meeting), inside[BY_USER], Seen.IN, opened)])
    presence.note([Sighting(name(meeting), inside[BY_USER], Seen.INSIDE, opened + MINUTE)])
    presence.note([Sighting(name(meeting), inside[BY_EXPERT], Seen.IN, opened)])
    presence.note([Sighting(name(meeting), inside[BY_EXPERT], Seen.OUT, opened + MINUTE)])
    act(meeting, Action.CANCEL, BY_EXPERT, words="ill", now=opened + 2 * MINUTE)
    work_off(opened + 2 * MINUTE + SECOND)
    seen = presence.presence(meeting, opened + DAY)
    assert seen
    assert seen.of == {BY_USER: 2 * MINUTE + SECOND, BY_EXPERT: MINUTE}


# --- Bad days --------------------------------------------------------------------------------------------


def test_a_platform_down_for_an_hour_loses_no_meeting(platform: StandIn) -> None:
    meetings = [agreed() for _ in range(3)]
    platform.always = fails(DOWN)
    now, attempts = NOW, 0
    while now < NOW + HOUR:
        attempts += work_off(now)
        now += 15 * SECOND
    assert 3 <= attempts <= 40
    platform.always = None
    for _round in range(60):
        now += 15 * SECOND
        work_off(now)
    assert platform.rooms == {name(meeting) for meeting in meetings}
    assert {row(meeting).trouble for meeting in meetings} == {""}
    assert set(Meeting.objects.values_list("status", flat=True)) == {Status.AGREED}


def test_pauses_grow_up_to_ten_minutes(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(DOWN)
    now, pauses = NOW, []
    for _attempt in range(10):
        work_off(now)
        pauses.append((row(meeting).due_at - now).total_seconds())  # type: ignore[operator]
        now = row(meeting).due_at  # type: ignore[assignment]
    longest = [10, 20, 40, 80, 160, 320, 600, 600, 600, 600]
    assert all(0.75 * limit <= pause <= limit for pause, limit in zip(pauses, longest, strict=True))


def test_a_platform_that_cannot_be_reached_is_left_alone_for_the_round(platform: StandIn) -> None:
    for _meeting in range(5):
        agreed()
    platform.always = fails(DOWN)
    assert work_off(NOW) == 1


def test_a_platform_that_does_not_answer_is_left_alone_for_the_round(platform: StandIn) -> None:
    for _meeting in range(5):
        agreed()
    platform.always = fails(Ambiguous("no answer in time"))
    assert work_off(NOW) == 1


def test_no_pause_is_so_long_that_nobody_learns_of_it_before_the_start(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    meeting, other = agreed(starts_in=6 * HOUR), agreed(starts_in=6 * HOUR)
    platform.always = fails(TooMany("not today", after=14 * HOUR))
    work_off(NOW)
    assert (row(meeting).due_at, row(other).due_at) == (meeting.starts_at - HOUR,) * 2
    now = meeting.starts_at - HOUR
    while now < meeting.starts_at - 55 * MINUTE:
        work_off(now)
        now += 15 * SECOND
    assert len(told_of("video_trouble")) == 4
    assert told_of("video_failing") == [operator.email] * 2


def test_near_the_start_no_pause_is_longer_than_half_a_minute(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(DOWN)
    now = meeting.starts_at - 30 * MINUTE
    for _attempt in range(8):
        work_off(now)
        now = row(meeting).due_at  # type: ignore[assignment]
    assert now - (meeting.starts_at - 30 * MINUTE) <= 8 * 30 * SECOND


def test_too_many_requests_hold_up_all_rooms_of_the_platform(platform: StandIn) -> None:
    for _meeting in range(3):
        agreed()
    platform.moods.append(fails(TooMany("fewer", after=7 * MINUTE)))
    assert work_off(NOW) == 1
    assert work_off(NOW + 7 * MINUTE - SECOND) == 0
    assert work_off(NOW + 7 * MINUTE) == 3
    assert len(platform.rooms) == 3


@pytest.mark.parametrize("problem", [Ambiguous("lost"), Gone("gone"), Garbled("html")])
def test_what_may_have_been_done_is_looked_for_before_it_is_done_again(
    platform: StandIn, problem: VideoError
) -> None:
    meeting = agreed()
    platform.moods.append(acts_then_fails(problem))
    work_off(NOW)
    work_off(NOW + MINUTE)
    assert platform.may_have_existed == [True]
    assert platform.rooms == {name(meeting)}


def test_the_first_attempt_needs_no_look(platform: StandIn) -> None:
    agreed()
    work_off(NOW)
    assert platform.may_have_existed == [False]


def test_a_worker_that_dies_in_the_middle_is_replaced(platform: StandIn) -> None:
    meeting = agreed()
    platform.moods.append(acts_then_fails(SystemExit()))
    with pytest.raises(SystemExit):
        work_off(NOW)
    assert work_off(NOW + outbox.LEASE - SECOND) == 0
    assert work_off(NOW + outbox.LEASE) == 1
    assert platform.may_have_existed == [True]
    assert platform.rooms == {name(meeting)}


def test_a_worker_that_dies_while_moving_leaves_no_old_room(platform: StandIn) -> None:
    meeting = with_alternative(BY_USER)
    work_off(NOW)
    act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    platform.moods.append(acts_then_fails(SystemExit()))
    with pytest.raises(SystemExit):
        work_off(NOW)
    assert platform.rooms == {name(meeting), name(meeting, 2)}
    moved = Meeting.objects.get(pk=meeting.pk)
    act(moved, Action.RESCHEDULE, BY_USER, starts_at=NOW + 9 * DAY)
    act(moved, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    work_off(NOW + 2 * MINUTE)
    assert platform.rooms == {name(meeting, 3)}
    assert row(meeting).tried_versions == []


def test_a_cancelling_after_a_lost_answer_finds_the_room(platform: StandIn) -> None:
    meeting = agreed()
    platform.moods.append(acts_then_fails(Ambiguous("lost")))
    work_off(NOW)
    act(meeting, Action.CANCEL, BY_EXPERT, words="ill")
    work_off(NOW + MINUTE)
    assert platform.rooms == set()


def test_a_wish_that_changes_meanwhile_is_done_next(platform: StandIn) -> None:
    meeting = agreed()
    platform.moods.append(
        lambda _platform, _room: act(meeting, Action.CANCEL, BY_EXPERT, words="ill") and None
    )
    assert work_off(NOW) == 1
    assert row(meeting).due_at == NOW
    assert work_off(NOW) == 1
    assert platform.told == [("ensure", name(meeting)), ("cancel", name(meeting))]


def test_who_lost_the_room_to_another_notes_nothing(platform: StandIn) -> None:
    meeting = agreed()

    def sleeps_too_long(_platform: StandIn, _room: Any) -> None:
        platform.moods.clear()
        assert work_off(NOW + 2 * MINUTE) == 1
        VideoRoom.objects.update(remembered={"id": "of the other"})

    platform.moods.append(sleeps_too_long)
    work_off(NOW)
    assert row(meeting).remembered == {"id": "of the other"}


@pytest.mark.parametrize("problem", [Misconfigured("The secret is wrong."), Rejected("Not like this.")])
def test_what_only_an_operator_can_mend_is_tried_no_more_until_shortly_before(
    platform: StandIn, problem: VideoError
) -> None:
    meeting = agreed()
    platform.always = fails(problem)
    work_off(NOW)
    assert (row(meeting).trouble, row(meeting).trouble_words) == (Trouble.HELPLESS, problem.words)
    assert work_off(meeting.starts_at - HOUR - SECOND) == 0
    assert work_off(meeting.starts_at - HOUR) == 1
    assert row(meeting).due_at == meeting.starts_at - 15 * MINUTE


def test_a_room_that_cannot_be_closed_is_tried_for_a_week_and_operators_know(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed()
    work_off(NOW)
    platform.always = fails(Misconfigured("The secret is wrong."))
    act(meeting, Action.CANCEL, BY_EXPERT, words="ill")
    attempts, now = work_off(NOW), NOW
    while due_at := row(meeting).due_at:
        now = due_at
        attempts += work_off(now)
    assert told_of("video_failing") == [operator.email]
    assert told_of("video_trouble") == []
    assert (attempts, now > meeting.ends_at + 6 * DAY) == (10, True)


def test_an_error_of_our_own_is_no_end_of_the_round(platform: StandIn) -> None:
    first, second = agreed(), agreed()
    platform.moods.append(acts_then_fails(ZeroDivisionError("ours")))
    assert work_off(NOW) == 2
    assert row(first).trouble_words == "Unexpected: ZeroDivisionError. The log tells more."
    assert row(second).trouble == ""


def test_garbage_is_taken_for_a_wrong_set_up_the_second_time(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(Garbled("html"))
    work_off(NOW)
    assert row(meeting).trouble == Trouble.RETRYING
    work_off(NOW + MINUTE)
    assert row(meeting).trouble == Trouble.HELPLESS


def test_an_operator_has_it_tried_again(platform: StandIn) -> None:
    meeting = agreed()
    platform.moods.append(fails(Misconfigured("wrong")))
    work_off(NOW)
    outbox.try_again(row(meeting), NOW + MINUTE)
    assert work_off(NOW + MINUTE) == 1
    assert (row(meeting).trouble, platform.rooms) == ("", {name(meeting)})


# --- Who is told -----------------------------------------------------------------------------------------


def test_near_the_start_the_parties_and_the_operators_are_told_once(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed(starts_in=2 * HOUR)
    platform.always = fails(DOWN)
    work_off(NOW)
    assert (told_of("video_trouble"), told_of("video_failing")) == ([], [])
    for minutes in range(60, 75):
        work_off(NOW + minutes * MINUTE)
    assert told_of("video_trouble") == sorted([meeting.student.email, meeting.expert.email])
    assert told_of("video_failing") == [operator.email]


def test_a_moment_without_an_answer_alarms_nobody(platform: StandIn) -> None:
    PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed(starts_in=40 * MINUTE)
    platform.moods.append(fails(DOWN))
    for seconds in range(0, 60, 15):
        work_off(NOW + seconds * SECOND)
    assert platform.rooms == {name(meeting)}
    assert told_of("video_trouble") + told_of("video_failing") == []


def test_trouble_long_ago_does_not_silence_trouble_near_the_start(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed()
    platform.moods.append(fails(Misconfigured("wrong")))
    work_off(NOW)
    outbox.try_again(row(meeting), NOW + MINUTE)
    work_off(NOW + MINUTE)
    platform.always = fails(DOWN)
    for minutes in range(50, 40, -1):
        work_off(meeting.starts_at - minutes * MINUTE)
    assert told_of("video_failing") == [operator.email] * 2


def test_operators_are_told_at_once_of_what_only_they_can_mend(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    agreed()
    platform.always = fails(Misconfigured("The secret is wrong."))
    work_off(NOW)
    assert (told_of("video_trouble"), told_of("video_failing")) == ([], [operator.email])


@pytest.mark.parametrize("operators", [1, 4])
def test_who_of_the_operators_may_help_is_looked_up_at_once(platform: StandIn, operators: int) -> None:
    helping, looking = Group.objects.create(name="helping"), Group.objects.create(name="looking")
    helping.permissions.add(Permission.objects.get(codename="change_videoroom"))
    people = [PersonFactory.create(is_staff=True) for _number in range(operators)]
    helping.user_set.add(*people)
    looking.user_set.add(PersonFactory.create(is_staff=True))
    helping.user_set.add(PersonFactory.create(is_staff=False), PersonFactory.create(is_active=False))
    agreed()
    platform.always = fails(Misconfigured("The secret is wrong."))
    with CaptureQueriesContext(connection) as asked:
        work_off(NOW)
    assert sorted(told_of("video_failing")) == sorted(person.email for person in people)
    assert len([query for query in asked if "auth_permission" in query["sql"]]) == 1


def test_operators_are_told_of_trouble_that_lasts(platform: StandIn) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    agreed()
    platform.always = fails(DOWN)
    for minutes in range(60):
        work_off(NOW + minutes * MINUTE)
    assert (told_of("video_trouble"), told_of("video_failing")) == ([], [operator.email])


def test_an_expert_whose_link_is_missing_is_asked_at_once_and_an_hour_before(platform: StandIn) -> None:
    PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed()
    platform.always = fails(LinkWanted("no link"))
    work_off(NOW)
    assert (row(meeting).trouble, told_of("video_link_wanted")) == (
        Trouble.LINK_WANTED,
        [meeting.expert.email],
    )
    assert told_of("video_failing") + told_of("video_trouble") == []
    work_off(meeting.starts_at - HOUR)
    assert told_of("video_link_wanted") == [meeting.expert.email] * 2
    assert (len(told_of("video_failing")), len(told_of("video_trouble"))) == (1, 2)


def test_nobody_is_told_where_a_link_of_their_own_stands_in(platform: StandIn) -> None:
    PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed()
    outbox.put_in_link(meeting, "https://elsewhere.example/room", NOW)
    platform.always = fails(Misconfigured("wrong"))
    work_off(NOW)
    work_off(meeting.starts_at - HOUR)
    assert told_of("video_failing") + told_of("video_trouble") == []


# --- At the door -----------------------------------------------------------------------------------------


def enter(meeting: Meeting, role: Role = BY_USER, now: datetime | None = None) -> str:
    return outbox.enter(meeting, role, lambda: now or meeting.starts_at)


def test_a_room_that_vanished_is_made_again_at_the_door(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)
    platform.rooms.clear()
    address = enter(meeting)
    assert platform.rooms == {name(meeting)}
    assert address.startswith(f"{platform.origin}/{name(meeting)[::-1]}?as=user-")


def test_whoever_comes_before_the_job_makes_the_room(platform: StandIn) -> None:
    meeting = agreed()
    enter(meeting)
    assert platform.rooms == {name(meeting)}


def test_both_parties_at_once_make_one_room_one_after_the_other(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = lambda _platform, _room: threading.Event().wait(0.05) and None
    addresses = at_once(*(lambda role=role: enter(meeting, role) for role in (BY_USER, BY_EXPERT)))
    assert all(isinstance(address, str) for address in addresses)
    assert len(set(addresses)) == 2
    assert (platform.rooms, platform.most_at_once) == ({name(meeting)}, 1)


def test_eight_workers_tell_the_platform_of_each_room_once(platform: StandIn) -> None:
    meetings = [agreed() for _ in range(12)]
    platform.always = lambda _platform, _room: threading.Event().wait(0.005) and None
    at_once(*(lambda: work_off(NOW) for _worker in range(8)))
    assert sorted(platform.told) == sorted(("ensure", name(meeting)) for meeting in meetings)
    assert platform.most_at_once == 1


def test_who_waits_too_long_at_the_door_is_told(platform: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = agreed()
    monkeypatch.setattr(outbox, "LONGEST_WAIT_AT_THE_DOOR", 0.3)
    VideoRoom.objects.update(busy_until=meeting.starts_at + MINUTE)
    with pytest.raises(outbox.Busy):
        enter(meeting)


def test_trouble_at_the_door_is_noted_and_raised(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)
    platform.always = fails(DOWN)
    with pytest.raises(Retryable):
        enter(meeting)
    assert row(meeting).trouble == Trouble.RETRYING


def test_a_platform_just_asked_in_vain_is_not_asked_by_everyone_at_the_door(
    platform: StandIn,
) -> None:
    meeting = agreed()
    platform.always = fails(DOWN)
    with pytest.raises(Retryable):
        enter(meeting)
    platform.always = None
    with pytest.raises(outbox.Busy):
        enter(meeting)
    assert platform.told == []
    work_off(meeting.starts_at + 30 * SECOND)
    enter(meeting, now=meeting.starts_at + 31 * SECOND)


def test_people_at_the_door_hold_only_so_many_threads(platform: StandIn) -> None:
    meetings = [agreed() for _ in range(8)]
    platform.always = lambda _platform, _room: threading.Event().wait(0.5) and None
    answers = at_once(*(lambda meeting=meeting: enter(meeting) for meeting in meetings))
    assert sum(isinstance(answer, str) for answer in answers) == 2
    assert sum(isinstance(answer, outbox.Busy) for answer in answers) == 6


def test_who_is_at_the_door_while_the_meeting_is_cancelled_is_not_led_in(platform: StandIn) -> None:
    meeting = agreed()
    work_off(NOW)

    def cancels(_platform: StandIn, _room: Any) -> None:
        act(meeting, Action.CANCEL, Role.OPERATOR, words="ill")

    platform.moods.append(cancels)
    with pytest.raises(outbox.Busy):
        enter(Meeting.objects.get(pk=meeting.pk))


def test_what_is_done_after_ones_time_is_undone_by_the_next(platform: StandIn) -> None:
    meeting = agreed()

    def sleeps_while_it_is_cancelled(_platform: StandIn, _room: Any) -> None:
        act(meeting, Action.CANCEL, BY_EXPERT, words="ill")
        assert work_off(NOW + 2 * outbox.LEASE) == 1

    platform.moods.append(sleeps_while_it_is_cancelled)
    work_off(NOW)
    assert platform.rooms == {name(meeting)}
    work_off(NOW + 3 * outbox.LEASE)
    assert platform.rooms == set()


def test_a_link_of_ones_own_asks_the_platform_nothing(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(DOWN)
    outbox.put_in_link(meeting, "https://elsewhere.example/room", NOW)
    assert enter(meeting) == "https://elsewhere.example/room"
    assert platform.told == []


def test_a_link_ends_the_trouble_and_its_removal_asks_the_platform_again(platform: StandIn) -> None:
    meeting = agreed()
    platform.always = fails(Misconfigured("wrong"))
    work_off(NOW)
    outbox.put_in_link(meeting, "https://elsewhere.example/room", NOW)
    assert (row(meeting).trouble, row(meeting).due_at) == ("", meeting.ends_at + HOUR)
    platform.always = None
    outbox.put_in_link(meeting, "", NOW)
    work_off(NOW)
    assert platform.rooms == {name(meeting)}


def test_a_meeting_without_a_row_gets_one_at_the_door(platform: StandIn) -> None:
    meeting = agreed()
    VideoRoom.objects.all().delete()
    enter(meeting)
    assert (row(meeting).wanted_version, platform.rooms) == (1, {name(meeting)})


# --- Another platform ------------------------------------------------------------------------------------


def test_rooms_stay_on_the_platform_on_which_they_were_made(platform: StandIn, settings: Any) -> None:
    old, waiting = agreed(), agreed()
    VideoRoom.objects.filter(meeting=waiting).update(due_at=NOW + DAY)
    work_off(NOW)
    settings.VIDEO_PLATFORM = "practice"
    act(old, Action.CANCEL, BY_EXPERT, words="ill")
    work_off(NOW + DAY)
    assert platform.told == [("ensure", name(old)), ("cancel", name(old))]
    assert (row(old).platform, row(waiting).platform) == ("standin", "practice")
