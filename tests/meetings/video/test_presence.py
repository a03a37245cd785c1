"""Who was in a meeting's room, and for how long: what platforms report, and what people read of it."""

import itertools
import logging
import random
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meetings.jobs import watch_rooms
from meetings.models import Meeting, PresenceNote
from meetings.video import outbox, presence, rooms
from meetings.video.platforms.base import Garbled, Retryable, Room, Sighting
from meetings.vocabulary import PARTIES, Action, Progress, Role, Seen
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, BY_USER, DAY, act, agreed, join, with_alternative
from tests.meetings.video.platforms.standin import StandIn
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.pages import as_person

pytestmark = pytest.mark.django_db

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
IN, OUT, INSIDE = Seen.IN, Seen.OUT, Seen.INSIDE


@pytest.fixture
def meeting() -> Meeting:
    return agreed()


def sighting(meeting: Meeting, role: Role, seen: Seen, at: datetime, *, version: int = 1) -> Sighting:
    room, who = rooms.room_name(meeting.pk, version), rooms.participant_id(meeting.pk, version, role)
    return Sighting(room, who, seen, at)


def see(meeting: Meeting, role: Role, *what: tuple[float, Seen]) -> None:
    """Let a platform report what it saw of a party, so many minutes after the start."""
    presence.note(sighting(meeting, role, seen, meeting.starts_at + at * MINUTE) for at, seen in what)


def poll(meeting: Meeting, role: Role, minutes: Iterable[float]) -> None:
    see(meeting, role, *((at, INSIDE) for at in minutes))


def minutes(meeting: Meeting, *, now: float = 60) -> tuple[float, float, float]:
    """Return for how many minutes the user and the expert were there, and both at once."""
    found = presence.presence(meeting, meeting.starts_at + now * MINUTE)
    assert found
    return found.of[BY_USER] / MINUTE, found.of[BY_EXPERT] / MINUTE, found.together / MINUTE


# --- Reports --------------------------------------------------------------------------------------------


def test_what_a_platform_reports_is_kept(meeting: Meeting) -> None:
    assert presence.note([sighting(meeting, BY_EXPERT, IN, meeting.starts_at)]) == 1
    row = PresenceNote.objects.get()
    assert (row.meeting_id, row.date_version, row.role, row.seen) == (meeting.pk, 1, "expert", "in")
    assert row.at == meeting.starts_at


def test_reports_of_no_room_of_ours_are_ignored(meeting: Meeting) -> None:
    other = agreed()
    ours, theirs = rooms.room_name(meeting.pk, 1), rooms.room_name(other.pk, 1)
    who, stranger = (rooms.participant_id(one.pk, 1, BY_USER) for one in (meeting, other))
    unborn = rooms.room_name(10**15, 1), rooms.participant_id(10**15, 1, BY_USER)
    pairs = [
        ("lobby", who),
        ("", who),
        (ours[:-1], who),
        (ours.upper(), who),
        (f"m-{meeting.pk}-1-" + "0" * 32, who),
        (f"m-{10**30}-1-x", who),
        ("m-²-1-x", who),
        (ours, "admin"),
        (ours, stranger),
        (theirs, who),
        (ours, rooms.participant_id(meeting.pk, 2, BY_USER)),
        unborn,
    ]
    assert presence.note(Sighting(room, whom, IN, meeting.starts_at) for room, whom in pairs) == 0
    assert not PresenceNote.objects.exists()


def test_strange_reports_do_not_hide_sound_ones(meeting: Meeting) -> None:
    strange = Sighting("lobby", "admin", IN, meeting.starts_at)
    assert presence.note([strange, sighting(meeting, BY_USER, IN, meeting.starts_at), strange]) == 1
    assert PresenceNote.objects.count() == 1


def test_what_is_reported_twice_is_kept_once(meeting: Meeting) -> None:
    report = sighting(meeting, BY_USER, IN, meeting.starts_at)
    presence.note([report, report])
    presence.note([report])
    assert PresenceNote.objects.count() == 1


def test_the_order_of_reports_does_not_matter(meeting: Meeting) -> None:
    story = [(0, IN), (10, OUT), (20, IN), (50, OUT)]
    for number, order in enumerate(itertools.permutations(story)):
        other = agreed() if number else meeting
        for report in order:
            see(other, BY_USER, report)
        assert minutes(other) == (40, 0, 0), order


