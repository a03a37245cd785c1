import re
import stat
from pathlib import Path

import pytest

from runner import servers, variables
from runner.places import ROOT


def read_by_settings() -> set[str]:
    return set(re.findall(r'\benv(?:\.\w+)?\(\s*"(\w+)"', (ROOT / "expertim" / "settings.py").read_text()))


def asked_by_compose() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def test_example_names_what_settings_and_compose_read_and_nothing_else() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    assert sorted(named) == sorted(read_by_settings() | asked_by_compose())


def test_every_variable_of_the_example_has_a_sentence() -> None:
    paragraphs = (ROOT / ".env.example").read_text().split("\n\n")
    for paragraph in paragraphs:
        lines = paragraph.strip().splitlines()
        if re.match(r"#?[A-Z_]+=", lines[-1]):
            assert re.match(r"# .+\S", lines[0]), paragraph


def test_tests_decide_on_every_variable() -> None:
    decided = {*variables.FOR_TESTS, *variables.NOT_FOR_TESTS, *servers.VARIABLES}
    assert decided == read_by_settings() | {"DJANGO_SETTINGS_MODULE"}


def test_secret_key_is_long_kept_and_for_our_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / ".dev" / "secret_key"
    key = variables.secret_key(path)
    assert len(key) >= 50
    assert variables.secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_demo_decides_whatever_the_shell_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "SECRET_KEY", tmp_path / "secret_key")
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("HTTPS", "1")
    environment = variables.for_demo({"REDIS_URL": "unix:///x?db=0"}, port=8123)
    chosen = ("DEMO", "EXTRA_APPS", "DEBUG", "HTTPS", "SITE_URL", "REDIS_URL")
    assert [environment[name] for name in chosen] == [
        "1",
        "demo",
        "0",
        "0",
        "http://127.0.0.1:8123",
        "unix:///x?db=0",
    ]
