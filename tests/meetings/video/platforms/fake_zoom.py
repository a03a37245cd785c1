"""Zoom as far as our adapter knows it: tokens that expire, scopes, pages, and its own ways of saying no."""

import base64
import json
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from meetings.video.platforms.zoom import Zoom
from meetings.video.platforms.zoom_api import ZoomApi
from tests.meetings.video.platforms.contract import NOWHERE
from tests.webserver import Mood, Reply, Request, WebServer, says

ACCOUNT, CLIENT_ID, CLIENT_SECRET = "acc-4711", "client-0815", "s3cret-of-the-app"
HOST = "host+video@example.org"
GIVEN = {
    "ZOOM_ACCOUNT_ID": ACCOUNT,
    "ZOOM_CLIENT_ID": CLIENT_ID,
    "ZOOM_CLIENT_SECRET": CLIENT_SECRET,
    "ZOOM_HOST": HOST,
}
TOKEN, ZAK = "eyJ-access-token", "zak-of-the-host"
SCOPES = {
    "GET /users/*/meetings": "meeting:read:list_meetings:admin",
    "POST /users/*/meetings": "meeting:write:meeting:admin",
    "GET /meetings/*": "meeting:read:meeting:admin",
    "PATCH /meetings/*": "meeting:update:meeting:admin",
    "DELETE /meetings/*": "meeting:delete:meeting:admin",
    "PUT /meetings/*/status": "meeting:update:status:admin",
}
# What old apps have in their place.
OLDER_SCOPES = {
    "GET /users/*/meetings": "meeting:read:admin",
    "POST /users/*/meetings": "meeting:write:admin",
    "GET /meetings/*": "meeting:read:admin",
    "PATCH /meetings/*": "meeting:write:admin",
    "DELETE /meetings/*": "meeting:write:admin",
    "PUT /meetings/*/status": "meeting:write:admin",
}
# What each field may hold; all are needed to make a meeting, any to change one.
TAKEN: dict[str, Callable[[Any], object]] = {
    "topic": lambda topic: (
        0 < len(topic.encode("utf-16-le")) <= 400 and not re.search(r"[\x00-\x1f\x7f]", topic)
    ),
    "type": lambda kind: kind == 2,
    "start_time": lambda time: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time),
    "timezone": lambda zone: zone == "UTC",
    "duration": lambda minutes: isinstance(minutes, int) and minutes > 0,
    "agenda": lambda agenda: len(agenda) <= 2000,
    "password": lambda password: re.fullmatch(r"[A-Za-z0-9@_*-]{1,10}", password),
    "settings": lambda settings: isinstance(settings, dict),
}


def error(status: int, code: int, message: str, **more: Any) -> Reply:
    return Reply(status, json.dumps({"code": code, "message": message, **more}).encode())


