"""From a meeting's video room to the platform: told after the change, one at a time, until it is right.

The row says which date people are to meet in and which one the platform knows; whatever lies between is done
as one step from the newest wish, so that changes overtaken meanwhile cost nothing and nothing comes in the
wrong order. Nobody waits for a platform inside a transaction: who talks to it holds the row by `busy_until`.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Value, When

from meetings.models import Meeting, VideoRoom
from meetings.models.video import Trouble
from meetings.video import alarms, encryption, presence, rooms
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Gone,
    LinkWanted,
    Misconfigured,
    Remembered,
    Retryable,
    Stage,
    TooMany,
    VideoError,
)
from meetings.vocabulary import CLOSES_AFTER, OPENS_BEFORE, Role
from notifications import nudge

log = logging.getLogger(__name__)

BATCH, LONGEST_ROUND = 200, timedelta(seconds=60)
# Longer than any call: three requests of a move, each given up after half a minute.
LEASE = timedelta(seconds=100)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
LONGEST_PAUSE_WHEN_NEAR = timedelta(seconds=30)
# How long it is tried to close a room that cannot be closed.
CLOSING = timedelta(days=7)
LONGEST_WAIT_AT_THE_DOOR = 2.0
SECONDS_BETWEEN_LOOKS = 0.1
# Of four threads that serve pages at least two go on serving pages.
DOOR = threading.BoundedSemaphore(2)


class Busy(VideoError):
    """Somebody else is preparing the room at this moment."""


# --- What is wanted, said in the transaction of the change ---------------------------------------------


def request(meeting: Meeting, now: datetime) -> None:
    """Let there be a room for the date in force; with a link of their own none is asked for."""
    wish = {"wanted_version": meeting.date_version, **NO_TROUBLE}
    when_asked = Case(When(sealed_link="", then=Value(now)), default=Value(meeting.ends_at + CLOSES_AFTER))
    VideoRoom.objects.update_or_create(
        meeting=meeting,
        defaults=wish | {"due_at": when_asked},
        create_defaults=wish | {"due_at": now, "platform": settings.VIDEO_PLATFORM},
    )
    nudge.on_commit("meetings.jobs.prepare_rooms")


def release(meeting: Meeting, now: datetime) -> None:
    """Let nobody meet any more."""
    VideoRoom.objects.filter(meeting=meeting).update(wanted_version=None, due_at=now, **NO_TROUBLE)
    nudge.on_commit("meetings.jobs.prepare_rooms")


def try_again(row: VideoRoom, now: datetime) -> None:
    """Tell the platform again at once."""
    VideoRoom.objects.filter(pk=row.pk).update(due_at=now, attempts=0)
    nudge.on_commit("meetings.jobs.prepare_rooms")


def put_in_link(meeting: Meeting, link: str, now: datetime) -> None:
    """Let the parties meet where a link of their own leads; an empty one leads back to the platform.

    With a link nothing is asked of the platform until the room closes; without one it is told at once.
    """
    values = {"sealed_link": encryption.encrypt(link) if link else "", **NO_TROUBLE}
    values["due_at"] = meeting.ends_at + CLOSES_AFTER if link else now
    VideoRoom.objects.update_or_create(
        meeting=meeting, defaults=values, create_defaults=_wish(meeting) | values
    )
    nudge.on_commit("meetings.jobs.prepare_rooms")


def own_link(row: VideoRoom) -> str:
    """Return the link that was put in, or nothing."""
    return encryption.decrypt(row.sealed_link) if row.sealed_link else ""


# --- What the platform is told --------------------------------------------------------------------------


def work_off(clock: Callable[[], datetime]) -> int:
    """Tell the platforms what is due, for a minute at most; return how many rooms were dealt with.

    A platform that cannot be reached, does not answer or wants fewer requests is left alone for the rest of
    the round.
    """
    started, dealt_with, left_alone = clock(), 0, set[str]()
    for pk in VideoRoom.objects.due(started).order_by("due_at").values_list("pk", flat=True)[:BATCH]:
        if clock() - started > LONGEST_ROUND:
            break
        claim = _claim(pk, clock(), only_due=True, not_on=left_alone)
        if claim is None:
            continue
        problem = _sync(claim, clock)
        dealt_with += 1
        if isinstance(problem, SLOW_OR_AWAY):
            left_alone.add(claim.platform)
    return dealt_with


def enter(meeting: Meeting, role: Role, clock: Callable[[], datetime]) -> str:
    """Return the party's address on the platform, for use at once; a room that is missing is made.

    Raises VideoError, where the room cannot be had at the moment.
    """
    row, _new = VideoRoom.objects.get_or_create(meeting=meeting, defaults=_wish(meeting))
    link = own_link(row)
    if link:
        return link
    _make_sure(row, clock)
    row.refresh_from_db()
    fresh = Meeting.objects.select_related("skill", "student", "expert").get(pk=meeting.pk)
    if not row.made_version == row.wanted_version == meeting.date_version:
        raise Busy("The meeting was changed at this moment.")
    who = rooms.participant(fresh, role)
    where = rooms.room(fresh, fresh.date_version, remembered=row.remembered)
    return rooms.platform_named(row.platform).entry_url(where, who, clock())


def stage(meeting: Meeting, role: Role, now: datetime) -> Stage | None:
    """Return what our own room page shows the party; None where people meet elsewhere."""
    row = room_of(meeting)
    if row.sealed_link:
        return None
    who = rooms.participant(meeting, role)
    where = rooms.room(meeting, meeting.date_version, remembered=row.remembered)
    return rooms.platform_named(row.platform).stage(where, who, now)


def leads_to(meeting: Meeting) -> str:
    """Return the origin that joining leads to, for the page's security policy; empty for our own pages."""
    row = room_of(meeting)
    link = urlsplit(own_link(row))
    return f"{link.scheme}://{link.netloc}" if link.netloc else rooms.platform_named(row.platform).origin