def test_what_was_seen_at_a_former_date_does_not_count_for_this_one() -> None:
    meeting = with_alternative(BY_USER)
    see(meeting, BY_USER, (0, IN), (30, OUT))
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    assert presence.presence(moved, moved.ends_at) is None
    late = sighting(moved, BY_EXPERT, IN, moved.starts_at, version=1)
    assert presence.note([late]) == 1, "late reports of a former date are kept all the same"
    assert presence.presence(moved, moved.ends_at) is None
    presence.note([sighting(moved, BY_EXPERT, IN, moved.starts_at, version=2)])
    assert presence.presence(moved, moved.ends_at) is not None


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_reports_are_never_edited_or_deleted(meeting: Meeting, change: str) -> None:
    see(meeting, BY_USER, (0, IN))
    sql = {
        "edit": "UPDATE meetings_presencenote SET seen = 'out'",
        "delete": "DELETE FROM meetings_presencenote",
    }
    with pytest.raises(DatabaseError, match="presence_is_added_to"), transaction.atomic():
        connection.cursor().execute(sql[change])
    assert PresenceNote.objects.get().seen == IN


# --- What they mean -------------------------------------------------------------------------------------


def test_without_reports_nothing_is_known(meeting: Meeting) -> None:
    assert presence.presence(meeting, meeting.ends_at) is None


def test_who_was_never_seen_where_the_other_was_stayed_for_no_time(meeting: Meeting) -> None:
    see(meeting, BY_EXPERT, (0, IN), (60, OUT))
    assert minutes(meeting) == (0, 60, 0)


def test_coming_and_going_is_added_up(meeting: Meeting) -> None:
    see(meeting, BY_USER, (-10, IN), (5, OUT), (10, IN), (40, OUT))
    see(meeting, BY_EXPERT, (0, IN), (20, OUT), (30, IN), (60, OUT))
    assert minutes(meeting) == (45, 50, 5 + 10 + 10)


def test_who_leaves_as_the_other_comes_was_not_there_with_them(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (10, OUT))
    see(meeting, BY_EXPERT, (10, IN), (20, OUT))
    assert minutes(meeting) == (10, 10, 0)


def test_who_is_seen_each_minute_was_there_from_first_to_last(meeting: Meeting) -> None:
    poll(meeting, BY_USER, range(5, 31))
    poll(meeting, BY_EXPERT, range(20, 41))
    assert minutes(meeting) == (25, 20, 10)


def test_who_is_not_seen_for_more_than_150_seconds_was_away(meeting: Meeting) -> None:
    poll(meeting, BY_USER, [0, 2.5, 5])
    poll(meeting, BY_EXPERT, [0, 2.5 + 1 / 60, 5])
    assert minutes(meeting) == (5, 5 - 2.5 - 1 / 60, 5 - 2.5 - 1 / 60)


def test_who_is_seen_once_stayed_for_no_time(meeting: Meeting) -> None:
    poll(meeting, BY_USER, [3])
    assert minutes(meeting) == (0, 0, 0)


def test_events_need_no_looking_in_between(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (58, OUT))
    assert minutes(meeting) == (58, 0, 0)


def test_events_and_looking_tell_of_one_stay_and_not_of_two(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0.5, IN), *((at, INSIDE) for at in range(1, 30)), (29.5, OUT))
    assert minutes(meeting) == (29, 0, 0)


def test_where_the_end_was_lost_the_last_evidence_counts(meeting: Meeting) -> None:
    """As when Janus is restarted: it reports nobody as leaving."""
    see(meeting, BY_USER, (0, IN), *((at, INSIDE) for at in range(1, 11)), (30, IN), (40, OUT))
    assert minutes(meeting) == (10 + 10, 0, 0)


def test_where_the_beginning_was_lost_the_first_evidence_counts(meeting: Meeting) -> None:
    see(meeting, BY_USER, (5, INSIDE), (6, INSIDE), (6.5, OUT))
    assert minutes(meeting) == (1.5, 0, 0)


def test_leaving_long_after_the_last_look_proves_nothing_without_a_coming(meeting: Meeting) -> None:
    see(meeting, BY_USER, (5, INSIDE), (6, INSIDE), (30, OUT))
    assert minutes(meeting) == (1, 0, 0)