class FakeZoom:
    """One account with one host; everything that a request may change is changed under one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.now = datetime.now(UTC)
        self.lifetime = timedelta(hours=1)
        self.scopes = dict(SCOPES)
        self.tokens: dict[str, tuple[datetime, frozenset[str]]] = {}
        self.meetings: dict[int, dict[str, Any]] = {}
        self.running: set[int] = set()
        self.ends_at_once = True
        self.page_size = 300
        self.waiting_room_is_locked = False
        self.mails: list[str] = []
        self.made = self.given = 0

    def play(self, request: Request) -> Reply:
        with self.lock:
            if request.path == "/oauth/token":
                return self.give_token(request)
            return self.answer(request)

    # --- Letting in ---------------------------------------------------------------------------------

    def give_token(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.method != "POST" or form.get("grant_type") != "account_credentials":
            return Reply(400, b'{"reason":"unsupported grant type","error":"unsupported_grant_type"}')
        if request.headers.get("Authorization") != f"Basic {basic}":
            return Reply(400, b'{"reason":"Invalid client_id or client_secret","error":"invalid_client"}')
        if form.get("account_id") != ACCOUNT:
            return Reply(400, b'{"reason":"Bad Request","error":"invalid_request"}')
        self.given += 1
        token = f"{TOKEN}-{self.given}"
        self.tokens[token] = (self.now + self.lifetime, frozenset(self.scopes.values()))
        given = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(self.lifetime.total_seconds()),
            "scope": " ".join(sorted(set(self.scopes.values()))),
            "api_url": f"http://{request.headers['Host']}",
        }
        return Reply(200, json.dumps(given).encode())

    def answer(self, request: Request) -> Reply:
        until, scopes = self.tokens.get(
            request.headers.get("Authorization", "").removeprefix("Bearer "), (self.now, frozenset())
        )
        if until <= self.now:
            return error(401, 124, "Invalid access token.")
        path = request.path.removeprefix("/v2")
        call = request.method + " " + re.sub("^/(users|meetings)/[^/]+", r"/\1/*", path)
        if request.path == path or call not in SCOPES:
            return Reply(404, b"<h1>404 Not Found</h1>")
        if not scopes & {SCOPES[call], OLDER_SCOPES[call]}:
            return error(400, 4711, f"Invalid access token, does not contain scopes:[{SCOPES[call]}].")
        about = unquote(path.split("/")[2])
        if path.startswith("/users/"):
            return self.of_host(request, about)
        return self.of_meeting(request, int(about))

    # --- Meetings -----------------------------------------------------------------------------------

    def of_host(self, request: Request, host: str) -> Reply:
        if host != HOST:
            return error(404, 1001, f"User does not exist: {host}.")
        if request.method == "GET":
            return self.page(request.parameters)
        fields = json.loads(request.body)
        faults = self.faults(fields)
        if faults or set(fields) != set(TAKEN):
            return error(400, 300, "Validation Failed.", errors=faults)
        # Numbers say nothing about who was first, and times tell seconds only.
        number = 80_000_000_000 + random.randrange(10**9)  # noqa: S311 - guards nothing
        self.made += 1
        self.meetings[number] = {
            "id": number,
            "uuid": f"/{number}==",
            "created_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
            **fields,
        }
        if self.waiting_room_is_locked:
            fields["settings"] |= {"waiting_room": True, "join_before_host": False}
        if fields["settings"].get("email_notification") is not False:
            self.mails.append("made")
        return Reply(201, json.dumps(self.shown(number)).encode())

    def page(self, asked: dict[str, str]) -> Reply:
        numbers = sorted(self.meetings, reverse=True)
        size = min(int(asked.get("page_size", 30)), self.page_size)
        start = int(asked.get("next_page_token", "page-0").removeprefix("page-"))
        shown = [self.shown(number) for number in numbers[start : start + size]]
        for meeting in shown:
            del meeting["settings"], meeting["password"], meeting["start_url"]
            meeting["agenda"] = meeting["agenda"][:250]
        more = f"page-{start + size}" if start + size < len(numbers) else ""
        return Reply(
            200, json.dumps({"page_size": size, "next_page_token": more, "meetings": shown}).encode()
        )

    def of_meeting(self, request: Request, number: int) -> Reply:
        if number not in self.meetings:
            return error(404, 3001, f"Meeting does not exist: {number}.")
        if request.method == "GET":
            return Reply(200, json.dumps(self.shown(number)).encode())
        if request.method == "PATCH":
            return self.change(number, json.loads(request.body))
        if request.method == "PUT":
            return self.end(number, json.loads(request.body))
        return self.delete(number, request.parameters)

    def change(self, number: int, fields: dict[str, Any]) -> Reply:
        faults = self.faults(fields)
        if faults:
            return error(400, 300, "Validation Failed.", errors=faults)
        self.meetings[number] |= fields
        return Reply(204)

    def end(self, number: int, fields: dict[str, Any]) -> Reply:
        if fields != {"action": "end"} or number not in self.running:
            return error(400, 3061, "This meeting is not running.")
        if self.ends_at_once:
            self.running.remove(number)
        return Reply(204)

    def delete(self, number: int, asked: dict[str, str]) -> Reply:
        if number in self.running:
            return error(400, 3002, "Sorry, you cannot delete this meeting since it's in progress.")
        if self.meetings[number].get("is_over"):
            return error(400, 3007, "Sorry, you cannot delete this meeting since it's ended.")
        if asked != {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}:
            self.mails.append("deleted")
        del self.meetings[number]
        return Reply(204)

    def faults(self, fields: dict[str, Any]) -> list[dict[str, str]]:
        """What Zoom would not take; its words repeat what was sent."""
        return [
            {"field": name, "message": f"Invalid: {value}"}
            for name, value in fields.items()
            if name not in TAKEN or not TAKEN[name](value)
        ]

    # --- What people would see ----------------------------------------------------------------------

    def shown(self, number: int) -> dict[str, Any]:
        meeting = self.meetings[number]
        links = {
            "join_url": f"https://us02web.zoom.us/j/{number}?pwd={self.in_link(meeting['password'])}",
            "start_url": f"https://us02web.zoom.us/s/{number}?zak={ZAK}",
        }
        return meeting | links

    @staticmethod
    def in_link(password: str) -> str:
        return base64.urlsafe_b64encode(password.encode()[::-1]).decode().rstrip("=") + ".1"

    def leads_to(self, address: str) -> str:
        """Which meeting somebody gets into, without a host there."""
        parts = urlsplit(address)
        asked = parse_qs(parts.query)
        meeting = self.meetings.get(int(parts.path.removeprefix("/j/")))
        if parts.scheme != "https" or not meeting or asked["pwd"] != [self.in_link(meeting["password"])]:
            return NOWHERE
        settings = meeting["settings"]
        is_open = settings["join_before_host"] and not settings["waiting_room"]
        return str(meeting["id"]) if is_open else NOWHERE


# --- Asking it ---------------------------------------------------------------------------------------


def zoom_at(url: str, fake: FakeZoom, *, secret: str = CLIENT_SECRET, host: str = HOST, **more: Any) -> Zoom:
    token_url, api_url = f"{url}/oauth/token", f"{url}/v2"
    return Zoom(ZoomApi(ACCOUNT, CLIENT_ID, secret, token_url, api_url, clock=lambda: fake.now, **more), host)


def calls(server: WebServer) -> list[str]:
    return [f"{request.method} {request.path.removeprefix('/v2')}" for request in server.requests]


def says_json(status: int, code: int, message: str, **more: Any) -> Mood:
    """A bad day in Zoom's own words."""
    return says(status, json.dumps({"code": code, "message": message, **more}).encode())
