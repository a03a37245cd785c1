"""The operators' pages about the books: everything can be looked at; only granting and paying out write."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_pages import AskForm, ShownOnly, TabularInline, ViewOnlyAdmin, ask
from accounts.models import User
from accounts.people import person_of
from accounts.times import written
from credits import ledger
from credits.models import Account, AccountKind, Posting, Transfer
from notifications.wording import credits_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST = 1_000_000
LATEST = 50


class AmountForm(AskForm):
    """Asks for an amount and the reason."""

    amount = forms.IntegerField(label=gettext_lazy("Amount in credits"), min_value=1, max_value=MOST)
    field_order = ("amount", "reason")


@dataclass(frozen=True, slots=True)
class Movement:
    """What an operator can do to somebody's credits; `name` begins the ledger's key and ends the address."""

    name: str
    title: "StrPromise"
    button: "StrPromise"
    effect: "StrPromise"
    done: "StrPromise"
    book: Callable[..., int | None]


MOVEMENTS = (
    Movement(
        "grant",
        title=gettext_lazy("Grant credits"),
        button=gettext_lazy("Grant credits"),
        effect=gettext_lazy("%(person)s gets new credits and is told so."),
        done=gettext_lazy("%(person)s was granted %(amount)s and now has %(available)s available."),
        book=ledger.grant,
    ),
    Movement(
        "payout",
        title=gettext_lazy("Record a payout"),
        button=gettext_lazy("Record the payout"),
        effect=gettext_lazy(
            "You have paid %(person)s for credits, which now leave the books. %(person)s is told so."
        ),
        done=gettext_lazy("A payout of %(amount)s is recorded; %(person)s now has %(available)s available."),
        book=ledger.payout,
    ),
)


@admin.register(Account)
class AccountAdmin(ViewOnlyAdmin):
    """An account; people's have a balance, the platform's are the sum of their transfers."""

    list_display = ("kind", "owner", "reference", "balance", "movements")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("owner__first_name", "owner__last_name", "owner__email", "=reference")
    ordering = ("owner_id", "pk")
    fields = ("kind", "owner", "reference", "holds", "movements", "latest_transfers")
    readonly_fields = ("holds", "movements", "latest_transfers")

    def get_urls(self) -> list[URLPattern]:
        """Add one page for each movement."""
        pages = [
            path(
                f"person/<int:pk>/{movement.name}/",
                self.admin_site.admin_view(partial(self.move, movement=movement)),
                name=f"credits_account_{movement.name}",
            )
            for movement in MOVEMENTS
        ]
        return [*pages, *super().get_urls()]

    @admin.display(description=gettext_lazy("Credits in it"))
    def holds(self, account: Account) -> int:
        """Write what is in the account."""
        return account.holds()

    @admin.display(description=gettext_lazy("Latest transfers"))
    def latest_transfers(self, account: Account) -> SafeString:
        """List what came and went, newest first."""
        transfers = Transfer.objects.filter(Q(source=account) | Q(target=account))
        latest = transfers.select_related("posting").order_by("-pk")[:LATEST]
        return format_html_join("", "<p>{} {}: {}</p>", (_line(transfer, account) for transfer in latest))

    @admin.display(description=gettext_lazy("Movements"))
    def movements(self, account: Account) -> SafeString | str:
        """Lead from a wallet to the pages that change it."""
        if account.kind != AccountKind.WALLET:
            return ""
        grant, payout = (
            reverse(f"admin:credits_account_{m.name}", args=[account.owner_id]) for m in MOVEMENTS
        )
        words = (grant, _("Grant credits"), payout, _("Record a payout"))
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', *words)

    def move(self, request: HttpRequest, pk: int, movement: Movement) -> HttpResponse:
        """Ask for amount and reason; on POST book them, once per form."""
        if not request.user.has_perm("credits.add_posting"):
            raise PermissionDenied
        person = get_object_or_404(User, pk=pk)
        form = AmountForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._is_booked(request, person, movement, form):
            return redirect(_accounts_of(person))
        return ask(
            self,
            request,
            form,
            title=f"{movement.title}: {person.name}",
            sentences=[movement.effect % {"person": person.name}, _balance_in_words(person)],
            button=str(movement.button),
            back=_accounts_of(person),
        )

    def _is_booked(self, request: HttpRequest, person: User, movement: Movement, form: AmountForm) -> bool:
        """Book it and say so, or put into the form why not."""
        amount = form.cleaned_data["amount"]
        try:
            self._book(request, person, movement, form)
        except ledger.NotEnoughCredits as shortage:
            form.add_error("amount", _too_much(shortage.missing, person))
            return False
        except ledger.AccountClosed:
            form.add_error(
                None, _("This person has deleted the account, so it takes no credits. Nothing was changed.")
            )
            return False
        except ledger.KeyUsedOtherwise:
            form.renew()
            form.add_error(
                None, _("This form was sent before with other numbers, so nothing was changed now.")
            )
            return False
        numbers = {"amount": credits_in_words(amount), "available": ledger.balance(person).available}
        messages.success(request, movement.done % {"person": person.name, **numbers})
        return True

    @transaction.atomic
    def _book(self, request: HttpRequest, person: User, movement: Movement, form: AmountForm) -> None:
        # Locked, so that a repetition finds what the first request booked and does not log it again.
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        key = f"{movement.name}:{form.cleaned_data['key']}"
        amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
        is_new = ledger.find(key) is None
        operator = person_of(request)
        movement.book(person, amount, reason=reason, made_by=operator, key=key, now=timezone.now())
        if is_new:
            self.log_change(request, person, f"{movement.title}: {amount}. {reason}")


class TransferInline(ShownOnly, TabularInline):
    """The transfers of a posting."""

    model = Transfer
    extra = 0


@admin.register(Posting)
class PostingAdmin(ViewOnlyAdmin):
    """An entry in the books."""

    list_display = ("id", "kind", "reference", "reason", "made_by", "made_at")
    list_filter = ("kind", "made_at")
    list_select_related = ("made_by",)
    search_fields = ("=reference", "key", "reason")
    inlines = (TransferInline,)


@admin.register(Transfer)
class TransferAdmin(ViewOnlyAdmin):
    """One line of the books."""

    list_display = ("id", "posting", "source", "target", "amount")
    list_select_related = ("posting", "source__owner", "target__owner")
    search_fields = ("=posting__reference", "=posting__key")
    ordering = ("-pk",)


def _line(transfer: Transfer, account: Account) -> tuple[str, str, str]:
    posting = transfer.posting
    amount = transfer.amount if transfer.target_id == account.pk else -transfer.amount
    what = " ".join(filter(None, [str(posting.get_kind_display()), posting.reference]))
    return written(posting.made_at), what, f"{amount:+}"


def _accounts_of(person: User) -> str:
    return reverse("admin:credits_account_changelist") + f"?owner__id__exact={person.pk}"


def _balance_in_words(person: User) -> str:
    balance = ledger.balance(person)
    return _("Now available: %(available)s. Blocked for meetings: %(blocked)s.") % {
        "available": credits_in_words(balance.available),
        "blocked": credits_in_words(balance.blocked),
    }


def _too_much(missing: int, person: User) -> str:
    words = ngettext(
        "Nothing was recorded: that is %(missing)s credit more than %(person)s has available. "
        "Credits blocked for meetings cannot be paid out.",
        "Nothing was recorded: that is %(missing)s credits more than %(person)s has available. "
        "Credits blocked for meetings cannot be paid out.",
        missing,
    )
    return words % {"missing": missing, "person": person.name}
