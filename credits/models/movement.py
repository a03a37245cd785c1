"""Movements: what people see of the books on My account."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credits.models.books import Posting, PostingKind

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What a movement is called, by the kind of posting and whether the person received.
NAMES: dict[tuple[str, bool], "StrPromise"] = {
    (PostingKind.CHARGE, False): _("Deduction of credits for services"),
    (PostingKind.CHARGE, True): _("Payment of credits for services"),
    (PostingKind.BONUS, True): _("Bonus credits for verbal evaluation"),
    (PostingKind.GRANT, True): _("Credits granted"),
    (PostingKind.PAYOUT, False): _("Payout"),
    (PostingKind.CORRECTION, True): _("Correction"),
    (PostingKind.CORRECTION, False): _("Correction"),
}

# The kinds by which My account is filtered; blocking and releasing move nothing.
KINDS = {
    PostingKind.CHARGE: _("Services"),
    PostingKind.BONUS: _("Bonuses"),
    PostingKind.GRANT: _("Credits granted"),
    PostingKind.PAYOUT: _("Payouts"),
    PostingKind.CORRECTION: _("Corrections"),
}


class Movement(models.Model):
    """The net effect of one posting on what one person owns; a view in the database, read only."""

    pk = models.CompositePrimaryKey("owner", "posting")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="movements")
    posting = models.ForeignKey(Posting, models.DO_NOTHING, related_name="+")
    counterparty = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+")
    amount = models.BigIntegerField()
    owned_after = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "credits_movement"
        ordering = ["-posting_id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount:+}"

    @property
    def name(self) -> str:
        """What My account calls it."""
        return str(NAMES[self.posting.kind, self.amount > 0])