def room_of(meeting: Meeting) -> VideoRoom:
    """Return the meeting's row; of one agreed before there were such rows, as it will be."""
    return VideoRoom.objects.filter(meeting=meeting).first() or VideoRoom(meeting=meeting, **_wish(meeting))


# --- Holding a room ---------------------------------------------------------------------------------------
#
# Here the room is locked and nothing else: actions lock the meeting first and its room last.


@dataclass(frozen=True, slots=True)
class Claim:
    """A room in hand until `until`: what is wanted, what the platform knows or may know."""

    meeting: Meeting
    platform: str
    wanted: int | None
    made: int | None
    orphans: tuple[int, ...]
    remembered: Remembered
    may_exist: bool
    until: datetime


def _wish(meeting: Meeting) -> dict[str, Any]:
    return {
        "platform": settings.VIDEO_PLATFORM,
        "wanted_version": meeting.date_version,
        "due_at": meeting.ends_at + CLOSES_AFTER,
    }


def _make_sure(row: VideoRoom, clock: Callable[[], datetime]) -> None:
    """Make sure of the room while somebody waits at the door, without waiting long. Raises VideoError.

    Where the platform was just asked in vain, the job asks next; and of the people at the door only so many
    hold a thread of this process at once.
    """
    if row.trouble == Trouble.RETRYING and row.due_at and row.due_at > clock():
        raise Busy("The platform was just asked in vain.")
    if not DOOR.acquire(blocking=False):
        raise Busy("Many people are at the door.")
    try:
        problem = _sync(_wait_for_claim(row.pk, clock), clock)
    finally:
        DOOR.release()
    if problem:
        raise problem


def _wait_for_claim(pk: int, clock: Callable[[], datetime]) -> Claim:
    """Take the room in hand, waiting for whoever has it now. Raises Busy."""
    until = time.monotonic() + LONGEST_WAIT_AT_THE_DOOR
    while time.monotonic() < until:
        claim = _claim(pk, clock())
        if claim:
            return claim
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise Busy("The room is being prepared.")


