"""From a meeting's video room to the platform: told after the change, one at a time, until it is right.

The row says which date people are to meet in and which one the platform knows; whatever lies between is done
as one step from the newest wish, so that changes overtaken meanwhile cost nothing and nothing comes in the
wrong order. Nobody waits for a platform inside a transaction: who talks to it holds the row by `busy_until`.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import User
from meetings import notices, presence, rooms, sealing
from meetings.models import Meeting, VideoRoom
from meetings.models.video import Trouble
from meetings.video.base import (
    CLOSES_AFTER,
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
from meetings.vocabulary import PARTIES, Role
from notifications import nudge, outbox

log = logging.getLogger(__name__)

BATCH, LONGEST_ROUND = 200, timedelta(seconds=60)
# Longer than any call: three requests of a move, each given up after half a minute.
LEASE = timedelta(seconds=100)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
# From when the parties are told of a room that is not ready, and operators of any trouble.
NEAR = timedelta(minutes=60)
ATTEMPTS_UNTIL_ALARM = 5
MAY_HELP = "meetings.change_videoroom"
LONGEST_WAIT_AT_THE_DOOR = 8.0
SECONDS_BETWEEN_LOOKS = 0.1


class Busy(VideoError):
    """Somebody else is preparing the room at this moment."""


# --- What is wanted, said in the transaction of the change ---------------------------------------------


def want(meeting: Meeting, now: datetime) -> None:
    """Let there be a room for the date in force."""
    wish = {"wanted_version": meeting.date_version, "due_at": now, **NO_TROUBLE}
    VideoRoom.objects.update_or_create(
        meeting=meeting, defaults=wish, create_defaults=wish | {"platform": settings.VIDEO_PLATFORM}
    )
    nudge.on_commit("meetings.jobs.prepare_rooms")


def unwant(meeting: Meeting, now: datetime) -> None:
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
    values = {"sealed_link": sealing.seal(link) if link else "", **NO_TROUBLE}
    values["due_at"] = meeting.ends_at + CLOSES_AFTER if link else now
    VideoRoom.objects.update_or_create(
        meeting=meeting, defaults=values, create_defaults=_wish(meeting) | values
    )
    nudge.on_commit("meetings.jobs.prepare_rooms")


def own_link(row: VideoRoom) -> str:
    """Return the link that was put in, or nothing."""
    return sealing.unseal(row.sealed_link) if row.sealed_link else ""


# --- What the platform is told --------------------------------------------------------------------------


def work_off(clock: Callable[[], datetime]) -> int:
    """Tell the platforms what is due, for a minute at most; return how many rooms were dealt with.

    A platform that cannot be reached, or that wants fewer requests, is left alone for the rest of the round.
    """
    started, dealt_with, left_alone = clock(), 0, set[str]()
    for pk in VideoRoom.objects.due(started).order_by("due_at").values_list("pk", flat=True)[:BATCH]:
        if clock() - started > LONGEST_ROUND:
            break
        claim = _claim(pk, clock(), only_due=True, not_on=left_alone)
        if claim is None:
            continue
        problem = _tend(claim, clock)
        dealt_with += 1
        if isinstance(problem, Retryable):
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
    claim = _wait_for_claim(row.pk, clock)
    problem = _tend(claim, clock)
    if problem:
        raise problem
    row.refresh_from_db()
    who = rooms.participant(meeting, role)
    where = rooms.room(meeting, meeting.date_version, remembered=row.remembered)
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A room in hand until `until`: what is wanted, what the platform knows or may know."""

    meeting: Meeting
    platform: str
    wanted: int | None
    made: int | None
    strays: tuple[int, ...]
    remembered: Remembered
    may_exist: bool
    until: datetime


def _wish(meeting: Meeting) -> dict[str, Any]:
    return {
        "platform": settings.VIDEO_PLATFORM,
        "wanted_version": meeting.date_version,
        "due_at": meeting.ends_at + CLOSES_AFTER,
    }


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
        free = rows.exclude(platform__in=not_on).select_for_update(skip_locked=True)
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
        strays=tuple(version for version in row.tried_versions if version not in known),
        remembered=row.remembered,
        may_exist=row.wanted_version in (row.made_version, *row.tried_versions),
        until=now + LEASE,
    )


def _tend(claim: Claim, clock: Callable[[], datetime]) -> VideoError | None:
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
    for version in claim.strays:
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
            return
        if claim.made is not None and claim.made != claim.wanted:
            presence.put_out(claim.meeting, claim.made, now)
        row.made_version, row.remembered, row.tried_versions = claim.wanted, dict(remembered), []
        closes_at = claim.meeting.ends_at + CLOSES_AFTER
        row.due_at = _next(row, claim, now, after=closes_at if claim.wanted else None)
        _save(row, NO_TROUBLE)


