"""Every kind of notification, told on the real road."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from credits import ledger
from meetings.notices import reminders
from meetings.video import outbox
from meetings.vocabulary import Action, Progress, Role, Status
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.expected import ROWS
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    act,
    agreed,
    closed_by_silence,
    let_time_pass,
    make_meeting,
    suggest,
    with_alternative,
)

OPERATOR, USER = Role.OPERATOR, Role.USER


def _lapsed() -> None:
    meeting = with_alternative(USER)
    let_time_pass(meeting, meeting.starts_at)


def _expired() -> None:
    make_meeting(Status.EXPIRED)


def _reversed() -> None:
    meeting = closed_by_silence()
    act(meeting, Action.REVERSE, OPERATOR, now=meeting.closes_by_silence_at + DAY, words="Nobody came")


def _evaluated() -> None:
    make_meeting(Status.HELD)
    make_meeting(Status.NOT_HELD)
    make_meeting(Status.UNDER_REVIEW)
    meeting = agreed()
    act(meeting, Action.RECORD, USER, now=meeting.ends_at, progress=Progress.MY_FAULT)


def _reviewed() -> None:
    meeting = make_meeting(Status.HELD)
    act(meeting, Action.REVIEW, USER, now=meeting.ends_at + DAY, review="Very clear")


def _reminded() -> None:
    meeting = agreed()
    for moment in (meeting.starts_at - DAY, meeting.starts_at - HOUR, meeting.ends_at + DAY):
        reminders.send_due(moment)


def _paid_out() -> None:
    person, now = PersonFactory.create(credits=100), timezone.now()
    ledger.payout(person, 10, reason="invoice", made_by=None, key="payout", now=now)


def _suggested() -> None:
    suggest()
    suggest(by=Role.EXPERT)


def _without_video_room() -> None:
    PersonFactory.create(is_staff=True, is_superuser=True)
    meeting = agreed()
    with override_settings(VIDEO_PLATFORM="manual"):
        outbox.work_off(lambda: meeting.starts_at - HOUR)


OTHER_ROADS = (
    _without_video_room,
    _suggested,
    _lapsed,
    _expired,
    _reversed,
    _evaluated,
    _reviewed,
    _reminded,
    _paid_out,
)


def _taken(row: Any) -> Callable[[], None]:
    def road() -> None:
        meeting = row.before()
        act(meeting, row.action, row.role, now=row.at(meeting), **row.typed(meeting))

    return road


@pytest.fixture
def everything_told() -> list[Notification]:
    for road in (*OTHER_ROADS, *map(_taken, ROWS)):
        road()
    return list(Notification.objects.select_related("recipient", "about"))
