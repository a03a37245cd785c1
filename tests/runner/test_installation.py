import re
from pathlib import Path

import pytest

from runner import debian, installation
from runner.places import VENV
from runner.progress import Problem

LOCKS = [installation.DEMO, installation.TEST, installation.INSTALLER]


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Play with a copy of the truth: a .venv that has a Python and nothing else, and a lock file."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    monkeypatch.setattr(installation, "VENV", tmp_path)
    monkeypatch.setattr(installation, "PYTHON", tmp_path / "bin" / "python")
    return tmp_path


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "some.lock"
    path.write_text("Django==5.2.19")
    return path


def note(lock: Path) -> None:
    installation.stamp(lock).write_text(installation._hash(lock))


def test_lock_without_stamp_is_not_installed(venv: Path, lock: Path) -> None:
    assert not installation.is_installed(lock)


def test_lock_with_its_stamp_is_installed(venv: Path, lock: Path) -> None:
    note(lock)
    assert installation.is_installed(lock)


def test_changed_lock_is_not_installed(venv: Path, lock: Path) -> None:
    note(lock)
    lock.write_text("Django==5.2.20")
    assert not installation.is_installed(lock)


def test_nothing_is_installed_where_python_is_gone(venv: Path, lock: Path) -> None:
    note(lock)
    (venv / "bin" / "python").unlink()
    assert not installation.is_installed(lock)


def test_installation_cut_short_counts_for_nothing(venv: Path, lock: Path) -> None:
    note(lock)
    (venv / "half-done").touch()
    assert not installation.is_installed(lock)


def test_tests_need_all_that_the_demo_needs() -> None:
    assert pins(installation.DEMO) <= pins(installation.TEST)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_has_its_hashes_and_no_host_is_named(lock: Path) -> None:
    text = lock.read_text()
    for package in re.findall(r"^[a-z].*?(?=^[a-z]|\Z)", text, flags=re.DOTALL | re.MULTILINE):
        assert "--hash=sha256:" in package
    assert "://" not in text


def test_without_any_pip_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_works", lambda _command: False)
    monkeypatch.setattr(debian, "can_install", lambda: False)
    with pytest.raises(Problem, match="apt-get install python3-venv"):
        installation._pip()


def test_stamps_are_inside_the_venv() -> None:
    assert installation.stamp(installation.DEMO) == VENV / "installed-requirements-demo"


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;]+", lock.read_text(), flags=re.MULTILINE))
