"""What operators take away from one person, each time with a reason: the second factor, the photo."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ModelAdmin, ask
from accounts.models import User
from accounts.profile import photos

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PAGE = "admin:accounts_user_change"
BY_OPERATOR = "mfa/email/totp_removed_by_operator"


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that an operator takes away: its words, whether it is there, and what takes it away."""

    name: str
    button: "StrPromise"
    done: "StrPromise"
    effects: "tuple[StrPromise, ...]"
    is_there: Callable[[User], bool]
    carry_out: Callable[[HttpRequest, User], None]


def _has_factor(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person).exists())


def _remove_factor(request: HttpRequest, person: User) -> None:
    """Forget the app and the recovery codes, and tell the person, without saying from where it was done."""
    Authenticator.objects.filter(user=person).delete()
    get_adapter(request).send_mail(BY_OPERATOR, person.email, {"user": person})


def _has_photo(person: User) -> bool:
    return person.photo_id is not None


def _remove_photo(_request: HttpRequest, person: User) -> None:
    photos.remove(person)


REMOVALS = (
    Removal(
        "remove-second-factor",
        button=gettext_lazy("Remove the second factor"),
        done=gettext_lazy("Second factor removed"),
        effects=(
            gettext_lazy("Signing in to this account no longer asks for a code; the password stays."),
            gettext_lazy("The recovery codes are gone as well. Neither can be brought back."),
            gettext_lazy("The person is told so by e-mail. Your reason stays with the operators."),
            gettext_lazy("First make sure that it is the person who asks, for example by calling them back."),
        ),
        is_there=_has_factor,
        carry_out=_remove_factor,
    ),
    Removal(
        "remove-photo",
        button=gettext_lazy("Remove the photo"),
        done=gettext_lazy("Photo removed"),
        effects=(
            gettext_lazy("Everyone sees the initials instead. The photo cannot be brought back."),
            gettext_lazy("The person is not told and can upload another. Your reason stays here."),
        ),
        is_there=_has_photo,
        carry_out=_remove_photo,
    ),
)


def addresses(page: ModelAdmin) -> list[URLPattern]:
    """Return an address for each removal."""
    return [
        path(
            f"<int:pk>/{removal.name}/",
            page.admin_site.admin_view(partial(_ask_and_remove, page, removal=removal)),
            name=f"accounts_user_{removal.name}",
        )
        for removal in REMOVALS
    ]


def open_to(page: ModelAdmin, request: HttpRequest, person: User) -> list[tuple[str, str]]:
    """Return the address and the words of each removal that this operator can do with this person now."""
    if not _is_allowed(page, request, person):
        return []
    return [
        (reverse(f"admin:accounts_user_{removal.name}", args=[person.pk]), str(removal.button))
        for removal in REMOVALS
        if removal.is_there(person)
    ]


def _is_allowed(page: ModelAdmin, request: HttpRequest, person: User) -> bool:
    return page.has_change_permission(request, person) and person != request.user


def _ask_and_remove(page: ModelAdmin, request: HttpRequest, pk: int, removal: Removal) -> HttpResponse:
    """Say what it does and ask for the reason; on POST do it, once."""
    person = get_object_or_404(User, pk=pk)
    if not _is_allowed(page, request, person):
        raise PermissionDenied
    if not removal.is_there(person):
        messages.warning(request, _("There is nothing to remove any more."))
        return redirect(PAGE, pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _remove(page, request, pk, removal, form.cleaned_data["reason"])
        messages.success(request, _("Done: %(decision)s.") % {"decision": removal.done})
        return redirect(PAGE, pk)
    return ask(
        page,
        request,
        form,
        title=f"{removal.button}: {person.name}",
        sentences=[str(effect) for effect in removal.effects],
        button=str(removal.button),
        back=reverse(PAGE, args=[pk]),
    )


@transaction.atomic
def _remove(page: ModelAdmin, request: HttpRequest, pk: int, removal: Removal, reason: str) -> None:
    # Locked, so that a repetition finds that nothing is there and is not logged again.
    person = User.objects.select_for_update().get(pk=pk)
    if removal.is_there(person):
        removal.carry_out(request, person)
        words = in_history(str(removal.done), before=_("there"), after=_("removed"), why=reason)
        page.log_change(request, person, words)
