"""A real HTTP server on this machine that plays somebody else's service, its bad days included."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Play = Callable[[Request], Reply]
# A bad day: it gets the request, a way to let the service act, and the connection; it returns a reply or
# nothing, where the connection is to end without one.
Mood = Callable[[Request, Play, socket.socket], Reply | None]


def says(status: int, body: bytes = b"", **headers: str) -> Mood:
    """The service does not act and answers so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request, _play, _connection: Reply(status, body, named)


def hangs_up(_request: Request, _play: Play, connection: socket.socket) -> None:
    """The connection is reset before the service acts."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def loses_answer(request: Request, play: Play, connection: socket.socket) -> None:
    """The service acts, and the answer is lost."""
    play(request)
    hangs_up(request, play, connection)


def late(seconds: float, *, acts: bool = True) -> Mood:
    """The service answers after a while, or would."""

    def mood(request: Request, play: Play, _connection: socket.socket) -> Reply:
        reply = play(request) if acts else Reply()
        time.sleep(seconds)
        return reply

    return mood


def breaks_off(request: Request, play: Play, connection: socket.socket) -> None:
    """The service acts, and half of the answer arrives."""
    reply = play(request)
    head = f"HTTP/1.1 {reply.status} OK\r\nContent-Length: {len(reply.body) + 10}\r\n\r\n".encode()
    connection.sendall(head + reply.body[: len(reply.body) // 2])


def dribbles(seconds_per_byte: float) -> Mood:
    """The service acts, and the answer comes a byte at a time."""

    def mood(request: Request, play: Play, connection: socket.socket) -> None:
        reply = play(request)
        with contextlib.suppress(OSError):
            head = f"HTTP/1.1 {reply.status} OK\r\nContent-Length: {len(reply.body)}\r\n\r\n".encode()
            connection.sendall(head)
            for byte in reply.body:
                connection.sendall(bytes([byte]))
                time.sleep(seconds_per_byte)

    return mood


class WebServer:
    """Plays one service; `moods` are used up one a request, then the service behaves."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.moods: deque[Mood] = deque()
        self.always: Mood | None = None
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), name="web server")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def secure(self, certificate: ssl.SSLContext) -> None:
        """Speak HTTPS from now on."""
        self._server.socket = certificate.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> "WebServer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web_server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.command, parts.path, parts.query, dict(self.headers), body)
                web_server.requests.append(request)
                reply = web_server._reply(request, self.connection)
                self.close_connection = True
                if reply:
                    self.send_response(reply.status)
                    for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

            def log_message(self, *_words: object) -> None:
                pass

        return Handler

    def _reply(self, request: Request, connection: socket.socket) -> Reply | None:
        mood = self.moods.popleft() if self.moods else self.always
        return mood(request, self.play, connection) if mood else self.play(request)


@contextlib.contextmanager
def nobody_at() -> Iterator[str]:
    """The address of a port that refuses connections."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        yield f"http://{HOST}:{taken.getsockname()[1]}"
