"""A network of a test's own, beside the machine's: media servers skip the loopback device, so it has more."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

NEEDS = "People see each other only in a network of the test's own: that needs root and the ip command."


@dataclass(frozen=True)
class Network:
    """`inside` is its address for whoever is here; `command` in front of another runs that one there."""

    name: str
    inside: str
    command: tuple[str, ...]


def can_have() -> bool:
    return os.geteuid() == 0 and shutil.which("ip") is not None


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """Have a network with one cable to this machine; all in it is gone afterwards."""
    name, (here, there) = f"expertim{os.getpid()}", _addresses()
    cable = f"ex{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("addr", "add", f"{here}/30", "dev", cable)
        _ip("link", "set", cable, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "addr", "add", f"{there}/30", "dev", "cable")
        _ip("-n", name, "link", "set", "cable", "up")
        _ip("-n", name, "route", "add", "default", "via", here)
        yield Network(name, there, ("ip", "netns", "exec", name))
    finally:
        _ip("netns", "delete", name)  # the cable goes with it


def _addresses() -> tuple[str, str]:
    """Two neighbours among 10.99.x.x that another run at the same time has hardly."""
    third, fourth = divmod(os.getpid() * 4 % 65_536, 256)
    return f"10.99.{third}.{fourth + 1}", f"10.99.{third}.{fourth + 2}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)  # noqa: S603, S607