def test_leaving_alone_is_no_stay(meeting: Meeting) -> None:
    see(meeting, BY_USER, (5, OUT), (6, OUT))
    assert minutes(meeting) == (0, 0, 0)


def test_leaving_reported_for_two_browsers_ends_one_stay(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (5, OUT), (9, OUT))
    assert minutes(meeting) == (5, 0, 0)


def test_coming_twice_begins_anew(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (1, INSIDE), (20, IN), (30, OUT))
    assert minutes(meeting) == (1 + 10, 0, 0)


def test_who_is_still_inside_was_there_until_now(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (9, INSIDE))
    assert minutes(meeting, now=10) == (10, 0, 0)
    assert minutes(meeting, now=11.5) == (11.5, 0, 0)
    assert minutes(meeting, now=11.5 + 1 / 60) == (9, 0, 0)


def test_who_has_left_is_not_inside_now(meeting: Meeting) -> None:
    see(meeting, BY_USER, (0, IN), (9, OUT))
    assert minutes(meeting, now=10) == (9, 0, 0)


def test_a_platform_whose_clock_is_ahead_reports_no_negative_stay(meeting: Meeting) -> None:
    see(meeting, BY_USER, (10, IN))
    see(meeting, BY_EXPERT, (9, IN), (12, INSIDE))
    assert minutes(meeting, now=9.5) == (0, 3, 0)


def naively(notes: dict[int, Seen], now: int) -> set[int]:
    """Walk second by second; return those in which somebody was there.

    Seconds since the last evidence are in doubt until the next one.
    """
    there: set[int] = set()
    doubtful: list[int] = []
    inside = came = False
    for second in range(max([now, *notes]) + 1):
        match notes.get(second):
            case Seen.IN:
                doubtful, inside, came = [], True, True
            case Seen.INSIDE:
                if not inside or (not came and len(doubtful) > 150):
                    came, doubtful = False, []
                there.update(doubtful)
                doubtful, inside = [], True
            case Seen.OUT:
                if inside and (came or len(doubtful) <= 150):
                    there.update(doubtful)
                doubtful, inside, came = [], False, False
        if inside:
            doubtful.append(second)
    if inside and len([second for second in doubtful if second < now]) <= 150:
        there.update(second for second in doubtful if second < now)
    return there


STORY = st.dictionaries(st.integers(0, 900), st.sampled_from(Seen), max_size=14)


@given(user=STORY, expert=STORY, now=st.integers(0, 1000), order=st.randoms(use_true_random=False))
def test_every_story_means_what_it_means_second_by_second(
    user: dict[int, Seen], expert: dict[int, Seen], now: int, order: random.Random
) -> None:
    start = datetime(2026, 11, 27, 9, tzinfo=timezone.get_default_timezone())
    stays = {}
    for role, story in ((BY_USER, user), (BY_EXPERT, expert)):
        rows = [PresenceNote(role=role, seen=seen, at=start + at * SECOND) for at, seen in story.items()]
        stays[role] = presence._stays(sorted(rows, key=lambda row: row.at), start + now * SECOND)
    seconds = {BY_USER: naively(user, now), BY_EXPERT: naively(expert, now)}
    assert {role: presence._total(stays[role]) / SECOND for role in PARTIES} == {
        role: len(seconds[role]) for role in PARTIES
    }
    both = presence._together(stays[BY_USER], stays[BY_EXPERT])
    assert both / SECOND == len(seconds[BY_USER] & seconds[BY_EXPERT])


# --- Looking who is inside ------------------------------------------------------------------------------


