"""A BigBlueButton server that keeps its promises, and whose state can be looked at."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from meetings.video.platforms.bigbluebutton import checksum
from tests.meetings.video.platforms.contract import NOWHERE
from tests.webserver import Reply, Request, says

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


CONTROLS = set(map(chr, range(32)))


CREATE = {
    *("name", "meetingID", "record", "allowStartStopRecording", "guestPolicy", "duration"),
    *("meetingExpireIfNoUserJoinedInMinutes", "meetingExpireWhenLastUserLeftInMinutes"),
}


JOIN = {"fullName", "meetingID", "role", "createTime", "userID", "redirect"}


class Failed(Exception):
    """What BigBlueButton answers with a key."""


@dataclass
class Meeting:
    query: str
    create_time: int
    minutes: int
    inside: dict[str, str] = field(default_factory=dict)
    ended: bool = False

    def xml(self) -> str:
        attendees = "".join(
            f"<attendee><userID>{escape(user)}</userID><fullName>{escape(name)}</fullName></attendee>"
            for user, name in self.inside.items()
        )
        return (
            f"<createTime>{self.create_time}</createTime>"
            f"<hasBeenForciblyEnded>{str(self.ended).lower()}</hasBeenForciblyEnded>"
            f"<attendees>{attendees}</attendees>"
        )


class FakeBigBlueButton:
    """Behaves as the real one does, as far as we ask it."""

    def __init__(self) -> None:
        self.meetings: dict[str, Meeting] = {}
        self.created: list[str] = []
        # Versions that invent passwords where none are given refuse even the same query (issue 16690).
        self.knows_repeats = True
        # Some versions make an ended meeting anew, others never again.
        self.ends_for_good = False
        self._times = count(1_800_000_000_000)
        self._lock = threading.Lock()

    def rooms(self) -> int:
        return sum(not meeting.ended for meeting in self.meetings.values())

    def play(self, request: Request) -> Reply:
        base, _, call = request.path.rpartition("/")
        if base != "/bigbluebutton/api":
            return Reply(404, b"<html>nginx</html>")
        try:
            with self._lock:
                inner = "<returncode>SUCCESS</returncode>" + self.answer(call, request.query)
        except Failed as failed:
            inner = f"<returncode>FAILED</returncode><messageKey>{failed}</messageKey><message>No.</message>"
        return Reply(body=f"<response>{inner}</response>".encode(), headers={"Content-Type": "text/xml"})

    def answer(self, call: str, signed: str) -> str:
        query, _, given = signed.rpartition("&checksum=")
        if given != checksum(call, query, SECRET):
            raise Failed("checksumError")
        calls: dict[str, Callable[[str, dict[str, str]], str]] = {
            "create": self.create,
            "end": self.end,
            "getMeetingInfo": self.info,
            "isMeetingRunning": self.is_running,
            "join": self.join,
        }
        return calls[call](query, dict(parse_qsl(query, strict_parsing=True)))

    def create(self, query: str, given: dict[str, str]) -> str:
        assert set(given) == CREATE
        if not 2 <= len(given["name"].encode("utf-16-le")) // 2 <= 64 or CONTROLS & set(given["name"]):
            raise Failed("invalidName")
        assert given["record"] == given["allowStartStopRecording"] == "false"
        assert given["guestPolicy"] == "ALWAYS_ACCEPT"
        assert int(given["duration"]) > 0
        there = self.meetings.get(given["meetingID"])
        if there and there.ended and self.ends_for_good:
            raise Failed("meetingForciblyEnded")
        if there and not there.ended:
            if there.query != query or not self.knows_repeats:
                raise Failed("idNotUnique")
            return there.xml() + "<messageKey>duplicateWarning</messageKey>"
        self.created.append(given["meetingID"])
        made = Meeting(query, next(self._times), int(given["duration"]))
        self.meetings[given["meetingID"]] = made
        return made.xml() + f"<meetingID>{given['meetingID']}</meetingID><messageKey/>"

    def end(self, _query: str, given: dict[str, str]) -> str:
        meeting = self.living(given["meetingID"])
        meeting.ended, meeting.inside = True, {}
        return "<messageKey>sentEndMeetingRequest</messageKey>"

    def info(self, _query: str, given: dict[str, str]) -> str:
        return self.living(given["meetingID"]).xml()

    def is_running(self, _query: str, given: dict[str, str]) -> str:
        return f"<running>{str(given['meetingID'] in self.meetings).lower()}</running>"

    def join(self, _query: str, given: dict[str, str]) -> str:
        assert set(given) == JOIN
        assert given["role"] in ("MODERATOR", "VIEWER")
        meeting = self.living(given["meetingID"])
        if given["createTime"] != str(meeting.create_time):
            raise Failed("mismatchCreateTimeParam")
        meeting.inside[given["userID"]] = given["fullName"]
        return ""

    def living(self, meeting_id: str) -> Meeting:
        meeting = self.meetings.get(meeting_id)
        if meeting is None or meeting.ended:
            raise Failed("notFound")
        return meeting

    def opens(self, address: str) -> str:
        """The room that a browser gets into; it leaves again."""
        parts = urlsplit(address)
        try:
            self.answer(parts.path.rpartition("/")[2], parts.query)
        except Failed:
            return NOWHERE
        given = dict(parse_qsl(parts.query))
        self.meetings[given["meetingID"]].inside.clear()
        return given["meetingID"]


def failed(key: str) -> Callable[..., Reply]:
    body = f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey></response>"
    return says(200, body.encode())
