"""A real Janus for the tests that need one, with secrets of its own; it can be restarted."""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.janus.configure import Setup, write_configuration
from meetings.video.platforms.base import Stage
from meetings.video.platforms.janus import PLUGIN, Janus
from runner import janus, processes, throw_away
from runner.addresses import free_port
from runner.processes import Process
from tests import clock

HOST = "127.0.0.1"


@dataclass
class JanusServer:
    """One Janus in one folder; `within` runs it elsewhere, such as in a network of its own."""

    folder: Path
    setup: Setup
    within: Sequence[str] = ()
    process: Process | None = None

    def start(self) -> None:
        self.process = janus.start(self.folder, self.setup, within=self.within)

    def stop(self) -> None:
        if self.process:
            processes.stop([self.process])
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def configure(self, **changes: Any) -> None:
        """Restart with another set-up."""
        self.setup = replace(self.setup, **changes)
        write_configuration(self.folder, self.setup)
        self.restart()

    @property
    def variables(self) -> dict[str, str]:
        """The site's variables for this server."""
        return {
            "JANUS_URL": self.setup.url,
            "JANUS_PUBLIC_URL": self.setup.url,
            "JANUS_API_SECRET": self.setup.api_secret,
            "JANUS_TOKEN_SECRET": self.setup.token_secret,
            "JANUS_ADMIN_KEY": self.setup.admin_key,
            "JANUS_EVENTS_PASSWORD": self.setup.events_password,
        }

    @property
    def platform(self) -> Janus:
        return Janus.configured(self.variables)


@contextlib.contextmanager
def running(
    *, site_url: str = "http://127.0.0.1:9", host: str = HOST, port: int = 0, within: Sequence[str] = ()
) -> Iterator[JanusServer]:
    """Have a Janus. On another day there is none: it has a clock of its own, and dates what it reports."""
    if clock.variables():
        pytest.skip("Janus has a clock of its own.")
    url = f"http://{host}:{port or free_port()}/janus"
    setup = Setup(url, *(f'{secrets.token_hex(8)}"\\' for _ in range(4)), site_url=site_url)
    with throw_away.folder() as folder:
        server = JanusServer(folder / "janus", setup, within)
        write_configuration(server.folder, setup)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Refused(Exception):
    """What Janus answers with an error: its code."""


class Visitor:
    """Somebody who talks to Janus as a room page does, without sound and picture."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.key = url, {"token": token}
        self.session = self._post("", janus="create")["data"]["id"]
        self.handle = self.attach()

    def attach(self) -> int:
        return int(self._post(f"/{self.session}", janus="attach", plugin=PLUGIN)["data"]["id"])

    def ask(self, **body: Any) -> dict[str, Any]:
        """Ask the video rooms and return what they say, at once or a little later."""
        path = f"/{self.session}/{self.handle}"
        answer = self._post(path, janus="message", body=body)
        if answer["janus"] == "ack":
            answer = self.await_event()
        data: dict[str, Any] = answer["plugindata"]["data"]
        if "error_code" in data:
            raise Refused(data["error_code"])
        return data

    def join(self, stage: Stage) -> dict[str, Any]:
        """Join as a room page with these facts does."""
        facts = stage.facts
        whom = {"room": facts["room"], "id": facts["participant"], "token": facts["room_token"]}
        return self.ask(request="join", ptype="publisher", display=facts["name"], **whom)

    def await_event(self) -> dict[str, Any]:
        while True:
            answer = requests.get(f"{self.url}/{self.session}", params=self.key, timeout=35).json()
            if answer["janus"] == "error":
                raise Refused(answer["error"]["code"])
            if answer["janus"] == "event":
                return dict(answer)

    def leave(self) -> None:
        self._post(f"/{self.session}", janus="destroy")

    def _post(self, path: str, **message: Any) -> dict[str, Any]:
        told = {"transaction": secrets.token_hex(4), **message, **self.key}
        answer = requests.post(self.url + path, json=told, timeout=10).json()
        if answer["janus"] == "error":
            raise Refused(answer["error"]["code"])
        return dict(answer)
