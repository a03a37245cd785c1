"""Who was in a meeting's room, and for how long: facts that both parties and the operator see.

Reports of platforms come late, twice and in any order; they are kept as they are, and what they mean is read
from them in the order of time.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from meetings.models import Meeting, PresenceNote, VideoRoom
from meetings.video import rooms
from meetings.video.attendance import TOOK_PLACE
from meetings.video.platforms.base import Ambiguous, Retryable, Sighting, VideoError
from meetings.vocabulary import ATTENDANCE, CLOSES_AFTER, OPENS_BEFORE, PARTIES, Role, Seen

log = logging.getLogger(__name__)

LONGEST_ROUND = timedelta(seconds=60)
# Looked for each minute: whoever was not seen for longer than this was away meanwhile.
LONGEST_GAP = timedelta(seconds=150)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of time in the room; `until` is the last evidence of it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """How long each party was in the room of the date in force, and how long both at once."""

    of: dict[Role, timedelta]
    together: timedelta


@dataclass(frozen=True, slots=True)
class Attendance:
    """What is known of one party: when they joined, and how long they were in the room; None: not known."""

    role: Role
    joined_at: datetime | None
    stayed: timedelta | None


def note(sightings: Iterable[Sighting]) -> int:
    """Keep what a platform reports of our rooms, once; return how many reports were of ours."""
    notes = [row for sighting in sightings if (row := _as_note(sighting))]
    known = set(Meeting.objects.filter(pk__in={row.meeting_id for row in notes}).values_list("pk", flat=True))
    ours = [row for row in notes if row.meeting_id in known]
    PresenceNote.objects.bulk_create(ours, ignore_conflicts=True)
    return len(ours)


def watch(clock: Callable[[], datetime]) -> int:
    """Ask the platforms who is inside the rooms that are open now; return how many rooms could tell.

    A platform that cannot be reached, does not answer or wants fewer requests is left alone until the next
    round, which begins in a minute.
    """
    started, told, left_alone = clock(), 0, set[str]()
    for row in _open_rooms(started):
        if clock() - started > LONGEST_ROUND:
            break
        if row.platform in left_alone:
            continue
        try:
            told += _watch(row, clock())
        except (Retryable, Ambiguous) as error:
            log.warning("Who is in the rooms of %s? %s", row.platform, error.words)
            left_alone.add(row.platform)
        except VideoError as error:
            log.warning("Who is in the room of meeting %s? %s", row.pk, error.words)
        except Exception:
            log.exception("Nobody can tell who is in the room of meeting %s.", row.pk)
    return told


def put_out(meeting: Meeting, date_version: int, at: datetime) -> None:
    """Note that whoever was still inside a room is outside now, because it was closed.

    Not every platform reports those whom it puts out.
    """
    notes = PresenceNote.objects.filter(meeting=meeting, date_version=date_version)
    for role in PARTIES:
        stays = _stays([row for row in notes if row.role == role], at)
        if stays and stays[-1].until == at:
            out = PresenceNote(meeting=meeting, date_version=date_version, role=role, seen=Seen.OUT, at=at)
            PresenceNote.objects.bulk_create([out], ignore_conflicts=True)


def presence(meeting: Meeting, now: datetime) -> Presence | None:
    """Return what is known of the date in force until now; None where nothing was seen."""
    notes = list(PresenceNote.objects.filter(meeting=meeting, date_version=meeting.date_version))
    if not notes:
        return None
    stays = {role: _stays([row for row in notes if row.role == role], now) for role in PARTIES}
    return Presence(
        of={role: _total(stays[role]) for role in PARTIES},
        together=_together(stays[Role.USER], stays[Role.EXPERT]),
    )


def attendance(meeting: Meeting, seen: Presence | None) -> list[Attendance]:
    """Return who joined the meeting at the date in force, and who was in its room for how long."""
    events = [event for event in meeting.events.all() if event.date_version == meeting.date_version]
    joined = {event.kind: event.at for event in events}
    return [
        Attendance(role, joined.get(ATTENDANCE[role]), seen.of[role] if seen else None) for role in PARTIES
    ]


def _as_note(sighting: Sighting) -> PresenceNote | None:
    try:
        pk, date_version = rooms.read_room_name(sighting.room_name)
    except rooms.UnknownRoom:
        return None
    role = rooms.roles_in(pk, date_version).get(sighting.participant_id)
    if role is None:
        return None
    return PresenceNote(
        meeting_id=pk, date_version=date_version, role=role, seen=sighting.seen, at=sighting.at
    )


def _open_rooms(now: datetime) -> Iterable[VideoRoom]:
    rows = VideoRoom.objects.filter(
        wanted_version__isnull=False,
        sealed_link="",
        meeting__status__in=TOOK_PLACE,
        meeting__starts_at__lte=now + OPENS_BEFORE,
        meeting__ends_at__gt=now - CLOSES_AFTER,
    )
    return rows.select_related("meeting__skill", "meeting__student", "meeting__expert")


def _watch(row: VideoRoom, now: datetime) -> bool:
    meeting = row.meeting
    room = rooms.room(meeting, meeting.date_version, remembered=row.remembered)
    inside = rooms.platform_named(row.platform).presence(room)
    if inside is None:
        return False
    note(Sighting(room.name, participant, Seen.INSIDE, now) for participant in inside)
    return True


def _stays(notes: list[PresenceNote], now: datetime) -> list[Stay]:
    """Return the stretches that one party's notes, in the order of time, tell of.

    The last one reaches until now where the party was seen of late, else to the last evidence.
    """
    runs: list[list[PresenceNote]] = []
    for row in notes:
        if runs and not _begins_anew(row, runs[-1]):
            runs[-1].append(row)
        elif row.seen != Seen.OUT:
            runs.append([row])
    stays = [Stay(run[0].at, run[-1].at) for run in runs]
    if runs and notes[-1].seen != Seen.OUT and now - stays[-1].until <= LONGEST_GAP:
        # A platform's clock may be ahead of ours.
        stays[-1] = Stay(stays[-1].since, max(now, stays[-1].until))
    return stays


def _begins_anew(row: PresenceNote, run: list[PresenceNote]) -> bool:
    """Whether a stay must have ended before this note: it was left, entered again, or long not seen."""
    long_unseen = run[0].seen != Seen.IN and row.at - run[-1].at > LONGEST_GAP
    return run[-1].seen == Seen.OUT or row.seen == Seen.IN or long_unseen


def _total(stays: list[Stay]) -> timedelta:
    return sum((stay.until - stay.since for stay in stays), timedelta())


def _together(some: list[Stay], others: list[Stay]) -> timedelta:
    zero = timedelta()
    return sum((max(min(a.until, b.until) - max(a.since, b.since), zero) for a in some for b in others), zero)
