"""The operators' page about a person: blocking also cancels the meetings to come."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ask
from accounts.admin.people import PersonAdmin
from accounts.models import User
from accounts.people import person_of
from accounts.times.formats import written
from meetings.action import ActionRefused
from meetings.admin import blocking
from meetings.lifecycle import idempotency
from meetings.models import Meeting

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIST = "admin:accounts_user_changelist"


@dataclass(frozen=True, slots=True)
class Change:
    """Closing or opening accounts: the words, what to say before, and what to do."""

    name: str
    button: "StrPromise"
    foretell: Callable[[User], list[str]]
    carry_out: Callable[[User, User, str], str]
    why_not: Callable[[User, User], str | None] = lambda _person, _operator: None


def _foretell_block(person: User) -> list[str]:
    """Say what blocking does, meeting by meeting."""
    meetings = blocking.to_cancel(person, timezone.now())
    return [
        _("%(person)s can no longer sign in, and is no longer shown to anyone as an expert.")
        % {"person": person.name},
        _("These meetings of %(person)s are cancelled; both parties are told, with your reason: %(n)s.")
        % {"person": person.name, "n": len(meetings)},
        *(_in_words(meeting) for meeting in meetings),
        _("Meetings that have begun, or that are under review, stay as they are."),
    ]


def _block(person: User, operator: User, reason: str) -> str:
    done = blocking.block_person(person, operator=operator, reason=reason, now=timezone.now())
    numbers = ", ".join(str(meeting.pk) for meeting in done) or _("none")
    return _("Blocked: %(person)s. Meetings cancelled: %(numbers)s.") % {
        "person": person.name,
        "numbers": numbers,
    }


def _foretell_unblock(person: User) -> list[str]:
    return [_("%(person)s can sign in again. Cancelled meetings stay cancelled.") % {"person": person.name}]


def _unblock(person: User, _operator: User, _reason: str) -> str:
    blocking.unblock_person(person)
    return _("Unblocked: %(person)s.") % {"person": person.name}


BLOCK = Change("block", pgettext_lazy("a person", "Block"), _foretell_block, _block, blocking.why_not)
UNBLOCK = Change("unblock", pgettext_lazy("a person", "Unblock"), _foretell_unblock, _unblock)


@admin.register(User)
class PersonPage(PersonAdmin):
    """A person, with blocking and unblocking."""

    change_form_template = "admin/accounts/user/change_form.html"
    actions = ("block", "unblock")

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that ask before an account is closed or opened."""
        pages = [
            path(
                f"{change.name}/",
                self.admin_site.admin_view(partial(self.close_or_open, change=change)),
                name=f"accounts_user_{change.name}",
            )
            for change in (BLOCK, UNBLOCK)
        ]
        return [*pages, *super().get_urls()]

    @admin.action(description=gettext_lazy("Block the selected people"), permissions=["change"])
    def block(self, _request: HttpRequest, people: "QuerySet[User]") -> HttpResponse:
        """Lead to the page that asks."""
        return redirect(_page(BLOCK, people))

    @admin.action(description=gettext_lazy("Unblock the selected people"), permissions=["change"])
    def unblock(self, _request: HttpRequest, people: "QuerySet[User]") -> HttpResponse:
        """Lead to the page that asks."""
        return redirect(_page(UNBLOCK, people))

    def close_or_open(self, request: HttpRequest, change: Change) -> HttpResponse:
        """Say what happens to whom and ask for the reason; on POST do it."""
        people, operator = self._chosen(request), person_of(request)
        refusals = [words for person in people if (words := change.why_not(person, operator))]
        for words in refusals:
            messages.error(request, words)
        if refusals:
            return redirect(LIST)
        form = AskForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                self._carry_out(request, change, people, form)
                return redirect(LIST)
            except ActionRefused as refusal:
                form.renew()
                form.add_error(None, refusal.words)
        names = ", ".join(person.name for person in people)
        return ask(
            self,
            request,
            form,
            title=f"{change.button}: {names}",
            sentences=[sentence for person in people for sentence in change.foretell(person)],
            button=str(change.button),
            back=reverse(LIST),
        )

    def _chosen(self, request: HttpRequest) -> list[User]:
        """Return the people of the address; refuse oneself, and whom the operator may not change."""
        numbers = [int(number) for number in request.GET.get("people", "").split(",") if number.isdecimal()]
        people = list(User.objects.filter(pk__in=numbers).order_by("pk"))
        allowed = all(self.has_change_permission(request, person) for person in people)
        if not people or not allowed or request.user in people:
            raise PermissionDenied
        return people

    def _carry_out(self, request: HttpRequest, change: Change, people: list[User], form: AskForm) -> None:
        """Do it, which repeating does no harm to, and log it once per form. Raises ActionRefused."""
        operator, key, reason = person_of(request), form.cleaned_data["key"], form.cleaned_data["reason"]
        contents = {change.name: people, "reason": reason}
        idempotency.refuse_other_contents(key, operator, contents)
        said = {}
        for person in people:
            before = _account_in_words(person)
            done = change.carry_out(person, operator, reason)
            said[person] = in_history(done, before=before, after=_account_in_words(person), why=reason)
            messages.success(request, done)
        with transaction.atomic():
            if idempotency.is_first(key, operator, contents, now=timezone.now()):
                for person, words in said.items():
                    self.log_change(request, person, words)


def _page(change: Change, people: "QuerySet[User]") -> str:
    numbers = ",".join(str(person.pk) for person in people)
    return reverse(f"admin:accounts_user_{change.name}") + f"?people={numbers}"


def _account_in_words(person: User) -> str:
    return _("account open") if person.is_active else _("account blocked")


def _in_words(meeting: Meeting) -> str:
    return _("%(meeting)s: %(student)s and %(expert)s, %(start)s. %(status)s, %(payment)s.") % {
        "meeting": meeting,
        "student": meeting.student.name,
        "expert": meeting.expert.name,
        "start": written(meeting.starts_at),
        "status": meeting.get_status_display(),
        "payment": meeting.get_payment_display(),
    }
