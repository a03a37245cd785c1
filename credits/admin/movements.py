"""The pages that grant credits and record payouts: one person, one amount, looked at twice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ModelAdmin, ask
from accounts.models import User
from accounts.people import person_of
from credits import batches, ledger
from notifications.wording import credits_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST = 1_000_000
MAY_MOVE = "credits.add_posting"


class AmountForm(AskForm):
    """Asks for an amount and the reason. It carries the sentences that the operator was looking at."""

    amount = forms.IntegerField(label=gettext_lazy("Amount in credits"), min_value=1, max_value=MOST)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("amount", "reason")


class Refused(Exception):
    """The rules forbid it, whatever the amount; says why in words."""


class NotSeen(Exception):
    """The operator has not read what would happen now; `sentences` say it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class MovementKind:
    """What an operator can do to somebody's credits; `name` begins the ledger's key and ends the address.

    `sign` says whether the person has more afterwards, or less.
    """

    name: str
    sign: int
    title: "StrPromise"
    button: "StrPromise"
    confirm: "StrPromise"
    effect: "StrPromise"
    foretold: "StrPromise"
    done: "StrPromise"
    book: Callable[..., int | None]


GRANT = MovementKind(
    "grant",
    1,
    title=gettext_lazy("Grant credits"),
    button=gettext_lazy("Grant credits"),
    confirm=gettext_lazy("Yes, grant %(amount)s"),
    effect=gettext_lazy("%(person)s gets new credits and is told so."),
    foretold=gettext_lazy("%(person)s gets %(amount)s."),
    done=gettext_lazy("%(person)s was granted %(amount)s and now has %(available)s available."),
    book=ledger.grant,
)
PAYOUT = MovementKind(
    "payout",
    -1,
    title=gettext_lazy("Record a payout"),
    button=gettext_lazy("Record the payout"),
    confirm=gettext_lazy("Yes, record a payout of %(amount)s"),
    effect=gettext_lazy(
        "You have paid %(person)s for credits, which now leave the books. %(person)s is told so."
    ),
    foretold=gettext_lazy("%(person)s was paid for %(amount)s, which leave the books."),
    done=gettext_lazy("A payout of %(amount)s is recorded; %(person)s now has %(available)s available."),
    book=ledger.payout,
)
MOVEMENTS = {movement.name: movement for movement in (GRANT, PAYOUT)}


def addresses(page: ModelAdmin) -> list[URLPattern]:
    """Return one address for each movement."""
    return [
        path(
            f"person/<int:pk>/{movement.name}/",
            page.admin_site.admin_view(partial(_move, page, movement=movement)),
            name=f"credits_account_{movement.name}",
        )
        for movement in MOVEMENTS.values()
    ]


def accounts_of(person: User) -> str:
    """Return the address of the list of a person's accounts."""
    return reverse("admin:credits_account_changelist") + f"?owner__id__exact={person.pk}"


def _move(page: ModelAdmin, request: HttpRequest, pk: int, movement: MovementKind) -> HttpResponse:
    """Ask for amount and reason, show them again with what they do, and book them, once per form."""
    person = get_object_or_404(User, pk=pk)
    if not request.user.has_perm(MAY_MOVE):
        raise PermissionDenied
    if person == person_of(request):
        reason = batches.refusal(person, sign=movement.sign, operator=person)
        return render(request, "403.html", {"reason": reason}, status=403)
    form = AmountForm(request.POST or None)
    sentences = [movement.effect % {"person": person.name}, _balance_in_words(person)]
    button = str(movement.button)
    if request.method == "POST" and form.is_valid():
        try:
            if _is_booked(page, request, person, movement, form):
                return redirect(accounts_of(person))
        except NotSeen as news:
            _show_again(form, news)
            sentences = news.sentences
            button = movement.confirm % {"amount": credits_in_words(form.cleaned_data["amount"])}
    return ask(
        page,
        request,
        form,
        title=f"{movement.title}: {person.name}",
        sentences=sentences,
        button=button,
        back=accounts_of(person),
    )


