"""The port that the demo listens on, and whether its page answers.

As a program, for containers: python -m runner.page asks the first page and fails unless it is a good one.
"""

import errno
import http.client
import os
import socket
import sys
from urllib.parse import urlsplit

from runner.progress import Problem

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
HOW_TO_CHOOSE = "Choose another one: PORT={other} python3 run.py demo"


def wanted_port() -> int:
    """Return the port that PORT names, or the usual one."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise Problem(f"PORT is {text!r}, which is no port. {HOW_TO_CHOOSE.format(other=DEFAULT_PORT + 1)}")
    return int(text)


def require_free(port: int) -> None:
    """End with a clear sentence when nobody else can listen there."""
    reason = _why_not(port)
    if reason:
        other = port + 1 if 1024 <= port < 65535 else DEFAULT_PORT
        raise Problem(f"Port {port} {reason}. {HOW_TO_CHOOSE.format(other=other)}")


def status(port: int, *, headers: dict[str, str] | None = None) -> int | None:
    """Return what the first page answers with; None while there is no answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/", headers=headers or {})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _why_not(port: int) -> str | None:
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return "is in use by another program"
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            return "is in use by another program" if busy else f"cannot be used ({error.strerror})"
    return None


if __name__ == "__main__":
    # As the proxy in front asks: for the site's own name, and having taken care of HTTPS.
    site = urlsplit(os.environ.get("SITE_URL", ""))
    answer = status(wanted_port(), headers={"Host": site.netloc or HOST, "X-Forwarded-Proto": "https"})
    sys.exit(0 if answer == 200 else f"The first page answers with {answer}.")