def _claim(
    pk: int, now: datetime, *, only_due: bool = False, not_on: set[str] | frozenset[str] = frozenset()
) -> Claim | None:
    """Take the room in hand and note what is about to be tried; None where somebody else has it."""
    with transaction.atomic():
        rows = VideoRoom.objects.due(now) if only_due else VideoRoom.objects.free(now)
        free = rows.exclude(platform__in=not_on).select_for_update(of=("self",), skip_locked=True)
        row = free.filter(pk=pk).first()
        if row is None:
            return None
        meeting = Meeting.objects.select_related("skill", "student", "expert").get(pk=pk)
        if now >= meeting.ends_at + CLOSES_AFTER:
            row.wanted_version = None
        if row.made_version is None and not row.tried_versions:
            row.platform = settings.VIDEO_PLATFORM
        claim = _as_claim(row, meeting, now)
        if row.wanted_version and row.wanted_version not in row.tried_versions:
            row.tried_versions = [*row.tried_versions, row.wanted_version]
        row.busy_until = claim.until
        row.save(update_fields=["wanted_version", "platform", "tried_versions", "busy_until"])
        return claim


def _as_claim(row: VideoRoom, meeting: Meeting, now: datetime) -> Claim:
    known = (row.wanted_version, row.made_version)
    return Claim(
        meeting=meeting,
        platform=row.platform,
        wanted=row.wanted_version,
        made=row.made_version,
        orphans=tuple(version for version in row.tried_versions if version not in known),
        remembered=row.remembered,
        may_exist=row.wanted_version in (row.made_version, *row.tried_versions),
        until=now + LEASE,
    )


def _sync(claim: Claim, clock: Callable[[], datetime]) -> VideoError | None:
    """Tell the platform and note what came of it; return what went wrong."""
    problem: VideoError
    try:
        _note_done(claim, _tell_platform(claim, clock()), clock())
        return None
    except VideoError as known:
        problem = known
    except Exception as unknown:
        log.exception("The video room of meeting %s failed.", claim.meeting.pk)
        problem = Misconfigured(f"Unexpected: {type(unknown).__name__}. The log tells more.")
    _note_trouble(claim, problem, clock())
    return problem


def _tell_platform(claim: Claim, now: datetime) -> Remembered:
    """Bring the platform from what it knows, or may know, to what is wanted."""
    platform, meeting = rooms.platform_named(claim.platform), claim.meeting
    for version in claim.orphans:
        platform.cancel(rooms.room(meeting, version))
    if claim.wanted is None:
        if claim.made is not None:
            platform.cancel(rooms.room(meeting, claim.made, remembered=claim.remembered))
        return {}
    new = rooms.room(meeting, claim.wanted, remembered=claim.remembered, may_exist=claim.may_exist)
    if claim.made in (None, claim.wanted):
        return platform.ensure(new, now)
    return platform.move(rooms.room(meeting, claim.made, remembered=claim.remembered), new, now)


# --- Noting what came of it -----------------------------------------------------------------------------


def _note_done(claim: Claim, remembered: Remembered, now: datetime) -> None:
    with transaction.atomic():
        row = _still_held(claim)
        if row is None:
            _note_stray(claim, now)
            return
        if claim.made is not None and claim.made != claim.wanted:
            presence.put_out(claim.meeting, claim.made, now)
        row.made_version, row.remembered, row.tried_versions = claim.wanted, dict(remembered), []
        row.due_at = _check(claim.meeting, now) if claim.wanted else None
        if row.wanted_version != claim.wanted:
            row.due_at = now
        row.busy_until = None
        for name, value in NO_TROUBLE.items():
            setattr(row, name, value)
        row.save()


def _note_trouble(claim: Claim, problem: VideoError, now: datetime) -> None:
    log.warning("Video room of meeting %s: %s", claim.meeting.pk, problem.words)
    with transaction.atomic():
        row = _still_held(claim)
        if row is None:
            return
        _record(problem, row, claim.meeting, now)
        if row.wanted_version != claim.wanted:
            row.due_at = now
        row.busy_until = None
        row.save()
        if isinstance(problem, TooMany):
            _keep_away(problem, row.platform, now)


