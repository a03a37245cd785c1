"""The books: accounts, postings, transfers. Only `credits.ledger` writes here.

A transfer takes a positive amount from one account and gives it to another, so the books balance by
construction. Postings and transfers are append-only: the database refuses to change or delete them, but for
the words of a posting, which can be erased.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """Who holds the credits of an account: a person (the first two) or the platform."""

    WALLET = "wallet", _("Wallet")
    BLOCK = "block", _("Block")
    SHARE = "share", _("Platform's share")
    ISSUANCE = "issuance", _("Grants and purchases")
    BONUS = "bonus", _("Bonuses")
    PAYOUT = "payout", _("Payouts")


PERSONAL = (AccountKind.WALLET, AccountKind.BLOCK)


class PostingKind(models.TextChoices):
    """What a posting does."""

    BLOCK = "block", _("Block")
    RELEASE = "release", _("Release")
    CHARGE = "charge", _("Charge")
    BONUS = "bonus", _("Bonus")
    GRANT = "grant", _("Grant")
    PAYOUT = "payout", _("Payout")
    CORRECTION = "correction", _("Correction")


class Account(models.Model):
    """A place where credits are. One wallet per person, one block per blocked meeting, four of the platform.

    The balance of a block's account *is* the block. The platform's own accounts keep no running balance,
    because every charge would have to queue for it: theirs is the sum of their transfers.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    balance = models.BigIntegerField(_("balance in credits"), null=True)
    is_closed = models.BooleanField(_("closed, because its owner has left"), default=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="credits_balance_not_negative"),
            models.CheckConstraint(
                condition=Q(is_closed=False) | Q(balance=0), name="credits_closed_accounts_are_empty"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PERSONAL, owner__isnull=False, balance__isnull=False)
                | (~Q(kind__in=PERSONAL) & Q(owner__isnull=True, balance__isnull=True)),
                name="credits_people_have_owner_and_balance",
            ),
            models.CheckConstraint(
                condition=Q(kind="block") ^ Q(reference=""), name="credits_only_blocks_have_a_reference"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="credits_known_account_kind"
            ),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(kind="wallet"), name="credits_one_wallet_per_person"
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=Q(kind="block"), name="credits_one_block_per_reference"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=~Q(kind__in=PERSONAL), name="credits_one_platform_account_per_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner"], condition=Q(kind="block", balance__gt=0), name="credits_open_blocks"
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_kind_display(), self.reference, str(self.owner or "")]))

    def holds(self) -> int:
        """Return how many credits are in it; for an account of the platform, the sum of its transfers."""
        if self.balance is not None:
            return self.balance
        received = self.received.aggregate(total=Sum("amount", default=0))["total"]
        given = self.given.aggregate(total=Sum("amount", default=0))["total"]
        return int(received - given)


class Posting(models.Model):
    """One entry in the books: made once per key, with all its transfers or not at all.

    The reason is what an operator typed; it is erased when the person it speaks of leaves. All else stays.
    """

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=PostingKind.choices)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PostingKind.values), name="credits_known_posting_kind"
            )
        ]
        indexes = [
            models.Index(fields=["reference"], name="credits_posting_reference"),
            models.Index(
                fields=["made_at"], condition=Q(kind=PostingKind.CHARGE), name="credits_charges_by_time"
            ),
            # For the operators' list and its filters.
            models.Index(fields=["kind", "id"], name="credits_postings_by_kind"),
            BrinIndex(fields=["made_at"], name="credits_postings_by_time"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="postings_keep_all_but_reasons", exclude=["reason"]),
            pgtrigger.Protect(
                name="reasons_are_only_erased",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                & ~pgtrigger.Q(new__reason=""),
            ),
            pgtrigger.Protect(name="postings_are_not_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.key


class Transfer(models.Model):
    """An amount of whole credits that goes from one account to another."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="transfers", verbose_name=_("posting"))
    source = models.ForeignKey(Account, models.PROTECT, related_name="given", verbose_name=_("from"))
    target = models.ForeignKey(Account, models.PROTECT, related_name="received", verbose_name=_("to"))
    amount = models.PositiveBigIntegerField(_("amount in credits"))

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credits_amount_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="credits_two_different_accounts"),
        ]
        triggers = [
            pgtrigger.Protect(name="transfers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.amount}: {self.source_id} -> {self.target_id}"
