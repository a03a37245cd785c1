import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from meetings.video.platforms import PLATFORMS
from meetings.video.platforms.base import Misconfigured, Participant, Room
from meetings.video.platforms.jitsi import Jaas, Jitsi
from tests.meetings.video.platforms.contract import (
    CLIENT,
    EXPERT,
    NEVER_ASKED,
    NOWHERE,
    STARTS,
    Promises,
    Service,
)
from tests.meetings.video.platforms.keys import pem
from tests.webserver import Reply, WebServer, says

SECRET = "a jitsi secret of more than thirty-two bytes"
URL = "https://meet.example.org"
PAGE = b"<html>" + 20 * b"Jitsi Meet " + b"</html>"
OURS = Jitsi(URL, "expertim", SECRET)
# Bad days that the start page does not show: any page will do.
FINE = frozenset({"html", "empty", "other json", "other xml", "bomb"})


def token_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["jwt"][0]


def claims_in(address: str, key: str | RSAPublicKey = SECRET, algorithm: str = "HS256") -> dict:
    """The claims, for whoever has the key, at any time: when they hold is for the tests to say."""
    unchecked = {"verify_exp": False, "verify_nbf": False}
    return jwt.decode(token_in(address), key, [algorithm], audience="jitsi", options=unchecked)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@cache
