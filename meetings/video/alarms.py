"""Who is told of a video room that is not as it should be, and when (spec: Video conference).

Operators: at once of what only they can mend, of trouble that lasts, and of any that lasts for more than a
moment within the last hour. The parties: within the last hour. An expert who has to put in a link: at once.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend

from meetings.models import Meeting, VideoRoom
from meetings.models.video import Trouble
from meetings.notices import kinds
from meetings.vocabulary import PARTIES, Role
from notifications import outbox

NEAR = timedelta(minutes=60)
LASTING, MORE_THAN_A_MOMENT = 5, 2  # attempts in vain
MAY_HELP = "meetings.change_videoroom"


def is_near(meeting: Meeting, now: datetime) -> bool:
    """Whether it is the last hour before the meeting, or the meeting itself."""
    return meeting.starts_at - NEAR <= now < meeting.ends_at


def raise_alarm(meeting: Meeting, row: VideoRoom, now: datetime) -> None:
    """Tell those who have to know, once for each trouble, and once more when it is near the start."""
    if row.sealed_link:
        return
    near = is_near(meeting, now) and row.wanted_version is not None
    source = f"{meeting.reference}:v{row.wanted_version}:video:{row.troubled_since:%y%m%d%H%M%S}"
    source += ":near" if near else ""
    is_more = row.trouble != Trouble.RETRYING or row.attempts >= MORE_THAN_A_MOMENT
    if row.trouble == Trouble.LINK_WANTED:
        _tell_expert(meeting, source, now)
    if near and is_more:
        kind = kinds.VIDEO_TROUBLE.kind
        outbox.tell(*(kinds.notification(meeting, role, kind, source, now, {}) for role in PARTIES))
    if (near and is_more) or row.trouble == Trouble.HELPLESS or row.attempts >= LASTING:
        _tell_operators(meeting, row, source, now)


def _tell_expert(meeting: Meeting, source: str, now: datetime) -> None:
    kind = kinds.VIDEO_LINK_WANTED
    outbox.tell(kinds.notification(meeting, Role.EXPERT, kind, source, now, {}))


def _tell_operators(meeting: Meeting, row: VideoRoom, source: str, now: datetime) -> None:
    facts: dict[str, Any] = {
        "number": meeting.pk,
        "problem": row.trouble_words,
        "starts_at": meeting.starts_at,
    }
    outbox.tell(
        *(
            outbox.notification(
                operator,
                kinds.VIDEO_FAILING,
                source=source,
                reference=meeting.reference,
                now=now,
                facts=facts,
            )
            for operator in ModelBackend().with_perm(MAY_HELP).filter(is_staff=True)
        )
    )
