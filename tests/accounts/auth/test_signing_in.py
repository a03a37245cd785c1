"""Signing up, confirming, signing in, forgetting: what is promised to people, and told to nobody else."""

import re
from importlib.resources import files
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from notifications import account_mails, delivery
from notifications.models import AccountMail, MailState
from tests.accounts import mailbox
from tests.accounts.auth.signing_in import again, is_signed_in, sign_in, signed_in
from tests.factories import PASSWORD, PersonFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

OTHER_PASSWORD = "another long pass phrase"
NEW = {
    "email": "jana@example.com",
    "first_name": "Jana",
    "last_name": "Nováková",
    "time_zone": "Asia/Kathmandu",
    "password1": PASSWORD,
}


# --- Signing up --------------------------------------------------------------------------------------


def test_who_signs_up_confirms_the_address_and_is_signed_in() -> None:
    client = Client()
    assert client.post("/account/signup/", NEW).url == "/account/confirm-email/"
    assert not is_signed_in(client)
    assert mailbox.read("jana@example.com") == ["Please confirm your e-mail address"]
    link = mailbox.link("jana@example.com")
    assert "Is jana@example.com your address" in client.get(link).text
    assert not is_signed_in(client)
    assert (
        not EmailAddress.objects.get().verified
    )  # looking at it, as programs that search mails do, is not enough
    assert client.post(link).url == "/meetings/"
    assert is_signed_in(client)


def test_a_link_opened_in_another_browser_confirms_and_asks_to_sign_in() -> None:
    Client().post("/account/signup/", NEW)
    other = Client()
    assert other.post(mailbox.link("jana@example.com")).url == "/account/login/"
    assert not is_signed_in(other)
    assert sign_in(other, "jana@example.com").url == "/meetings/"


def test_a_link_is_good_once() -> None:
    Client().post("/account/signup/", NEW)
    link = mailbox.link("jana@example.com")
    Client().post(link)
    page = Client().get(link).text
    assert "This link is no longer good" in page
    assert Client().post(link).status_code == 404


def test_an_address_that_is_not_confirmed_does_not_sign_in_but_gets_the_link_again() -> None:
    Client().post("/account/signup/", NEW)
    cache.clear()  # minutes later
    client = Client()
    assert "please confirm your address first" in sign_in(client, "jana@example.com").content.decode()
    assert not is_signed_in(client)
    assert mailbox.read("jana@example.com") == ["Please confirm your e-mail address"] * 2


def test_no_mailbox_is_filled_by_strangers() -> None:
    PersonFactory.create(email="jana@example.com")
    for _ in range(5):
        Client().post("/account/signup/", NEW)
    assert mailbox.read("jana@example.com") == ["You have an account already"]
    for _ in range(5):
        assert Client().post("/account/password/reset/", {"email": "jana@example.com"}).status_code == 302
    assert Client().post("/account/password/reset/", {"email": "jana@example.com"}).status_code == 429
    assert len(mailbox.read("jana@example.com")) == 1 + 5


@pytest.mark.django_db(transaction=True)
def test_of_many_who_sign_up_with_one_address_at_once_one_gets_the_account() -> None:
    def sign_up() -> HttpResponse:
        return Client(REMOTE_ADDR=f"192.0.2.{next(numbers)}").post("/account/signup/", NEW)

    numbers = iter(range(1, 11))
    answers = at_once(*[sign_up] * 10)
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/account/confirm-email/")}
    assert User.objects.count() == EmailAddress.objects.count() == 1


# --- Telling nobody which addresses exist --------------------------------------------------------------


def answer(address: str, form: dict[str, str]) -> tuple[Any, ...]:
    """Post as a stranger; return all that the answer shows, and the page that it leads to."""
    client = Client()
    first = client.post(address, form)
    return seen(first), seen(client.get(first.url)) if first.status_code == 302 else None


def seen(page: HttpResponse) -> tuple[Any, ...]:
    masked = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())
    # Of this second, and of this request.
    own = ("Expires", "X-Request-ID")
    headers = {name: value for name, value in page.headers.items() if name not in own}
    return page.status_code, headers, sorted(page.cookies), masked