def _record(problem: VideoError, row: VideoRoom, meeting: Meeting, now: datetime) -> None:
    """Write down what is wrong with a room, when to try again, and tell those who have to know."""
    row.trouble, row.due_at = _judge(problem, row, meeting, now)
    row.trouble_words = problem.words[:300]
    row.troubled_since = row.troubled_since or now
    row.attempts += 1
    if row.wanted_version in (None, meeting.date_version):
        alarms.raise_alarm(meeting, row, now)


def _keep_away(problem: TooMany, platform: str, now: datetime) -> None:
    """Let what else is due on a platform that wants fewer requests wait too, as if it had been asked."""
    rows = VideoRoom.objects.due(now).filter(platform=platform).select_related("meeting__skill")
    for row in rows.select_for_update(of=("self",), skip_locked=True):
        _record(problem, row, row.meeting, now)
        row.save()


def _judge(
    problem: VideoError, row: VideoRoom, meeting: Meeting, now: datetime
) -> tuple[Trouble, datetime | None]:
    """Return what this trouble is, and when it is worth another attempt."""
    if isinstance(problem, LinkWanted):
        return Trouble.LINK_WANTED, _check(meeting, now)
    if not isinstance(problem, WORTH_ANOTHER) or (isinstance(problem, Garbled) and row.attempts):
        return Trouble.HELPLESS, _check(meeting, now)
    asked = problem.after if isinstance(problem, Retryable) else None
    return Trouble.RETRYING, _again_at(asked or _pause(row.attempts), meeting, now)


def _pause(attempts: int) -> timedelta:
    """Return a pause that grows, never the same for all rooms at once."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
    return longest * random.uniform(0.75, 1)  # noqa: S311 - spreads requests, guards nothing


def _again_at(pause: timedelta, meeting: Meeting, now: datetime) -> datetime:
    """Return when to try again after this pause: sooner near the start, never later than the next check."""
    if alarms.is_near(meeting, now):
        pause = min(pause, LONGEST_PAUSE_WHEN_NEAR)
    return min(now + pause, _check(meeting, now) or now + pause)


def _check(meeting: Meeting, now: datetime) -> datetime | None:
    """Return when a room is looked at next, whatever came of the last time.

    An hour before the start, while there is time to help; when the door opens, since some platforms make
    rooms no sooner; when it closes; and for some days more, if it could not be closed.
    """
    starts_at, closes_at = meeting.starts_at, meeting.ends_at + CLOSES_AFTER
    moments = (starts_at - alarms.NEAR, starts_at - OPENS_BEFORE, closes_at)
    tomorrow = now + timedelta(days=1)
    return next((at for at in moments if at > now), tomorrow if tomorrow < closes_at + CLOSING else None)


def _still_held(claim: Claim) -> VideoRoom | None:
    """Lock the row, if the claim still holds."""
    rows = VideoRoom.objects.select_for_update(of=("self",))
    return rows.filter(pk=claim.meeting.pk, busy_until=claim.until).first()


def _note_stray(claim: Claim, now: datetime) -> None:
    """Note that something was done by somebody whose claim was over: it may have to be undone."""
    row = VideoRoom.objects.select_for_update(of=("self",)).get(pk=claim.meeting.pk)
    if claim.wanted and claim.wanted not in row.tried_versions:
        row.tried_versions = [*row.tried_versions, claim.wanted]
    row.due_at = now
    row.save(update_fields=["tried_versions", "due_at"])


SLOW_OR_AWAY = (Retryable, Ambiguous)
WORTH_ANOTHER = (Retryable, Ambiguous, Gone, Garbled)
NO_TROUBLE: dict[str, object] = {
    "attempts": 0,
    "trouble": "",
    "trouble_words": "",
    "troubled_since": None,
}
