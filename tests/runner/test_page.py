import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from runner import page
from runner.places import ROOT
from runner.progress import Problem
from tests import environment


class Site(http.server.BaseHTTPRequestHandler):
    answer = 200

    def do_GET(self) -> None:
        self.send_response(self.answer if self.headers["Host"] == "expertim.example" else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[int]:
    with http.server.ThreadingHTTPServer((page.HOST, 0), Site) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as taken:
        taken.bind((page.HOST, 0))
        taken.listen()
        yield taken


def test_usual_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert page.wanted_port() == 8000


def test_port_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert page.wanted_port() == 8123


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "http"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Problem, match="is no port"):
        page.wanted_port()


def test_busy_port_is_named_with_the_way_out(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(Problem) as refusal:
        page.require_free(port)
    assert str(refusal.value) == (
        f"Port {port} is in use by another program. Choose another one: PORT={port + 1} python3 run.py demo"
    )


def test_port_just_left_is_free(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    page.require_free(port)


def test_status_of_no_answer(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    assert page.status(port) is None


def test_status_of_an_answer(site: int) -> None:
    assert page.status(site) == 400
    assert page.status(site, headers={"Host": "expertim.example"}) == 200


@pytest.mark.parametrize(("url", "expected"), [("https://expertim.example", 0), ("https://other.example", 1)])
def test_container_is_healthy_when_the_site_answers_to_its_name(site: int, url: str, expected: int) -> None:
    named = environment.bare(PORT=str(site), SITE_URL=url)
    done = subprocess.run([sys.executable, "-m", "runner.page"], cwd=ROOT, env=named, check=False)
    assert done.returncode == expected
