"""The operators' pages about the books: everything can be looked at; only granting and paying out write."""

from django.contrib import admin
from django.db.models import Q
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.kit.pages import ShownOnly, TabularInline, ViewOnlyAdmin
from accounts.times.formats import written
from credits.admin import batches, statements
from credits.admin import movements as admin_movements
from credits.models import Account, AccountKind, Posting, Transfer

LATEST = 50


@admin.register(Account)
class AccountAdmin(ViewOnlyAdmin):
    """An account; people's have a balance, the platform's are the sum of their transfers."""

    list_display = ("kind", "owner", "reference", "balance", "movements")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    people, references = ("owner",), ("reference",)
    ordering = ("owner_id", "pk")
    fields = ("kind", "owner", "reference", "holds", "movements", "latest_transfers")
    readonly_fields = ("holds", "movements", "latest_transfers")

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that move credits, and the statements."""
        own = (admin_movements, batches, statements)
        return [*(address for pages in own for address in pages.addresses(self)), *super().get_urls()]

    def refers_to(self, reference: str) -> Q:
        """Look among blocks: only they have a reference, and the index knows only them."""
        return super().refers_to(reference) & Q(kind=AccountKind.BLOCK)

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
        """Lead from a wallet to the pages about it and to those that change it."""
        if account.kind != AccountKind.WALLET:
            return ""
        words = {"statement": _("Statement"), "grant": _("Grant credits"), "payout": _("Record a payout")}
        links = (
            (reverse(f"admin:credits_account_{name}", args=[account.owner_id]), label)
            for name, label in words.items()
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', links)


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
    references, exactly = ("reference",), ("key",)
    inlines = (TransferInline,)


@admin.register(Transfer)
class TransferAdmin(ViewOnlyAdmin):
    """One line of the books."""

    list_display = ("id", "posting", "source", "target", "amount")
    list_select_related = ("posting", "source__owner", "target__owner")
    references, exactly = ("posting__reference",), ("posting__key",)
    ordering = ("-pk",)


def _line(transfer: Transfer, account: Account) -> tuple[str, str, str]:
    posting = transfer.posting
    amount = transfer.amount if transfer.target_id == account.pk else -transfer.amount
    what = " ".join(filter(None, [str(posting.get_kind_display()), posting.reference]))
    return written(posting.made_at), what, f"{amount:+}"