def key() -> RSAPrivateKey:
    loaded = load_pem_private_key(pem().encode(), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def public(private: str) -> str:
    loaded = load_pem_private_key(private.encode(), None).public_key()
    return loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class TestJitsiWithoutTokens(Promises):
    @pytest.fixture
    def service(self) -> Iterator[Service]:
        with WebServer(lambda _request: Reply(body=PAGE)) as server:
            yield Service(
                server,
                at=Jitsi,
                leads_to=lambda address: urlsplit(address).path,
                name_in=lambda address: json.loads(unquote(address.partition("#userInfo.displayName=")[2])),
                asks=frozenset({"health"}),
                makes_rooms=False,
                fine=FINE,
            )

    def test_health_says_that_anyone_may_enter(self, service: Service) -> None:
        assert service.platform.health().words == (
            "Jitsi is used without tokens: whoever learns a room's unguessable name can enter it.",
        )

    def test_name_is_not_sent_to_the_server(self) -> None:
        address = urlsplit(Jitsi(URL).entry_url(NEVER_ASKED, EXPERT, STARTS))
        assert address.query == ""
        assert address.path == f"/{NEVER_ASKED.name}"


class TestJitsiWithTokens(Promises):
    @pytest.fixture
    def service(self) -> Iterator[Service]:
        with WebServer(lambda _request: Reply(body=PAGE)) as server:
            yield Service(
                server,
                at=lambda url: Jitsi(url, "expertim", SECRET),
                leads_to=lambda address: opened_by(address, STARTS),
                name_in=lambda address: claims_in(address)["context"]["user"]["name"],
                secrets=(SECRET,),
                asks=frozenset({"health"}),
                makes_rooms=False,
                fine=FINE,
            )

    def test_health_says_nothing_more(self, service: Service) -> None:
        assert service.platform.health().words == ()

    def test_health_warns_of_a_short_secret(self, service: Service) -> None:
        words = Jitsi(service.server.url, "expertim", "s" * 31).health().words
        assert words == ("JITSI_SECRET is shorter than 32 bytes: it can be guessed from a token.",)


def opened_by(address: str, now: datetime) -> str:
    """The room that Prosody's token plug-in lets in at this time."""
    claims, header = claims_in(address), jwt.get_unverified_header(token_in(address))
    room = urlsplit(address).path.rpartition("/")[2]
    assert header == {"typ": "JWT", "alg": "HS256"}
    assert claims["iss"] == "expertim"
    holds = claims["nbf"] <= now.timestamp() < claims["exp"] and claims["room"] == room.lower()
    return room if holds else NOWHERE


class TestToken:
    @pytest.mark.filterwarnings("ignore:The HMAC key is 10 bytes long")
    def test_signature_is_the_pinned_one(self) -> None:
        opens, closes = at(1799999100 + 30), at(1800007200)
        room = Room("m-7f3a-r1", "", opens + timedelta(minutes=15), closes - timedelta(minutes=60))
        eva = Participant("u-1", "Eva", is_host=True, page="")
        address = Jitsi(URL, "myapp", "app-s3cret").entry_url(room, eva, closes - timedelta(minutes=5))
        assert token_in(address).rpartition(".")[2] == "3gt0lBUhy40s123ERyuUSWlN4BKZbLwaxeLV0eux04c"

    def test_says_who_enters_which_room(self) -> None:
        claims = claims_in(OURS.entry_url(NEVER_ASKED, EXPERT, STARTS))
        assert claims == {
            "aud": "jitsi",
            "iss": "expertim",
            "sub": "meet.example.org",
            "room": NEVER_ASKED.name,
            "nbf": int(NEVER_ASKED.opens_at.timestamp()) - 30,
            "exp": int(STARTS.timestamp()) + 600,
            "context": {"user": {"id": EXPERT.id, "name": EXPERT.name}},
        }

    def test_holds_at_once_at_the_first_instant(self) -> None:
        opens = NEVER_ASKED.opens_at
        address = OURS.entry_url(NEVER_ASKED, CLIENT, opens)
        assert opened_by(address, opens) == NEVER_ASKED.name
        # The server's clock may be half a minute behind.
        assert opened_by(address, opens - timedelta(seconds=30)) == NEVER_ASKED.name
        assert opened_by(address, opens - timedelta(seconds=31)) == NOWHERE

    def test_made_before_the_window_it_holds_only_inside(self) -> None:
        early = NEVER_ASKED.opens_at - timedelta(minutes=2)
        address = OURS.entry_url(NEVER_ASKED, CLIENT, early)
        assert opened_by(address, early) == NOWHERE
        assert opened_by(address, NEVER_ASKED.opens_at) == NEVER_ASKED.name

    @pytest.mark.parametrize(("before_close", "lasts"), [(3600, 600), (600, 600), (599, 599), (1, 1)])
    def test_ends_ten_minutes_after_the_click_or_with_the_window(self, before_close: int, lasts: int) -> None:
        click = NEVER_ASKED.closes_at - timedelta(seconds=before_close)
        address = OURS.entry_url(NEVER_ASKED, CLIENT, click)
        assert opened_by(address, click + timedelta(seconds=lasts - 1)) == NEVER_ASKED.name
        assert opened_by(address, click + timedelta(seconds=lasts)) == NOWHERE

    def test_opens_no_other_room(self) -> None:
        address = OURS.entry_url(NEVER_ASKED, CLIENT, STARTS)
        assert opened_by(address.replace(NEVER_ASKED.name, "m-7-1-other"), STARTS) == NOWHERE


class TestJaas(Promises):
    APP = "vpaas-magic-cookie-0123456789abcdef"

    @pytest.fixture
    def service(self) -> Iterator[Service]:
        with WebServer(lambda _request: Reply(body=PAGE)) as server:
            yield Service(
                server,
                at=lambda url: Jaas(self.APP, "k-1", key(), url),
                leads_to=lambda address: self.claims(address)["room"],
                name_in=lambda address: self.claims(address)["context"]["user"]["name"],
                secrets=(pem(), pem().splitlines()[5]),
                asks=frozenset({"health"}),
                makes_rooms=False,
                fine=FINE,
            )

    def claims(self, address: str) -> dict:
        return claims_in(address, key().public_key(), "RS256")

    @pytest.mark.parametrize(("person", "moderator"), [(EXPERT, "true"), (CLIENT, "false")])
    def test_says_who_enters_which_room(self, person: Participant, moderator: str) -> None:
        address = Jaas(self.APP, "k-1", key()).entry_url(NEVER_ASKED, person, STARTS)
        assert address.startswith(f"https://8x8.vc/{self.APP}/{NEVER_ASKED.name}?jwt=")
        assert jwt.get_unverified_header(token_in(address)) == {
            "alg": "RS256",
            "typ": "JWT",
            "kid": f"{self.APP}/k-1",
        }
        assert self.claims(address) == {
            "aud": "jitsi",
            "iss": "chat",
            "sub": self.APP,
            "room": NEVER_ASKED.name,
            "nbf": int(NEVER_ASKED.opens_at.timestamp()) - 30,
            "exp": int(STARTS.timestamp()) + 600,
            "context": {"user": {"id": person.id, "name": person.name, "moderator": moderator}},
        }

    def test_health_asks_for_the_account(self, service: Service) -> None:
        service.server.always = says(404)
        assert not service.platform.health().is_ok
        assert service.server.requests[0].path == f"/{self.APP}/external_api.js"


class TestSetUp:
    JAAS = {"JAAS_APP_ID": TestJaas.APP, "JAAS_KEY_ID": "k-1"}

    def test_server_alone_is_enough(self) -> None:
        assert PLATFORMS["jitsi"]({"JITSI_URL": f"{URL}/"}) == Jitsi(URL)
        given = {"JITSI_URL": URL, "JITSI_APP_ID": "", "JITSI_SECRET": ""}
        assert PLATFORMS["jitsi"](given) == Jitsi(URL)

    def test_tokens_need_both(self) -> None:
        given = {"JITSI_URL": URL, "JITSI_APP_ID": "expertim", "JITSI_SECRET": SECRET}
        assert PLATFORMS["jitsi"](given) == OURS
        with pytest.raises(Misconfigured, match=r"^JITSI_SECRET is not set"):
            PLATFORMS["jitsi"](given | {"JITSI_SECRET": " "})
        with pytest.raises(Misconfigured, match=r"^JITSI_APP_ID is not set"):
            PLATFORMS["jitsi"](given | {"JITSI_APP_ID": ""})

    @pytest.mark.parametrize(
        "url",
        [
            "meet.example.org",
            "https://",
            "https://me:pass@example.org",
            "ftp://x.org",
            "http://[",
            "https://x.org:0",
            "https://x.org:http",
            "https://x.org/?a=b",
        ],
    )
    def test_address_must_be_one(self, url: str) -> None:
        with pytest.raises(Misconfigured, match=r"^JITSI_URL is not the address") as caught:
            PLATFORMS["jitsi"]({"JITSI_URL": url})
        assert str(caught.value).endswith("such as https://video.example.org")

    def test_key_id_of_jaas_may_be_given_as_the_console_shows_it(self) -> None:
        given = {**self.JAAS, "JAAS_PRIVATE_KEY": pem()}
        for key_id in ("k-1", f"{TestJaas.APP}/k-1"):
            jaas = PLATFORMS["jaas"](given | {"JAAS_KEY_ID": key_id})
            assert isinstance(jaas, Jaas)
            assert (jaas.app_id, jaas.key_id) == (TestJaas.APP, "k-1")
            assert jaas.private_key.private_numbers() == key().private_numbers()

    @pytest.mark.parametrize("name", ["JAAS_APP_ID", "JAAS_KEY_ID", "JAAS_PRIVATE_KEY"])
    def test_jaas_needs_all_three(self, name: str) -> None:
        with pytest.raises(Misconfigured, match=rf"^{name} is not set"):
            PLATFORMS["jaas"]({**self.JAAS, "JAAS_PRIVATE_KEY": pem(), name: ""})

    @pytest.mark.parametrize("kind", ["no PEM", "locked", "of a curve", "public"])
    def test_key_of_jaas_must_be_one(self, kind: str) -> None:
        keys = {
            "no PEM": "s3cret",
            "locked": pem(BestAvailableEncryption(b"pass")),
            "of a curve": pem(curve=True),
            "public": public(pem()),
        }
        with pytest.raises(Misconfigured, match=r"^JAAS_PRIVATE_KEY is not a private RSA key") as caught:
            PLATFORMS["jaas"]({**self.JAAS, "JAAS_PRIVATE_KEY": keys[kind]})
        assert keys[kind] not in repr(caught.value)
        assert caught.value.__cause__ is caught.value.__context__ is None

    def test_secrets_are_not_printed(self) -> None:
        assert SECRET not in repr(OURS)
        assert "private" not in repr(Jaas("a", "k", key())).lower()
