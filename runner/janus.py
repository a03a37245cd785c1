"""Janus, the conference server: found or installed, configured from deploy/janus, started.

`python3 -m runner.janus FOLDER [PUBLIC-ADDRESS]` writes the configuration for real use, from the same
variables that the site reads (docs/janus.md).
"""

import contextlib
import ipaddress
import os
import secrets
import shutil
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from runner import debian, processes
from runner.places import ROOT
from runner.processes import Process
from runner.progress import Problem

PACKAGE = "janus"
TEMPLATES = ROOT / "deploy" / "janus"
NONE = "The tests of Janus need it, and it is not on the PATH (on Debian: sudo apt-get install janus)."
EVENTS = "/video/janus/events/"


@dataclass(frozen=True, slots=True)
class Setup:
    """What one Janus server is to know."""

    url: str
    api_secret: str
    token_secret: str
    admin_key: str
    events_password: str
    site_url: str
    nat_address: str = ""
    rtp_ports: str = "20000-29999"
    session_timeout: int = 20

    @classmethod
    def given(cls, variables: Mapping[str, str], *, nat_address: str = "") -> "Setup":
        """Return what the site's variables say. Raises Problem where one is missing."""
        needed = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
        missing = [name for name in needed if not variables.get(name)]
        if missing:
            raise Problem(f"Janus needs {', '.join(missing)}.")
        return cls(
            url=variables.get("JANUS_URL") or "http://127.0.0.1:8088/janus",
            api_secret=variables["JANUS_API_SECRET"],
            token_secret=variables["JANUS_TOKEN_SECRET"],
            admin_key=variables["JANUS_ADMIN_KEY"],
            events_password=variables["JANUS_EVENTS_PASSWORD"],
            site_url=variables.get("SITE_URL") or "http://127.0.0.1:8000",
            nat_address=nat_address,
        )


def find_or_install() -> str:
    """Return the path of Janus; install it where we can."""
    found = shutil.which(PACKAGE)
    if found is None and debian.can_install():
        debian.install(PACKAGE)
        found = shutil.which(PACKAGE)
    if found is None:
        raise Problem(NONE)
    return found


def write_configuration(folder: Path, setup: Setup) -> None:
    """Write a server's configuration into a folder; it holds secrets, so only its owner may read it."""
    folder.mkdir(parents=True, exist_ok=True)
    values = _values(setup)
    for template in sorted(TEMPLATES.glob("*.jcfg")):
        path = folder / template.name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(Template(template.read_text()).substitute(values))


def start(folder: Path, setup: Setup, *, within: Sequence[str] = ()) -> Process:
    """Start the server that a folder configures and wait until it answers.

    `within` is a command that runs it elsewhere, such as in a network of its own.
    """
    process = processes.start(
        PACKAGE,
        [*within, find_or_install(), "-F", folder],
        folder=folder,
        marker=str(folder),
    )
    processes.await_ready(process, lambda: answers(setup.url), seconds=30)
    return process


def answers(url: str) -> bool:
    """Look whether a server answers at this address."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/info", timeout=2) as response:  # noqa: S310
        return bool(response.status == 200)
    return False


def main(arguments: list[str]) -> None:
    """Write the configuration for real use into the folder named."""
    if len(arguments) not in (1, 2):
        raise Problem("Which folder? python3 -m runner.janus FOLDER [PUBLIC-ADDRESS]")
    folder, *addresses = arguments
    write_configuration(Path(folder), Setup.given(os.environ, nat_address="".join(addresses)))
    print(f"Written. Start it with: janus -F {folder}")


def _values(setup: Setup) -> dict[str, str]:
    address, site = urlsplit(setup.url), urlsplit(setup.site_url)
    words = {
        "api_secret": setup.api_secret,
        "token_secret": setup.token_secret,
        "unused_secret": secrets.token_hex(16),
        "admin_key": setup.admin_key,
        "events_url": setup.site_url.rstrip("/") + EVENTS,
        "events_password": setup.events_password,
        "site_origin": f"{site.scheme}://{site.netloc}",
        "rtp_ports": setup.rtp_ports,
        "base_path": address.path.rstrip("/"),
        "ip": _numeric(address.hostname),
    }
    nat = f'nat_1_1_mapping = "{_quoted(setup.nat_address)}"' if setup.nat_address else ""
    return {name: _quoted(word) for name, word in words.items()} | {
        "port": str(address.port or 80),
        "session_timeout": str(setup.session_timeout),
        "nat_1_1_mapping": nat,
    }


def _numeric(host: str | None) -> str:
    """Return the address to listen on; Janus knows no names."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host or ""))
    except ValueError as error:
        raise Problem("JANUS_URL has to name the numeric address that Janus listens on.") from error


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Problem as problem:
        sys.exit(str(problem))