def _note_trouble(claim: Claim, problem: VideoError, now: datetime) -> None:
    log.warning("Video room of meeting %s: %s", claim.meeting.pk, problem.words)
    with transaction.atomic():
        row = _still_held(claim)
        if row is None:
            return
        trouble, pause = _judge(problem, row)
        again_at = now + pause if pause else _last_chance(claim.meeting, now)
        row.due_at = _next(row, claim, now, after=again_at)
        what = {
            "attempts": row.attempts + 1,
            "trouble": trouble,
            "trouble_words": problem.words[:300],
            "troubled_since": row.troubled_since or now,
        }
        _save(row, what)
        if isinstance(problem, TooMany) and pause:
            _keep_away_from(row.platform, now, now + pause)
        if row.wanted_version:
            _raise_alarm(claim.meeting, row, now)


def _judge(problem: VideoError, row: VideoRoom) -> tuple[Trouble, timedelta | None]:
    """Return what this trouble is, and after which pause it is worth another attempt."""
    if isinstance(problem, LinkWanted):
        return Trouble.LINK_WANTED, None
    if isinstance(problem, Garbled) and row.attempts:
        return Trouble.HELPLESS, None
    if isinstance(problem, WORTH_ANOTHER):
        asked = problem.after if isinstance(problem, Retryable) else None
        return Trouble.RETRYING, asked or _pause(row.attempts)
    return Trouble.HELPLESS, None


def _pause(attempts: int) -> timedelta:
    """Return a pause that grows, never the same for all rooms at once."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
    return longest * random.uniform(0.75, 1)  # noqa: S311 - spreads requests, guards nothing


def _last_chance(meeting: Meeting, now: datetime) -> datetime | None:
    """Return when even a helpless room is tried once more: when its parties have to be told."""
    near = meeting.starts_at - NEAR
    return near if now < near else None


def _next(row: VideoRoom, claim: Claim, now: datetime, *, after: datetime | None) -> datetime | None:
    """Return when this room is due again: at once, where the wish has changed meanwhile."""
    return after if row.wanted_version == claim.wanted else now


def _still_held(claim: Claim) -> VideoRoom | None:
    """Lock the row, if the claim still holds."""
    rows = VideoRoom.objects.select_for_update()
    return rows.filter(pk=claim.meeting.pk, busy_until=claim.until).first()


def _save(row: VideoRoom, what: dict[str, object]) -> None:
    for name, value in what.items():
        setattr(row, name, value)
    row.busy_until = None
    row.save()


def _keep_away_from(platform: str, now: datetime, until: datetime) -> None:
    """Let nothing else be asked of a platform that wants fewer requests."""
    VideoRoom.objects.due(now).filter(platform=platform).update(due_at=until)


# --- Telling people -----------------------------------------------------------------------------------------


def _raise_alarm(meeting: Meeting, row: VideoRoom, now: datetime) -> None:
    """Tell operators of what needs them, and the parties of what is not ready near the start; once a date."""
    is_near = meeting.starts_at - NEAR <= now < meeting.ends_at
    source = f"{meeting.reference}:v{row.wanted_version}:video"
    if is_near and not row.sealed_link:
        kind = notices.VIDEO_TROUBLE.kind
        outbox.tell(*(notices.notification(meeting, role, kind, source, now, {}) for role in PARTIES))
    needs_operator = row.trouble == Trouble.HELPLESS or row.attempts >= ATTEMPTS_UNTIL_ALARM
    if (is_near or needs_operator) and not row.sealed_link:
        _tell_operators(meeting, row, source, now)


def _tell_operators(meeting: Meeting, row: VideoRoom, source: str, now: datetime) -> None:
    facts = {"number": meeting.pk, "problem": row.trouble_words, "starts_at": meeting.starts_at}
    outbox.tell(
        *(
            outbox.notification(
                operator,
                notices.VIDEO_FAILING,
                source=source,
                reference=meeting.reference,
                now=now,
                facts=facts,
            )
            for operator in User.objects.filter(is_staff=True, is_active=True)
            if operator.has_perm(MAY_HELP)
        )
    )


WORTH_ANOTHER = (Retryable, Ambiguous, Gone, Garbled)
NO_TROUBLE: dict[str, object] = {
    "attempts": 0,
    "trouble": "",
    "trouble_words": "",
    "troubled_since": None,
}
