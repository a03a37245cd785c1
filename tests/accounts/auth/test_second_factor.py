"""The second factor: set up, asked for, replaced by recovery codes, and demanded of operators."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.auth.second_factor import has_second_factor
from accounts.models import User
from runner import variables
from tests.accounts import mailbox
from tests.accounts.auth.signing_in import again, is_signed_in, sign_in, signed_in
from tests.factories import PASSWORD, TOTP_SECRET, PersonFactory

pytestmark = pytest.mark.django_db


def set_up(client: Client) -> list[str]:
    """Set up a second factor as a person does; return the recovery codes."""
    again(client)
    form = client.get("/account/second-factor/totp/activate/")
    assert "data:image/svg+xml" in form.text
    secret = form.context["form"].secret
    assert secret in form.text
    page = client.post("/account/second-factor/totp/activate/", {"code": mailbox.code(secret)}, follow=True)
    assert "Recovery codes" in page.text
    return list(page.context["unused_codes"])


def type_code(client: Client, code: str) -> Any:
    return client.post("/account/second-factor/authenticate/", {"code": code})


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_is_set_up_asked_for_and_removed() -> None:
    person = PersonFactory.create()
    client = signed_in(person)
    codes = set_up(client)
    assert len(set(codes)) == 10
    assert mailbox.read(person.email) == ["A second factor was set up"]

    cache.clear()  # the code of this half minute was used
    other = Client()
    assert sign_in(other, person.email).url == "/account/second-factor/authenticate/"
    assert not is_signed_in(other)
    assert "This code is not right" in type_code(other, "000000").text
    assert type_code(other, codes[0]).url == "/meetings/"
    assert is_signed_in(other)

    again(client)
    client.post("/account/second-factor/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert sign_in(Client(), person.email).url == "/meetings/"


@pytest.mark.django_db(transaction=True)
def test_the_page_says_since_when_there_is_one_and_how_many_codes_are_left() -> None:
    client = signed_in(PersonFactory.create())
    set_up(client)
    page = client.get("/account/second-factor/").text
    assert re.search(r"Set up on \S+", page)
    assert "10 codes are left." in page
    operator = Client()
    operator.force_login(PersonFactory.create(second_factor=True))
    assert "0 codes are left." in operator.get("/account/second-factor/").text


def test_a_code_of_the_app_is_good_once_and_so_is_a_recovery_code() -> None:
    person = PersonFactory.create(second_factor=True)
    code = mailbox.code(TOTP_SECRET)
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(client, person.email)
        answers.append(type_code(client, code).status_code)
    assert answers == [302, 200]


def test_guessing_codes_is_limited() -> None:
    person = PersonFactory.create(second_factor=True)
    client = Client()
    sign_in(client, person.email)
    pages = [type_code(client, "000000").text for _ in range(11)]
    assert all("This code is not right" in page for page in pages[:10])
    assert "too many wrong attempts" in pages[10]


def test_setting_up_and_removing_ask_for_the_password_again() -> None:
    person = PersonFactory.create(second_factor=True)
    client = Client()
    client.force_login(person)
    for page in ("totp/deactivate/", "recovery-codes/generate/"):
        assert client.post(f"/account/second-factor/{page}").url.startswith("/account/reauthenticate/")
    assert has_second_factor(person)
    other = PersonFactory.create()
    client.force_login(other)
    answer = client.post("/account/second-factor/totp/activate/", {"code": "000000"})
    assert answer.url.startswith("/account/reauthenticate/")


@pytest.mark.django_db(transaction=True)
def test_setting_up_ends_the_sessions_that_began_without_it() -> None:
    person = PersonFactory.create()
    here, there = signed_in(person), signed_in(person)
    set_up(here)
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_the_secret_is_kept_encrypted_and_a_changed_key_lets_nobody_in(settings: Any) -> None:
    person = PersonFactory.create(second_factor=True)
    kept = Authenticator.objects.get().data["secret"]
    assert TOTP_SECRET not in kept
    client = Client()
    sign_in(client, person.email)
    settings.SECRET_KEY = "another key"
    again_in = Client()
    sign_in(again_in, person.email)
    refused = type_code(again_in, mailbox.code(TOTP_SECRET))
    assert refused.status_code == 200
    assert "Please ask an operator to remove your second factor" in refused.text
    settings.SECRET_KEY_FALLBACKS = [variables.FOR_TESTS["SECRET_KEY"]]
    assert type_code(again_in, mailbox.code(TOTP_SECRET)).status_code == 302


def test_a_wrong_code_alone_sends_nobody_to_the_operators() -> None:
    client = Client()
    sign_in(client, PersonFactory.create(second_factor=True).email)
    refused = type_code(client, "000000").text
    assert "This code is not right" in refused
    assert "ask an operator" not in refused


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_that_cannot_be_read_are_not_shown_and_can_be_made_anew(settings: Any) -> None:
    person = PersonFactory.create()
    client = signed_in(person)
    set_up(client)
    codes = Authenticator.objects.get(type="recovery_codes")
    codes.data["seed"] = "sealed with another key"
    codes.save()
    for page in ("recovery-codes/", "recovery-codes/download/"):
        answer = client.get(f"/account/second-factor/{page}", follow=True)
        assert answer.request["PATH_INFO"] == "/account/second-factor/"
        assert "Your recovery codes can no longer be read" in answer.text
    again(client)
    made = client.post("/account/second-factor/recovery-codes/generate/", follow=True).context["unused_codes"]
    assert client.get("/account/second-factor/recovery-codes/").context["unused_codes"] == made
    cache.clear()
    other = Client()
    sign_in(other, person.email)
    assert type_code(other, made[0]).url == "/meetings/"


# --- Operators -----------------------------------------------------------------------------------------


def admin_addresses() -> list[str]:
    """Return every address below /admin/, with made-up numbers where it wants one."""
    resolvers = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin"]
    (admin,) = resolvers
    return sorted({f"/admin/{path}" for path in _below(admin)} | {"/admin/nothing-here/"})


def _below(resolver: URLResolver) -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += [_start(pattern) + path for path in _below(pattern)]
        elif isinstance(pattern, URLPattern):
            found.append(_start(pattern))
    return found


def _start(pattern: URLPattern | URLResolver) -> str:
    (possible,) = pattern.pattern.regex.pattern and [str(pattern.pattern)]
    words = possible
    for number in ("<path:object_id>", "<int:content_type_id>", "<path:url>"):
        words = words.replace(number, "1")
    while "<" in words:
        words = words[: words.index("<")] + "1" + words[words.index(">") + 1 :]
    return words if not words.startswith("^") and "(" not in words else "nothing-here/"


BY_ALL = ("/admin/login/", "/admin/logout/")


@pytest.mark.parametrize("superuser", [True, False], ids=["superuser", "helper"])
def test_operators_without_a_second_factor_are_led_to_set_it_up_from_every_address(superuser: bool) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=superuser, second_factor=False)
    client = Client()
    client.force_login(operator)
    addresses = [address for address in admin_addresses() if address not in BY_ALL]
    assert len(addresses) > 60
    for address in addresses:
        for answer in (client.get(address), client.post(address, {"reason": "x"})):
            assert answer.status_code == 302, address
            assert answer.url.startswith("/admin/login/?next=/admin/"), address
            assert client.get(answer.url).url == "/account/second-factor/", address
    assert "need a second factor" in client.get("/account/second-factor/").text


def test_with_a_second_factor_they_enter_and_come_to_the_page_they_asked_for() -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    client = Client()
    assert client.get("/admin/meetings/meeting/").url == "/admin/login/?next=/admin/meetings/meeting/"
    signing_in = client.get("/admin/login/?next=/admin/meetings/meeting/").url
    assert signing_in == "/account/login/?next=/admin/meetings/meeting/"
    typed = {
        "login": operator.email,
        "password": "a long enough pass phrase",
        "next": "/admin/meetings/meeting/",
    }
    assert client.post("/account/login/", typed).url.startswith("/account/second-factor/authenticate/")
    assert client.get("/admin/").status_code == 302
    answer = type_code(client, mailbox.code(TOTP_SECRET))
    assert answer.url == "/admin/meetings/meeting/"
    assert client.get(answer.url).status_code == 200


def test_the_demonstration_asks_for_none_and_says_so(settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    assert "no second factor is asked for here" in client.get("/account/login/").text
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True, second_factor=False))
    assert client.get("/admin/").status_code == 200
    assert "so none is asked for" in client.get("/account/second-factor/").text


def test_others_are_refused_and_nobody_is_led_elsewhere() -> None:
    client = Client()
    client.force_login(PersonFactory.create(second_factor=True))
    assert client.get("/admin/", follow=True).status_code == 403
    client.force_login(PersonFactory.create(is_staff=True))
    assert client.get("/admin/login/?next=https://evil.example/").url == "/admin/"


def test_operators_see_no_secret_and_take_a_factor_away_only_on_the_page_of_its_person() -> None:
    person = PersonFactory.create(second_factor=True)
    factor = Authenticator.objects.get(user=person)
    client = Client()
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    page = client.get(f"/admin/mfa/authenticator/{factor.pk}/change/").text
    assert factor.data["secret"] not in page
    assert "secret" not in page
    client.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert has_second_factor(User.objects.get(pk=person.pk))


def test_operators_change_their_password_where_everybody_does() -> None:
    client = Client()
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    typed = {"old_password": PASSWORD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    for answer in (client.get("/admin/password_change/"), client.post("/admin/password_change/", typed)):
        assert answer.url == "/account/password/change/"
    assert User.objects.get().check_password(PASSWORD)