KNOWN, UNKNOWN = "known@example.com", "other@example.com"
QUESTIONS = {
    "signing up": ("/account/signup/", "email", NEW),
    "signing in": ("/account/login/", "login", {"password": "a wrong pass phrase"}),
    "forgetting": ("/account/password/reset/", "email", {}),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("state", ["open", "not confirmed", "blocked", "second factor"])
def test_known_and_unknown_addresses_get_the_same_answer(
    question: tuple[str, str, dict[str, str]], state: str
) -> None:
    PersonFactory.create(
        email=KNOWN,
        is_active=state != "blocked",
        address=state != "not confirmed",
        second_factor=state == "second factor",
    )
    page, field, form = question
    known, unknown = (answer(page, {**form, field: address}) for address in (KNOWN, UNKNOWN))
    as_known = repr(unknown).replace(UNKNOWN, KNOWN)
    assert repr(known) == as_known


def test_who_signs_up_in_anothers_name_learns_nothing_by_signing_in_with_that_password() -> None:
    PersonFactory.create(email=KNOWN)
    for address in (KNOWN, UNKNOWN):
        Client().post("/account/signup/", {**NEW, "email": address, "password1": OTHER_PASSWORD})
    form = {"password": OTHER_PASSWORD}
    known, unknown = (answer("/account/login/", {**form, "login": address}) for address in (KNOWN, UNKNOWN))
    assert repr(known) == repr(unknown).replace(UNKNOWN, KNOWN)


def test_who_signs_up_in_anothers_name_learns_nothing_by_trying_that_password_again_and_again() -> None:
    PersonFactory.create(email=KNOWN)
    refused = {}
    for address in (KNOWN, UNKNOWN):
        Client().post("/account/signup/", {**NEW, "email": address, "password1": OTHER_PASSWORD})
        cache.clear()
        pages = [sign_in(Client(), address, OTHER_PASSWORD).content.decode() for _ in range(11)]
        refused[address] = ["too many wrong attempts" in page for page in pages]
    assert refused[KNOWN] == refused[UNKNOWN] == [False] * 10 + [True]


def test_only_mails_tell_who_has_an_account() -> None:
    PersonFactory.create(email=KNOWN)
    for address in (KNOWN, UNKNOWN):
        Client().post("/account/signup/", {**NEW, "email": address})
        Client().post("/account/password/reset/", {"email": address})
    Client().post("/account/password/reset/", {"email": "nobody@example.com"})
    assert mailbox.read(KNOWN) == ["You have an account already", "A new password"]
    assert mailbox.read(UNKNOWN) == ["Please confirm your e-mail address", "A new password"]
    assert mailbox.read("nobody@example.com") == ["There is no account with this address"]


class CountedHasher(MD5PasswordHasher):
    """Stands for one that takes its time."""

    hashed: list[str] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(password)
        return super().encode(password, salt)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_known_and_unknown_addresses_cost_as_many_hashes(
    question: tuple[str, str, dict[str, str]], settings: Any
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    PersonFactory.create(email=KNOWN)
    page, field, form = question
    counts = {}
    for address in (KNOWN, UNKNOWN):
        CountedHasher.hashed.clear()
        Client().post(page, {**form, field: address})
        counts[address] = len(CountedHasher.hashed)
    assert counts[KNOWN] == counts[UNKNOWN]


def test_forgetting_asks_the_database_as_often_for_unknown_addresses() -> None:
    PersonFactory.create(email=KNOWN)
    counts = {}
    for address in (KNOWN, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/account/password/reset/", {"email": address})
        counts[address] = len(queries)
    assert abs(counts[KNOWN] - counts[UNKNOWN]) <= 1


def test_an_address_taken_by_somebody_else_is_not_told_when_changing_ones_own() -> None:
    PersonFactory.create(email=KNOWN)
    pages = []
    for address in (KNOWN, UNKNOWN):
        person = PersonFactory.create(last_name="Novák")
        client = signed_in(person)
        again(client)
        page = client.post("/account/email/", {"email": address, "action_add": ""}, follow=True)
        pages.append(page.content.decode().replace(address, "").replace(person.email, ""))
    strip = [re.sub(r'value="\w{64}"', "", page) for page in pages]
    assert strip[0] == strip[1]


# --- Passwords -----------------------------------------------------------------------------------------


def forget(person: User) -> tuple[Client, str]:
    """Ask for a link and open it; return the browser and where its form is."""
    Client().post("/account/password/reset/", {"email": person.email})
    client = Client()
    return client, client.get(mailbox.link(person.email)).url


def test_a_forgotten_password_is_replaced_by_a_link_that_is_good_once() -> None:
    person = PersonFactory.create()
    old = signed_in(person)
    client, form = forget(person)
    new = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert client.post(form, new).url == "/account/password/reset/key/done/"
    assert not is_signed_in(old)
    assert sign_in(Client(), person.email, OTHER_PASSWORD).status_code == 302
    assert "This link is no longer good" in client.post(form, new).text
    assert (
        "This link is no longer good" in Client().get(mailbox.link_titled("A new password"), follow=True).text
    )
    assert mailbox.read(person.email)[-1] == "Your password was changed"


@pytest.mark.django_db(transaction=True)
def test_a_link_used_twice_at_once_changes_the_password_once() -> None:
    person = PersonFactory.create()
    Client().post("/account/password/reset/", {"email": person.email})
    link = mailbox.link(person.email)
    browsers = [Client(), Client()]
    forms = [browser.get(link).url for browser in browsers]
    passwords = ["one long pass phrase", "two long pass phrases"]

    def use(number: int) -> HttpResponse:
        word = passwords[number]
        return browsers[number].post(forms[number], {"password1": word, "password2": word}, follow=True)

    pages = [page.text for page in at_once(lambda: use(0), lambda: use(1))]
    done = [number for number, page in enumerate(pages) if "Your password is changed" in page]
    assert len(done) == 1
    assert "This link is no longer good" in pages[1 - done[0]]
    person.refresh_from_db()
    assert [person.check_password(word) for word in passwords] == [number in done for number in (0, 1)]
    assert AccountMail.objects.filter(kind="password_reset").count() == 1


def test_who_sets_a_password_by_mail_has_confirmed_the_address() -> None:
    """A stranger signed up with somebody's address; the owner takes it over, the stranger is out."""
    Client().post("/account/signup/", NEW)
    person = User.objects.get()
    client, form = forget(person)
    client.post(form, {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD})
    assert is_signed_in_with(person, OTHER_PASSWORD)
    assert not is_signed_in_with(person, PASSWORD)


def is_signed_in_with(person: User, password: str) -> bool:
    client = Client()
    sign_in(client, person.email, password)
    return is_signed_in(client)


def test_a_changed_password_ends_all_other_sessions() -> None:
    person = PersonFactory.create()
    here, there = signed_in(person), signed_in(person)
    typed = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert here.post("/account/password/change/", typed).url == "/account/profile/"
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert mailbox.read(person.email) == ["Your password was changed"]
    assert "127.0.0.1" in mail.outbox[-1].body


def test_the_old_password_is_no_new_one() -> None:
    client = signed_in(PersonFactory.create())
    typed = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "This is your password already." in client.post("/account/password/change/", typed).text


def test_who_signs_in_is_greeted_in_the_own_language() -> None:
    person = PersonFactory.create(language="de")
    client = Client(headers={"Accept-Language": "cs"})
    sign_in(client, person.email)
    (message,) = client.get("/account/profile/").context["messages"]
    with translation.override("de"):
        assert str(message) == render_to_string("account/messages/logged_in.txt", {"user": person}).strip()


def test_changing_the_password_does_not_open_an_account_that_was_blocked_meanwhile() -> None:
    person = PersonFactory.create()
    client, form = forget(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post(form, {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD})
    assert not User.objects.get().is_active
    assert not is_signed_in_with(person, OTHER_PASSWORD)


def test_a_blocked_account_has_no_sessions_left() -> None:
    person = PersonFactory.create()
    client = signed_in(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_guessing_is_refused_after_ten_attempts_a_minute_and_the_owner_elsewhere_is_not_locked_out() -> None:
    person = PersonFactory.create()
    for _ in range(10):
        assert "do not belong together" in sign_in(Client(), person.email, "wrong wrong").content.decode()
    refused = Client()
    assert "too many wrong attempts" in sign_in(refused, person.email).content.decode()
    assert not is_signed_in(refused)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere, person.email)
    assert is_signed_in(elsewhere)


def test_too_many_attempts_of_any_sort_get_a_page_of_their_own() -> None:
    for _ in range(30):
        Client().post("/account/login/", {})
    answer = Client().post("/account/login/", {})
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text


# --- Changing the address ------------------------------------------------------------------------------


def test_a_new_address_is_asked_for_by_password_and_counts_once_it_is_confirmed() -> None:
    person = PersonFactory.create()
    old = person.email
    client = signed_in(person)
    asks = client.post("/account/email/", {"email": "new@example.com", "action_add": ""})
    assert asks.url.startswith("/account/reauthenticate/")
    # What was typed before is not lost.
    assert client.post(asks.url, {"password": PASSWORD}).url == "/account/email/"
    assert mailbox.read("new@example.com") == ["Please confirm your e-mail address"]
    assert User.objects.get().email == old
    assert client.post(mailbox.link("new@example.com")).url == "/account/profile/"
    assert User.objects.get().email == "new@example.com"
    assert mailbox.read(old) == ["Your e-mail address was changed"]
    assert [address.email for address in EmailAddress.objects.all()] == ["new@example.com"]


def test_an_address_that_waits_gets_no_new_password() -> None:
    person = PersonFactory.create()
    EmailAddress.objects.create(user=person, email="waiting@example.com")
    Client().post("/account/password/reset/", {"email": "waiting@example.com"})
    assert mailbox.read("waiting@example.com") == ["There is no account with this address"]


def test_an_address_that_somebody_else_got_meanwhile_is_not_confirmed() -> None:
    person = PersonFactory.create()
    EmailAddress.objects.create(user=person, email="wanted@example.com")
    client = signed_in(person)
    again(client)
    client.post("/account/email/", {"email": "wanted@example.com", "action_send": ""})
    link = mailbox.link("wanted@example.com")
    PersonFactory.create(email="wanted@example.com", address=False)
    page = client.post(link, follow=True).text
    assert "belongs to another account" in page
    assert User.objects.get(pk=person.pk).email == person.email


def squatted(address: str) -> tuple[Client, User]:
    """Let somebody say that this is their new address, which they cannot confirm; return them."""
    squatter = PersonFactory.create()
    client = signed_in(squatter)
    again(client)
    client.post("/account/email/", {"email": address, "action_add": ""})
    return client, squatter


def test_an_address_that_somebody_else_only_claims_is_free_to_sign_up_and_to_forget_the_password() -> None:
    squatted("jana@example.com")
    cache.clear()
    claim = mailbox.link("jana@example.com")
    Client().post("/account/signup/", NEW)
    person = User.objects.get(email="jana@example.com")
    # Else the owner, who expects a mail of ours, might give the address to the other account.
    assert "This link is no longer good" in Client().get(claim).text
    Client().post(mailbox.link("jana@example.com"))
    assert is_signed_in_with(person, PASSWORD)
    cache.clear()
    client, form = forget(person)
    client.post(form, {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD})
    assert is_signed_in_with(person, OTHER_PASSWORD)


def test_who_confirms_an_address_ends_all_that_others_claim() -> None:
    _client, squatter = squatted("new@example.com")
    person = PersonFactory.create()
    client = signed_in(person)
    again(client)
    cache.clear()
    client.post("/account/email/", {"email": "new@example.com", "action_add": ""})
    client.post(mailbox.link("new@example.com"))
    assert User.objects.get(pk=person.pk).email == "new@example.com"
    assert [row.email for row in EmailAddress.objects.filter(user=squatter)] == [squatter.email]


def test_an_address_can_be_changed_to_one_that_waits_with_somebody_else() -> None:
    squatted("new@example.com")
    client = signed_in(PersonFactory.create())
    again(client)
    cache.clear()
    page = client.post("/account/email/", {"email": "new@example.com", "action_add": ""}, follow=True)
    assert "A new address waits" in page.text


def test_the_old_address_is_kept_by_one_click_and_told() -> None:
    client, person = squatted("new@example.com")
    page = client.post("/account/email/", {"email": "new@example.com", "action_remove": ""}, follow=True)
    assert "new@example.com was forgotten" in page.text
    assert [row.email for row in EmailAddress.objects.all()] == [person.email]
    assert mailbox.read(person.email) == ["Your e-mail address stays as it was"]
    assert "new@example.com" in mail.outbox[-1].body
    assert "127.0.0.1" in mail.outbox[-1].body


# --- Mails ---------------------------------------------------------------------------------------------


def test_a_mail_to_a_stranger_does_not_name_who_asked_for_it() -> None:
    client = signed_in(PersonFactory.create(first_name="Secret"))
    client.post("/account/password/reset/", {"email": "nobody@example.com"})
    assert mailbox.read("nobody@example.com") == ["There is no account with this address"]
    assert AccountMail.objects.get(address="nobody@example.com").person is None
    assert "Secret" not in mail.outbox[-1].body


def test_every_mail_of_the_library_has_words_of_ours() -> None:
    """A mail without words would be an error at the worst moment."""
    never = {  # features that are switched off
        "login_code",
        "password_reset_code",
        "password_set",
        "email_confirm",
        "webauthn_added",
        "webauthn_removed",
    }
    ours = {"totp_removed_by_operator"}
    assert set(account_mails.KINDS) == library_mails() - never | ours


def library_mails() -> set[str]:
    folders = [files("allauth") / "templates" / app / "email" for app in ("account", "mfa")]
    names = [file.name for folder in folders for file in folder.iterdir()]
    return {name.removesuffix("_subject.txt") for name in names if name.endswith("_subject.txt")}


@pytest.mark.parametrize("kind", account_mails.KINDS)
def test_every_mail_is_readable_in_text_and_html(kind: str) -> None:
    person = PersonFactory.create(first_name="Petr")
    EmailAddress.objects.update(verified=False)
    facts = {
        "from_email": "a@example.com",
        "to_email": "b@example.com",
        "deleted_email": "c@example.com",
        "done_at": timezone.now().isoformat(),
    }
    row = AccountMail.objects.create(
        address=person.email,
        person=person,
        language="en",
        kind=kind,
        facts={**facts, "ip": "192.0.2.1", "browser": "Firefox"},
        created_at=timezone.now(),
    )
    letter = account_mails.write(row, timezone.now())
    assert letter.to == [person.email]
    html = str(letter.alternatives[0][0])
    for body in (letter.body, html):
        assert "Dear Petr," in body
        assert "{" not in re.sub(r"<style>.*</style>", "", body, flags=re.DOTALL)
        assert "http://127.0.0.1:8000/account/" in body


def test_the_outbox_holds_no_secret_and_names_one_mail_at_every_attempt() -> None:
    person = PersonFactory.create()
    Client().post("/account/password/reset/", {"email": person.email})
    Client().post("/account/signup/", NEW)
    kept = repr(list(AccountMail.objects.values()))
    for address in (person.email, NEW["email"]):
        key = mailbox.link(address).rstrip("/").rpartition("/")[2]
        assert key not in kept
    row = AccountMail.objects.first()
    assert row is not None
    assert row.mail_state == MailState.SENT
    EmailAddress.objects.update(verified=False)
    assert account_mails.write(row, timezone.now()).message()["Message-ID"] == account_mails.message_id(row)


def test_a_dead_mail_server_keeps_nobody_waiting_and_loses_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert Client().post("/account/signup/", NEW).status_code == 302
    delivery.deliver_due(timezone.now)
    assert AccountMail.objects.get().mail_state == MailState.WAITING


def test_mails_to_closed_accounts_are_pointless() -> None:
    person = PersonFactory.create()
    Client().post("/account/password/reset/", {"email": person.email})
    User.objects.update(is_active=False)
    assert mailbox.read(person.email) == []
    assert AccountMail.objects.get().mail_state == MailState.MOOT


def test_old_mails_are_forgotten_and_waiting_ones_kept() -> None:
    past = timezone.now() - account_mails.KEPT - account_mails.KEPT
    how = {"address": "a@example.com", "language": "en", "kind": "unknown_account", "created_at": past}
    AccountMail.objects.create(**how, mail_state=MailState.SENT)
    waiting = AccountMail.objects.create(**how, mail_state=MailState.WAITING, mail_due_at=past)
    account_mails.forget(timezone.now())
    assert list(AccountMail.objects.all()) == [waiting]


def test_a_mail_is_in_the_language_of_its_reader() -> None:
    person = PersonFactory.create(language="de")
    Client(HTTP_ACCEPT_LANGUAGE="en").post("/account/password/reset/", {"email": person.email})
    row = AccountMail.objects.get()
    with_german = str(account_mails.write(row, timezone.now()).alternatives[0][0])
    assert '<html lang="de">' in with_german
