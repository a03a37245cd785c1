"""What is kept of signing in, and when it goes: contents of sessions name the address that signed in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from allauth.account.signals import user_logged_in
from allauth.account.utils import url_str_to_user_pk
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User

# Whoever has given the password and not the code begins anew after minutes; this is for looking once a day.
UNFINISHED_KEPT = timedelta(days=1)
CHUNK = 1000


def end(people: "QuerySet[User]") -> None:
    """Delete the sessions in which these people are signed in, where that was, and when they last came."""
    listed = UserSession.objects.filter(user__in=people)
    Session.objects.filter(session_key__in=listed.values("session_key")).delete()
    listed.delete()
    people.exclude(last_login=None).update(last_login=None)


def forget(now: datetime) -> int:
    """Delete sessions that are over, that were only begun, or that name a deleted person; return how many."""
    number, _kinds = Session.objects.filter(expire_date__lt=now).delete()
    found = _of_nobody(now)
    while keys := list(islice(found, CHUNK)):
        number += Session.objects.filter(session_key__in=keys).delete()[0]
    end(User.objects.exclude(deleted_at=None))
    UserSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
    return number


@receiver(user_logged_in)
def _end_of_deleted(request: HttpRequest, user: User, **_more: Any) -> None:
    """End a session that began while its account was deleted.

    Writing down who signs in waits for the deletion, so by now it can be seen; or it was written before, and
    the deletion has found it.
    """
    same = User.objects.filter(pk=user.pk).exclude(deleted_at=None)
    if same.exists():
        end(same)
        request.session.flush()


@receiver(user_logged_out)
def _forget_where(request: HttpRequest, **_more: Any) -> None:
    """Forget the network and the browser of a session when it is ended by who has it."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()


def _of_nobody(now: datetime) -> Iterator[str]:
    """Yield the keys of sessions in which nobody is signed in any more, or never was."""
    gone = {str(pk) for pk in User.objects.exclude(deleted_at=None).values_list("pk", flat=True)}
    saved_before = now - UNFINISHED_KEPT
    for session in Session.objects.iterator(chunk_size=CHUNK):
        content = session.get_decoded()
        saved_at = session.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        is_stale = SESSION_KEY not in content and saved_at < saved_before
        if is_stale or gone & _people_in(content):
            yield session.session_key


def _people_in(content: dict[str, Any]) -> set[str]:
    """Return the numbers of the people that a session names, signed in or on the way to it."""
    begun = content.get("account_login") or {}
    on_the_way = begun.get("user_pk")
    return {
        str(content.get(SESSION_KEY)),
        str(content.get("account_authentication_methods_user")),
        str(url_str_to_user_pk(on_the_way)) if on_the_way else "",
    }
