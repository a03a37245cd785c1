import sys
from pathlib import Path

import pytest

from deploy.janus import configure
from deploy.janus.configure import BadSetup
from runner import debian, janus
from runner.progress import Problem

GIVEN = {
    "JANUS_URL": "http://127.0.0.1:8188/video/",
    "JANUS_API_SECRET": 'api "secret" \\',
    "JANUS_TOKEN_SECRET": "token",
    "JANUS_ADMIN_KEY": "key",
    "JANUS_EVENTS_PASSWORD": "password",
    "SITE_URL": "https://expertim.example/",
}


def written(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted(folder.glob("*.jcfg")))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("given")
def test_configuration_says_what_the_variables_say(tmp_path: Path) -> None:
    configure.main([str(tmp_path / "janus")])
    said = written(tmp_path / "janus")
    for line in (
        r'api_secret = "api \"secret\" \\"',
        'token_auth_secret = "token"',
        'admin_key = "key"',
        'base_path = "/video"',
        'ip = "127.0.0.1"',
        "port = 8188",
        'backend = "https://expertim.example/video/janus/events/"',
        'backend_pwd = "password"',
        'allow_origin = "https://expertim.example"',
    ):
        assert line in said
    assert "nat_1_1_mapping" not in said
    assert "$" not in said


@pytest.mark.usefixtures("given")
def test_public_address_is_the_second_word(tmp_path: Path) -> None:
    configure.main([str(tmp_path), "198.51.100.7"])
    assert 'nat_1_1_mapping = "198.51.100.7"' in written(tmp_path)


@pytest.mark.usefixtures("given")
def test_in_a_container_a_shorter_way_leads_to_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JANUS_EVENTS_URL", "http://proxy:8080")
    monkeypatch.setenv("JANUS_NAT_ADDRESS", "198.51.100.7")
    monkeypatch.setenv("JANUS_RTP_PORTS", "20000-20099")
    configure.main([str(tmp_path)])
    said = written(tmp_path)
    assert 'backend = "http://proxy:8080/video/janus/events/"' in said
    assert 'allow_origin = "https://expertim.example"' in said
    assert 'nat_1_1_mapping = "198.51.100.7"' in said
    assert 'rtp_port_range = "20000-20099"' in said


@pytest.mark.usefixtures("given")
def test_missing_variables_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JANUS_ADMIN_KEY")
    with pytest.raises(BadSetup, match=r"Janus needs JANUS_ADMIN_KEY\."):
        configure.main([str(tmp_path)])
    assert written(tmp_path) == ""


@pytest.mark.usefixtures("given")
def test_janus_listens_on_a_number_not_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JANUS_URL", "http://janus.example/janus")
    with pytest.raises(BadSetup, match="numeric address"):
        configure.main([str(tmp_path)])


def test_no_janus_is_said_with_the_line_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "can_install", lambda: False)
    with pytest.raises(Problem, match="sudo apt-get install janus"):
        janus.find_or_install()


def test_command_says_what_it_needs() -> None:
    with pytest.raises(BadSetup, match="Which folder"):
        configure.main(sys.argv[:0])
