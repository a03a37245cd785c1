"""The operators' page about what people were told, and whether the mail server took it."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.kit.history import in_history, with_reason
from accounts.admin.kit.pages import ViewOnlyAdmin
from notifications import delivery, nudge, wording
from notifications.kinds import all_kinds
from notifications.models import AccountMail, Mailed, MailState, Notification


class Outbox(ViewOnlyAdmin):
    """Mails, of which those that were given up can be sent again."""

    actions = ("send_again",)

    @admin.display(description=gettext_lazy("why not"), ordering="mail_problem")
    def why_not(self, mail: Mailed) -> str:
        """Say why a mail was not sent: what is ours in the reader's language, mail servers in their own."""
        return _(mail.mail_problem) if mail.mail_problem else ""

    def in_words(self, mail: Mailed) -> str:
        """Say what became of a mail, for the history."""
        return with_reason(mail.get_mail_state_display(), mail.mail_problem)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may have mails sent; the rows themselves nobody changes."""
        return request.user.has_perm(f"notifications.change_{self.opts.model_name}")

    @admin.action(description=gettext_lazy("Send the e-mail again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, selected: "QuerySet[Mailed]") -> None:
        """Put the mails that were given up back into the outbox, and leave all others as they are."""
        chosen = selected.count()
        given_up = self._put_back(request, selected)
        if given_up:
            words = ngettext("%(n)s e-mail is sent again.", "%(n)s e-mails are sent again.", given_up)
            messages.success(request, words % {"n": given_up})
        if given_up < chosen:
            left = _("%(n)s of the selected were left alone: only e-mails that were given up are sent again.")
            messages.warning(request, left % {"n": chosen - given_up})

    @transaction.atomic
    def _put_back(self, request: HttpRequest, selected: "QuerySet[Mailed]") -> int:
        # Locked, so that two operators do not both log the same mail.
        mine = self.model._default_manager.filter(pk__in=selected.values("pk"), mail_state=MailState.FAILED)
        given_up = list(mine.select_for_update(no_key=True).order_by("pk"))
        for mail in given_up:
            before = self.in_words(mail)
            delivery.send_again(mail, timezone.now())
            after = MailState.WAITING.label
            self.log_change(request, mail, in_history(_("E-mail sent again"), before=before, after=after))
        nudge.on_commit("notifications.jobs.deliver_mails")
        return len(given_up)


class KindFilter(admin.SimpleListFilter):
    """What people were told, by its title."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every kind that is declared, by the words that people read."""
        return sorted(((kind.name, str(kind.title)) for kind in all_kinds().values()), key=lambda k: k[1])

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Notification]") -> "QuerySet[Notification]":
        """Keep what is asked for."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notification)
class NotificationAdmin(Outbox):
    """A notification, with its words as the recipient reads them, but in the operator's zone."""

    list_display = (
        "created_at",
        "recipient",
        "title",
        "mail_state",
        "why_not",
        "mail_attempts",
        "reference",
        "read_at",
    )
    list_filter = (KindFilter, "mail_state", "created_at")
    list_select_related = ("recipient",)
    ordering = ("-pk",)
    people, references = ("recipient",), ("reference",)
    readonly_fields = ("title", "text", "why_not")
    fieldsets = (
        (None, {"fields": ("recipient", "title", "text", "about", "reference", "source", "facts")}),
        (gettext_lazy("In the app"), {"fields": ("created_at", "in_bell", "read_at")}),
        (
            gettext_lazy("By e-mail"),
            {"fields": ("mail_state", "why_not", "mail_attempts", "mail_due_at", "mail_settled_at")},
        ),
    )

    @admin.display(description=gettext_lazy("title"))
    def title(self, notification: Notification) -> str:
        """Say what happened."""
        return wording.title(notification)

    @admin.display(description=gettext_lazy("text"))
    def text(self, notification: Notification) -> str:
        """Say it in sentences."""
        return wording.text(notification)


@admin.register(AccountMail)
class AccountMailAdmin(Outbox):
    """A mail about signing in; the link that it carried is nowhere but in the mail."""

    list_display = ("created_at", "address", "kind", "mail_state", "why_not", "mail_attempts")
    readonly_fields = ("why_not",)
    list_filter = ("mail_state", "created_at")
    containing, exactly = ("address",), ("kind",)
    fields = (
        "created_at",
        "address",
        "person",
        "kind",
        "facts",
        "mail_state",
        "why_not",
        "mail_attempts",
        "mail_due_at",
        "mail_settled_at",
    )

    def in_words(self, mail: Mailed) -> str:
        """Leave out what the mail server said: it names the address, and the history outlives the mail."""
        return mail.get_mail_state_display()