class Watched(StandIn):
    """Tells who is inside; None where it cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: dict[str, frozenset[str]] | None = {}
        self.asked: list[str] = []
        self.bad_days: dict[str, Exception] = {}

    def presence(self, room: Room) -> frozenset[str] | None:
        self.asked.append(room.name)
        if room.name in self.bad_days:
            raise self.bad_days[room.name]
        return None if self.inside is None else self.inside.get(room.name, frozenset())


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched()
    put_in_charge(watched, settings, monkeypatch)
    return watched


def name(meeting: Meeting) -> str:
    return rooms.room_name(meeting.pk, meeting.date_version)


def let_in(platform: Watched, meeting: Meeting, *roles: Role) -> None:
    assert platform.inside is not None
    ids = (rooms.participant_id(meeting.pk, meeting.date_version, role) for role in roles)
    platform.inside[name(meeting)] = frozenset(ids)


def watch(now: datetime) -> int:
    return presence.watch(lambda: now)


def test_who_is_inside_is_noted_at_the_moment_of_asking(platform: Watched, meeting: Meeting) -> None:
    let_in(platform, meeting, BY_USER)
    assert watch(meeting.starts_at) == 1
    row = PresenceNote.objects.get()
    assert (row.meeting_id, row.role, row.seen, row.at) == (meeting.pk, "user", "inside", meeting.starts_at)


def test_watching_a_meeting_each_minute_tells_how_long_both_were_there(
    platform: Watched, meeting: Meeting
) -> None:
    for minute in range(60):
        let_in(platform, meeting, *[BY_USER] * (minute >= 10), *[BY_EXPERT] * (minute < 50))
        watch(meeting.starts_at + minute * MINUTE)
    assert minutes(meeting) == (50, 49, 39), "the user is still there"


@pytest.mark.parametrize(
    ("minute", "asked"), [(-15 - 1 / 60, 0), (-15, 1), (0, 1), (120 - 1 / 60, 1), (120, 0)]
)
def test_rooms_are_watched_while_their_door_is_open(
    platform: Watched, meeting: Meeting, minute: float, asked: int
) -> None:
    assert watch(meeting.starts_at + minute * MINUTE) == asked
    assert platform.asked == [name(meeting)] * asked


def test_a_room_that_nobody_wants_any_more_is_not_watched(platform: Watched, meeting: Meeting) -> None:
    act(meeting, Action.CANCEL, BY_EXPERT, words="I am ill.")
    assert watch(meeting.starts_at) == 0


def test_where_a_link_leads_elsewhere_nothing_is_watched(platform: Watched, meeting: Meeting) -> None:
    outbox.put_in_link(meeting, "https://meet.example.org/room", timezone.now())
    assert watch(meeting.starts_at) == 0


def test_a_platform_that_cannot_tell_leaves_nothing(platform: Watched, meeting: Meeting) -> None:
    platform.inside = None
    assert watch(meeting.starts_at) == 0
    assert presence.presence(meeting, meeting.ends_at) is None


@pytest.mark.parametrize("problem", [Garbled("Nonsense."), RuntimeError("a bug")])
def test_one_room_that_fails_hides_no_other(
    platform: Watched, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    meetings = [agreed() for _ in range(3)]
    platform.bad_days[name(meetings[1])] = problem
    assert watch(meetings[0].starts_at) == 2
    assert f"who is in the room of meeting {meetings[1].pk}" in caplog.text.lower()


def test_a_platform_that_cannot_be_reached_is_left_alone_until_the_next_round(
    platform: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    meetings = [agreed() for _ in range(3)]
    platform.bad_days = {name(one): Retryable("It cannot be reached.") for one in meetings}
    assert watch(meetings[0].starts_at) == 0
    assert len(platform.asked) == 1
    platform.bad_days = {}
    assert watch(meetings[0].starts_at + MINUTE) == 3


def test_the_job_watches_at_the_time_of_the_clock(platform: Watched, meeting: Meeting) -> None:
    let_in(platform, meeting, BY_EXPERT)
    with time_machine.travel(meeting.starts_at, tick=False):
        watch_rooms()
    assert PresenceNote.objects.get().at == meeting.starts_at


# --- What people read -----------------------------------------------------------------------------------


def page(meeting: Meeting, role: Role, at: datetime, address: str = "") -> str:
    with time_machine.travel(at, tick=False):
        answer = as_person(meeting.person(role)).get(address or meeting.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def held_together(meeting: Meeting) -> None:
    """The user joins and stays for 48.5 minutes, 40 of them with the expert, who never clicked our link."""
    join(meeting, BY_USER)
    see(meeting, BY_USER, (0, IN), (48.5, OUT))
    see(meeting, BY_EXPERT, (8.5, IN), (60, OUT))


def record(meeting: Meeting) -> str:
    return reverse("meetings:act", args=[meeting.pk, Action.RECORD])


@pytest.mark.parametrize("where", ["the meeting's page", "the page that asks how it went"])
@pytest.mark.parametrize("role", PARTIES)
def test_both_parties_read_the_same_facts_before_they_answer(
    meeting: Meeting, role: Role, where: str
) -> None:
    held_together(meeting)
    act(meeting, Action.RECORD, role.other, now=meeting.ends_at + MINUTE, **ANSWERS[role.other])
    address = record(meeting) if where == "the page that asks how it went" else ""
    html = page(meeting, role, meeting.ends_at + 2 * MINUTE, address)
    assert "Who was there" in html
    assert "in the room for 48 min 30 s" in html
    assert "has not joined, in the room for 51 min 30 s" in html
    assert "40 min 0 s" in html


ANSWERS: dict[Role, dict[str, Any]] = {
    BY_USER: {"progress": Progress.OTHERS_FAULT},
    BY_EXPERT: {"progress": Progress.OTHERS_FAULT},
}


@pytest.mark.parametrize("role", PARTIES)
def test_what_the_other_answered_stays_hidden_beside_the_facts(meeting: Meeting, role: Role) -> None:
    held_together(meeting)
    before = [page(meeting, role, meeting.ends_at + 2 * MINUTE, where) for where in ("", record(meeting))]
    act(meeting, Action.RECORD, role.other, now=meeting.ends_at + MINUTE, **ANSWERS[role.other])
    after = [page(meeting, role, meeting.ends_at + 2 * MINUTE, where) for where in ("", record(meeting))]
    answer = str(ANSWERS[role.other]["progress"].label)
    for html in after:
        facts = html[html.index("Who was there") :].partition("</dl>")[0]
        assert answer not in facts
    shown = [before[0].count(answer), after[0].count(answer)]
    assert shown[0] == shown[1], "the page says of the answer no more than before"


def test_who_was_there_is_shown_once_the_door_is_open(meeting: Meeting) -> None:
    opens = meeting.starts_at - 15 * MINUTE
    assert "Who was there" not in page(meeting, BY_USER, opens - SECOND)
    assert page(meeting, BY_USER, opens).count("has not joined") == 2


def test_where_nothing_was_seen_only_joining_is_told(meeting: Meeting) -> None:
    join(meeting, BY_EXPERT)
    html = page(meeting, BY_USER, meeting.ends_at)
    assert re.findall(r"<dd>(has not )?joined", html) == ["has not ", ""]
    assert "in the room for" not in html
    assert "Both at once" not in html


@pytest.fixture
def site(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


def test_operators_read_the_same_facts(meeting: Meeting, site: Client) -> None:
    held_together(meeting)
    address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    with time_machine.travel(meeting.ends_at + MINUTE, tick=False):
        site.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
        html = site.get(address).text
    for fact in ("48 min 30 s", "51 min 30 s", "40 min 0 s", "not recorded"):
        assert html.count(fact) == 1, fact


@pytest.mark.parametrize("where", ["page", "record", "admin"])
def test_many_reports_cost_as_many_queries_as_few(meeting: Meeting, where: str) -> None:
    addresses = {
        "page": meeting.get_absolute_url(),
        "record": record(meeting),
        "admin": reverse("admin:meetings_meeting_change", args=[meeting.pk]),
    }
    person = PersonFactory.create(is_staff=True, is_superuser=True) if where == "admin" else meeting.student
    counts = []
    for reports in (1, 2, 60):
        poll(meeting, BY_USER, range(reports))
        poll(meeting, BY_EXPERT, range(reports))
        with time_machine.travel(meeting.ends_at + MINUTE, tick=False):
            client = as_person(person)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(addresses[where]).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2], "the first one also fills Django's own caches"


def test_watching_many_rooms_asks_the_database_once_for_all(platform: Watched) -> None:
    counts = []
    for _ in range(2):
        meeting = agreed()
        with CaptureQueriesContext(connection) as queries:
            watch(meeting.starts_at)
        counts.append(len(queries))
    assert counts == [1, 1]


def test_a_log_of_watching_names_no_room(
    platform: Watched, meeting: Meeting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.bad_days[name(meeting)] = Garbled("Nonsense.")
    watch(meeting.starts_at)
    assert name(meeting) not in caplog.text
    assert "Nonsense." in caplog.text


def test_the_other_date_of_a_meeting_is_not_watched(platform: Watched) -> None:
    meeting = with_alternative(BY_USER)
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT)
    assert watch(moved.starts_at - DAY) == 0
    assert watch(moved.starts_at) == 1
    assert platform.asked == [name(moved)]
