"""What was told to whom: written in the transaction that causes it."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class MailState(models.TextChoices):
    """What became of the e-mail of a notification."""

    NONE = "none", _("No e-mail")
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    MOOT = "moot", _("Not sent: pointless by then")
    FAILED = "failed", _("Given up")


class MailedQuerySet(models.QuerySet[Any]):
    """An outbox, by what is to be done."""

    def mail_due(self, now: datetime) -> Self:
        """Those whose e-mail is to be sent now."""
        return self.mail_waiting().filter(mail_due_at__lte=now)

    def mail_waiting(self) -> Self:
        """Those whose e-mail is to be sent, now or later."""
        return self.filter(mail_state=MailState.WAITING)

    def mail_given_up(self) -> Self:
        """Those whose e-mail is not tried any more until an operator says so."""
        return self.filter(mail_state=MailState.FAILED)


class NotificationQuerySet(MailedQuerySet):
    """Notifications, by who reads them."""

    def behind_bell(self, person: User) -> "NotificationQuerySet":
        """Those that the person finds in the app."""
        return self.filter(recipient=person, in_bell=True)

    def unread(self) -> "NotificationQuerySet":
        """Those not yet marked read."""
        return self.filter(read_at=None)


class Mailed(models.Model):
    """What becomes of one e-mail: the row is its place in the outbox, `notifications.delivery` sends it."""

    mail_state = models.CharField(
        _("e-mail"), max_length=10, choices=MailState.choices, default=MailState.NONE
    )
    mail_due_at = models.DateTimeField(_("next attempt at"), null=True)
    mail_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    mail_settled_at = models.DateTimeField(_("e-mail settled at"), null=True)
    mail_problem = models.CharField(_("why not"), max_length=300, blank=True)

    class Meta:
        abstract = True


class Notification(Mailed):
    """One thing told to one person.

    `source` names what caused it ("event:7"), `reference` what it leads to ("meeting:3"), `about` the other
    person it speaks of, and `facts` what else its words need. Words are made when it is read, in the
    recipient's language and zone. The row is also the outbox: `notifications.delivery` sends its e-mail.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="notifications",
        verbose_name=_("recipient"),
    )
    kind = models.CharField(_("kind"), max_length=60)
    source = models.CharField(_("caused by"), max_length=60)
    reference = models.CharField(_("leads to"), max_length=60)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("other person")
    )
    facts = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("told at"))
    in_bell = models.BooleanField(_("shown behind the bell"), default=True)
    read_at = models.DateTimeField(_("read at"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "source"], name="notifications_told_once"),
            models.CheckConstraint(
                condition=Q(mail_state=MailState.WAITING, mail_due_at__isnull=False)
                | (~Q(mail_state=MailState.WAITING) & Q(mail_due_at=None)),
                name="notifications_due_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="notifications_known_mail_state"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notifications_of_person"),
            models.Index(
                fields=["recipient"], condition=Q(read_at=None, in_bell=True), name="notifications_unread"
            ),
            models.Index(
                fields=["mail_due_at", "id"], condition=Q(mail_state="waiting"), name="notifications_mail_due"
            ),
            models.Index(
                fields=["-mail_settled_at"], condition=Q(mail_state="failed"), name="notifications_failed"
            ),
            BrinIndex(fields=["created_at"], name="notifications_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"


class UnwantedMail(models.Model):
    """A kind of notification that a person does not want by mail; behind the bell it stays."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=60)

    class Meta:
        verbose_name = _("mail switched off")
        verbose_name_plural = _("mails switched off")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notifications_unwanted_once"),
        ]

    def __str__(self) -> str:
        return self.kind


class AccountMail(Mailed):
    """One e-mail about signing in: to confirm an address, to set a new password, to say what was changed.

    It holds no secret: links are made when it is sent. `address` may belong to nobody; `person` is whose
    account it is about, if there is one. `facts` is what else its words need.
    """

    address = models.EmailField(_("e-mail address"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="account_mails",
        verbose_name=_("person"),
    )
    language = models.CharField(_("language"), max_length=7)
    kind = models.CharField(_("kind"), max_length=60)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("asked for at"))

    objects = MailedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("e-mail about signing in")
        verbose_name_plural = _("e-mails about signing in")
        constraints = [
            models.CheckConstraint(
                condition=Q(mail_state=MailState.WAITING, mail_due_at__isnull=False)
                | (~Q(mail_state=MailState.WAITING) & Q(mail_due_at=None)),
                name="notifications_account_mail_due_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="notifications_account_mail_known_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at", "id"],
                condition=Q(mail_state="waiting"),
                name="notifications_account_mail_due",
            ),
            models.Index(fields=["created_at"], name="notifications_account_mail_age"),
        ]

    def __str__(self) -> str:
        # Without the address: the operators' history keeps this, and outlives the mail.
        return f"{self.kind} {self.pk}"
