"""Find the servers' programs inside installed packages, without importing those packages."""

from importlib.machinery import PathFinder
from pathlib import Path

from runner.places import VENV


def folder_of(package: str) -> Path | None:
    """Return the folder of a package that this Python or the one in .venv has installed."""
    in_venv = [str(folder) for folder in VENV.glob("lib/python3*/site-packages")]
    for places in (None, in_venv):
        spec = PathFinder.find_spec(package, places)
        if spec and spec.submodule_search_locations:
            return Path(spec.submodule_search_locations[0])
    return None