def _show_again(form: AmountForm, news: NotSeen) -> None:
    """Let the next press of the button confirm these sentences; say so where others were seen before."""
    before = form.cleaned_data["seen"]
    form.put(seen=str(news))
    if before:
        form.add_error(
            None, _("Nothing was booked, because the numbers have changed. Please look at the new ones.")
        )


def _is_booked(
    page: ModelAdmin, request: HttpRequest, person: User, movement: MovementKind, form: AmountForm
) -> bool:
    """Book it and say so, or put into the form why not. Raises NotSeen."""
    amount = form.cleaned_data["amount"]
    try:
        _book(page, request, person, movement, form)
    except ledger.NotEnoughCredits as shortage:
        form.add_error("amount", too_much(shortage.missing, person))
        return False
    except ledger.AccountClosed:
        form.add_error(
            None, _("This person has deleted the account, so it takes no credits. Nothing was changed.")
        )
        return False
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    except ledger.KeyUsedOtherwise:
        form.renew(seen="")
        form.add_error(None, _("This form was sent before with other numbers, so nothing was changed now."))
        return False
    numbers = {"amount": credits_in_words(amount), "available": ledger.balance(person).available}
    messages.success(request, movement.done % {"person": person.name, **numbers})
    return True


@transaction.atomic
def _book(
    page: ModelAdmin, request: HttpRequest, person: User, movement: MovementKind, form: AmountForm
) -> None:
    # Locked, so that a repetition finds what the first request booked and does not log it again, and so
    # that the balance stays what the operator is shown.
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    key = f"{movement.name}:{form.cleaned_data['key']}"
    amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
    is_new, before = ledger.find(key) is None, ledger.balance(person).available
    if is_new:
        _refuse_what_cannot_be(person, before, movement, amount)
        _compare(form.cleaned_data["seen"], person, movement, amount, reason, before)
    operator = person_of(request)
    movement.book(person, amount, reason=reason, made_by=operator, key=key, now=timezone.now())
    if is_new:
        after = before + movement.sign * amount
        page.log_change(
            request, person, in_history(str(movement.title), before=before, after=after, why=reason)
        )


def _refuse_what_cannot_be(person: User, available: int, movement: MovementKind, amount: int) -> None:
    """Refuse what the rules or the books would refuse, before the operator is asked twice."""
    if person.is_deleted:
        raise ledger.AccountClosed
    refused = batches.refusal(person, sign=movement.sign, operator=None)
    if refused:
        raise Refused(refused)
    after = available + movement.sign * amount
    if after < 0:
        raise ledger.NotEnoughCredits(-after)


def _compare(
    seen: str, person: User, movement: MovementKind, amount: int, reason: str, available: int
) -> None:
    """Raise NotSeen where the operator has not read these very sentences."""
    sentences = [
        movement.foretold % {"person": person.name, "amount": credits_in_words(amount)},
        _("Available before: %(before)s. Available afterwards: %(after)s.")
        % {
            "before": credits_in_words(available),
            "after": credits_in_words(available + movement.sign * amount),
        },
        _("%(person)s is told so and reads this reason: “%(reason)s”")
        % {"person": person.name, "reason": " ".join(reason.split())},
    ]
    if seen != " ".join(sentences):
        raise NotSeen(sentences)


def _balance_in_words(person: User) -> str:
    balance = ledger.balance(person)
    return _("Now available: %(available)s. Blocked for meetings: %(blocked)s.") % {
        "available": credits_in_words(balance.available),
        "blocked": credits_in_words(balance.blocked),
    }


def too_much(missing: int, person: User) -> str:
    """Say why a payout is refused, in words."""
    words = ngettext(
        "Nothing was recorded: that is %(missing)s credit more than %(person)s has available. "
        "Credits blocked for meetings cannot be paid out.",
        "Nothing was recorded: that is %(missing)s credits more than %(person)s has available. "
        "Credits blocked for meetings cannot be paid out.",
        missing,
    )
    return words % {"missing": missing, "person": person.name}
