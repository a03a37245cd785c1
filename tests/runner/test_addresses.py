import doctest
import os
import tempfile
from pathlib import Path

import pytest

from runner import addresses
from runner.progress import Problem


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(addresses).failed == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=2"),
        ("unix:///run/redis.sock?timeout=5&db=0", "unix:///run/redis.sock?timeout=5&db=2"),
        ("redis://user:secret@host:6380", "redis://user:secret@host:6380/2"),
        ("rediss://host/15", "rediss://host/2"),
    ],
)
def test_redis_address_keeps_all_but_its_database(url: str, expected: str) -> None:
    assert addresses.with_redis_database(url, 2) == expected


def test_socket_folder_is_short_however_deep_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/var/" + "deep/" * 30)
    folder = addresses.socket_folder(Path("/home/" + "deep/" * 40))
    assert len(str(folder / ".s.PGSQL.5432")) < 100


def test_socket_folders_of_two_checkouts_differ(tmp_path: Path) -> None:
    assert addresses.socket_folder(tmp_path / "a") != addresses.socket_folder(tmp_path / "b")


def test_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    with pytest.raises(Problem, match="others can enter"):
        addresses.make_private(open_to_all, owners=())


def test_link_to_a_private_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    os.symlink(tmp_path / "theirs", tmp_path / "link")
    with pytest.raises(Problem):
        addresses.make_private(tmp_path / "link", owners=())
