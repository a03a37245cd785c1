from pathlib import Path

import pytest

from runner import browser, debian
from runner.progress import Problem


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder on the PATH, empty; apt-get is not to be asked."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "MACOS", ())
    monkeypatch.setattr(debian, "can_install", lambda: False)
    return tmp_path


def make(path: Path) -> str:
    path.touch(mode=0o755)
    return str(path)


def test_variable_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(bare / "chromium")
    monkeypatch.setenv(browser.VARIABLE, make(bare / "mine"))
    assert browser.find_or_install() == str(bare / "mine")


def test_variable_that_leads_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.VARIABLE, "/nowhere/chromium")
    with pytest.raises(Problem, match="names /nowhere/chromium"):
        browser.find_or_install()


def test_known_names_are_found_on_the_path(bare: Path) -> None:
    make(bare / "google-chrome")
    assert browser.find_or_install() == str(bare / "google-chrome")


def test_no_browser_ends_the_run_with_the_line_to_type() -> None:
    with pytest.raises(Problem, match="sudo apt-get install chromium"):
        browser.find_or_install()


def test_root_on_debian_gets_one(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "can_install", lambda: True)
    monkeypatch.setattr(debian, "install", lambda package: make(bare / package))
    assert browser.find_or_install() == str(bare / "chromium-headless-shell")
