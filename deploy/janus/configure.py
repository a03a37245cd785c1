#!/usr/bin/env python3
"""Write the configuration of Janus, the conference server, from the same variables that the site reads.

    python3 deploy/janus/configure.py FOLDER [PUBLIC-ADDRESS]

The standard library alone: it runs beside Janus, where nothing of the site is (docs/janus.md).
"""

import ipaddress
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

TEMPLATES = Path(__file__).resolve().parent
EVENTS = "/video/janus/events/"


class BadSetup(Exception):
    """What is wrong with the variables, in words for whoever set them."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What one Janus server is to know."""

    url: str
    api_secret: str
    token_secret: str
    admin_key: str
    events_password: str
    site_url: str
    # Where the site takes reports; the same as for browsers unless a shorter way leads there.
    events_url: str = ""
    nat_address: str = ""
    rtp_ports: str = "20000-29999"
    session_timeout: int = 20

    @classmethod
    def given(cls, variables: Mapping[str, str], *, nat_address: str = "") -> "Setup":
        """Return what the site's variables say. Raises BadSetup where one is missing."""
        needed = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
        missing = [name for name in needed if not variables.get(name)]
        if missing:
            raise BadSetup(f"Janus needs {', '.join(missing)}.")
        return cls(
            url=variables.get("JANUS_URL") or "http://127.0.0.1:8088/janus",
            api_secret=variables["JANUS_API_SECRET"],
            token_secret=variables["JANUS_TOKEN_SECRET"],
            admin_key=variables["JANUS_ADMIN_KEY"],
            events_password=variables["JANUS_EVENTS_PASSWORD"],
            site_url=variables.get("SITE_URL") or "http://127.0.0.1:8000",
            events_url=variables.get("JANUS_EVENTS_URL", ""),
            nat_address=nat_address or variables.get("JANUS_NAT_ADDRESS", ""),
            rtp_ports=variables.get("JANUS_RTP_PORTS") or "20000-29999",
        )


def write_configuration(folder: Path, setup: Setup) -> None:
    """Write a server's configuration into a folder; it holds secrets, so only its owner may read it.

    Raises BadSetup.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = _values(setup)
    for template in sorted(TEMPLATES.glob("*.jcfg")):
        path = folder / template.name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(Template(template.read_text()).substitute(values))


def main(arguments: list[str]) -> None:
    """Write the configuration for real use into the folder named."""
    if len(arguments) not in (1, 2):
        raise BadSetup("Which folder? python3 deploy/janus/configure.py FOLDER [PUBLIC-ADDRESS]")
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
        "events_url": (setup.events_url or setup.site_url).rstrip("/") + EVENTS,
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
        raise BadSetup("JANUS_URL has to name the numeric address that Janus listens on.") from error


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BadSetup as problem:
        sys.exit(str(problem))
