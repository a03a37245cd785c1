"""Sessions that are no use any more are forgotten, and with them the address that signed in."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.auth import sessions
from accounts.erasure import belongings
from accounts.jobs import forget_sessions
from accounts.models import User
from meetings.privacy import erasure
from notifications.account_mails import AccountAdapter
from tests.accounts.auth.signing_in import is_signed_in, sign_in
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

ADDRESS = "zebra@example.com"


def browser(person: User) -> Client:
    site = Client()
    sign_in(site, person.email)
    return site


def contents() -> str:
    return str([session.get_decoded() for session in Session.objects.all()])


def aged(by: timedelta) -> None:
    """Let all sessions be older."""
    for session in Session.objects.all():
        Session.objects.filter(pk=session.pk).update(expire_date=session.expire_date - by)


def test_those_that_are_over_go_others_stay() -> None:
    over = browser(PersonFactory.create())
    aged(timedelta(days=15))
    stays = browser(PersonFactory.create())
    forget_sessions()
    assert [session.pk for session in Session.objects.all()] == [stays.session.session_key]
    assert [listed.session_key for listed in UserSession.objects.all()] == [stays.session.session_key]
    assert (is_signed_in(over), is_signed_in(stays)) == (False, True)


def test_from_where_somebody_was_signed_in_goes_when_they_sign_out() -> None:
    browser(PersonFactory.create()).post("/account/logout/")
    forget_sessions()
    assert not UserSession.objects.exists()


def test_a_sign_in_without_its_code_is_forgotten_the_next_day() -> None:
    browser(PersonFactory.create(email=ADDRESS, second_factor=True))
    forget_sessions()
    assert ADDRESS in contents()
    aged(sessions.UNFINISHED_KEPT + timedelta(minutes=1))
    forget_sessions()
    assert not Session.objects.exists()


def test_somebody_who_is_signed_in_stays_so_for_as_long_as_is_promised() -> None:
    person = browser(PersonFactory.create())
    aged(timedelta(days=13))
    forget_sessions()
    assert is_signed_in(person)


def test_a_sign_in_without_its_code_goes_with_the_account() -> None:
    person, other = PersonFactory.create(email=ADDRESS, second_factor=True), browser(PersonFactory.create())
    browser(person)
    assert ADDRESS in contents()
    erasure.delete_account(person, timezone.now())
    forget_sessions()
    assert ADDRESS not in contents()
    assert is_signed_in(other)


def test_each_mark_of_a_person_is_enough() -> None:
    person = PersonFactory.create(second_factor=True)
    browser(person)
    content = Session.objects.get().get_decoded()
    for name in ("account_login", "account_authentication_methods_user"):
        assert sessions._people_in({name: content[name]}) >= {str(person.pk)}


def test_whose_account_goes_between_the_password_and_the_address_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The address is no longer confirmed then: a mail is asked for, and the address is written down anew."""
    person, before = PersonFactory.create(email=ADDRESS), AccountAdapter.pre_login

    def pre_login(self: AccountAdapter, request: Any, user: User, **how: Any) -> Any:
        erasure.delete_account(person, timezone.now())
        return before(self, request, user, **how)

    monkeypatch.setattr(AccountAdapter, "pre_login", pre_login)
    site = browser(person)
    forget_sessions()
    assert not is_signed_in(site)
    assert ADDRESS not in contents()
    rows = [relation.related_model._base_manager.all() for relation in belongings()]
    assert [list(some) for some in rows if some.exists()] == []


def test_a_session_that_is_not_listed_goes_with_the_account() -> None:
    person, site = PersonFactory.create(), Client()
    site.force_login(person)
    assert not UserSession.objects.exists()
    erasure.delete_account(person, timezone.now())
    forget_sessions()
    assert not Session.objects.exists()


def test_the_job_is_asked_for_once_the_account_is_gone(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as asked:
        erasure.delete_account(PersonFactory.create(), timezone.now())
    jobs = [call.args for call in asked if isinstance(call, partial)]
    assert ("accounts.jobs.forget_sessions",) in jobs


def test_deleting_opens_nobodys_session() -> None:
    """While it holds locks it looks up the person's own sessions, however many others there are."""
    person = PersonFactory.create()
    opened: list[str] = []
    browser(person)
    for _ in range(3):
        browser(PersonFactory.create())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "get_decoded", lambda session: opened.append(session.pk) or {})
        erasure.delete_account(person, timezone.now())
    assert opened == []
    assert Session.objects.count() == 3
