"""E-mails about signing in: written into an outbox by allauth, sent by the same job as all others.

No request waits for a mail server, and none shows by its length whether an address has an account. The rows hold
no link and no code: links are made when the mail is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.auth.adapter import OwnAdapter
from accounts.models import User
from accounts.models.user import site_language
from accounts.times.formats import as_user, written
from accounts.times.zones import in_words
from notifications import mails, nudge
from notifications.models import AccountMail, MailState

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LONGEST_BROWSER = 200
FACTS = ("from_email", "to_email", "deleted_email")
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AccountMailKind:
    """What a mail of this kind says; `text` holds placeholders for its facts, `link` is where its button leads."""

    title: "StrPromise"
    text: "StrPromise"
    button: "StrPromise"
    link: Callable[[AccountMail], str]


class AccountAdapter(OwnAdapter):
    """Sends the mails of allauth by our outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail into the outbox; what it is about is the last part of allauth's name for it."""
        kind = template_prefix.rpartition("/")[2]
        if kind not in KINDS:
            raise ValueError(f"There are no words for the mail {template_prefix}.")
        AccountMail.objects.create(
            address=email,
            person=context.get("user") or _person_of(email, context.get("to_email")),
            language=translation.get_language() or "en",
            kind=kind,
            facts=_facts(context),
            created_at=timezone.now(),
            mail_state=MailState.WAITING,
            mail_due_at=timezone.now(),
        )
        nudge.on_commit("notifications.jobs.deliver_mails")


def write(mail: AccountMail, _now: datetime) -> EmailMultiAlternatives:
    """Return the mail, in the language and zone of the person, else in the language of who asked for it. Raises Moot."""
    if mail.person and not mail.person.is_active:
        raise mails.Moot(gettext_noop("The account is closed."))
    if mail.person:
        with as_user(mail.person):
            return _mail(mail, mail.person)
    with translation.override(site_language(mail.language)):
        return _mail(mail, None)


def forget(now: datetime) -> None:
    """Delete what was settled long ago: it names addresses of networks, and of people who are nobody here."""
    AccountMail.objects.filter(created_at__lt=now - KEPT).exclude(mail_state=MailState.WAITING).delete()


def message_id(mail: AccountMail) -> str:
    """Return the name of this mail, the same at every attempt."""
    return f"<account-{mail.pk}@{mails.site_host()}>"


def _mail(mail: AccountMail, person: User | None) -> EmailMultiAlternatives:
    kind = KINDS[mail.kind]
    words = {
        "name": mails.in_one_line(person.first_name) if person else "",
        "zone": in_words(person.time_zone) if person and "done_at" in mail.facts else "",
        "title": str(kind.title),
        "text": mails.in_one_line(_text(kind, mail.facts)),
        "button": str(kind.button),
        "url": mails.on_site(kind.link(mail)),
    }
    return mails.in_our_design(mail.address, words, headers={"Message-ID": message_id(mail)})


def _text(kind: AccountMailKind, facts: dict[str, str]) -> str:
    if "done_at" not in facts:
        return str(kind.text).format_map(facts)
    done_at = written(datetime.fromisoformat(facts["done_at"]))
    return " ".join(str(text).format_map({**facts, "done_at": done_at}) for text in (kind.text, IF_NOT_YOU))


def _facts(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the words need of all that allauth knows; no link and no key is among it."""
    facts: dict[str, Any] = {name: context[name] for name in FACTS if name in context}
    if "timestamp" in context:
        facts["done_at"] = context["timestamp"].isoformat()
        facts["ip"], facts["browser"] = context["ip"], context["user_agent"][:LONGEST_BROWSER]
    return facts


def _person_of(*addresses: str | None) -> User | None:
    """Return whose account a mail is about, where allauth does not say it: never that of who asks for it."""
    return User.objects.filter(email__in=addresses).first()


# --- Where the buttons lead ----------------------------------------------------------------------------


def _confirmation(mail: AccountMail) -> str:
    address = EmailAddress.objects.filter(email=mail.address, user=mail.person, verified=False).first()
    if address is None:
        raise mails.Moot(gettext_noop("The address is confirmed, or no longer wanted."))
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])


def _new_password(mail: AccountMail) -> str:
    person = mail.person
    if person is None or person.email != mail.address:
        raise mails.Moot(gettext_noop("The account has another address now."))
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=key)


def _page(name: str) -> Callable[[AccountMail], str]:
    return lambda _mail: reverse(name)


# --- What they say -------------------------------------------------------------------------------------

IF_NOT_YOU = _(
    "This was done on {done_at}, from the network address {ip}, with the browser “{browser}”. If it was not you, "
    "please set a new password at once: that signs out everybody else."
)
CONFIRM = AccountMailKind(
    title=_("Please confirm your e-mail address"),
    text=_(
        "This address was given for an account at Expertim. If that was you, please confirm that it is yours: the "
        "link is good for three days. If it was not you, do not confirm it; nothing else has to be done."
    ),
    button=_("Confirm the address"),
    link=_confirmation,
)
TO_SECURITY = _("Set a new password"), _page("account_reset_password")

KINDS = {
    "email_confirmation": CONFIRM,
    "email_confirmation_signup": CONFIRM,
    "account_already_exists": AccountMailKind(
        _("You have an account already"),
        _(
            "Somebody wanted to sign up at Expertim with this address, which has an account already. If it was you, "
            "please sign in instead, with a new password if you have forgotten yours. If it was not you, nothing "
            "has to be done: your account is as it was."
        ),
        _("Sign in"),
        _page("account_login"),
    ),
    "password_reset_key": AccountMailKind(
        _("A new password"),
        _(
            "Somebody asked for a new password for your account. If it was you, please choose one: the link is good "
            "once. If it was not you, nothing has to be done: your password is as it was."
        ),
        _("Choose a new password"),
        _new_password,
    ),
    "unknown_account": AccountMailKind(
        _("There is no account with this address"),
        _(
            "Somebody asked for a new password for an account with this address, but there is none. If it was you, "
            "you may have signed up with another address. If it was not you, nothing has to be done."
        ),
        _("Sign up"),
        _page("account_signup"),
    ),
    "password_changed": AccountMailKind(
        _("Your password was changed"), _("The password of your account was changed."), *TO_SECURITY
    ),
    "password_reset": AccountMailKind(
        _("Your password was changed"), _("A new password was chosen by a link from a mail."), *TO_SECURITY
    ),
    "email_changed": AccountMailKind(
        _("Your e-mail address was changed"),
        _("The address of your account was {from_email} and is {to_email} from now on."),
        *TO_SECURITY,
    ),
    "email_deleted": AccountMailKind(
        _("Your e-mail address stays as it was"),
        _("The address of your account was to become {deleted_email}. That was called off."),
        *TO_SECURITY,
    ),
    "totp_activated": AccountMailKind(
        _("A second factor was set up"),
        _("Signing in to your account now asks for a code of an authenticator app."),
        *TO_SECURITY,
    ),
    "totp_deactivated": AccountMailKind(
        _("The second factor was removed"),
        _("Signing in to your account no longer asks for a code."),
        *TO_SECURITY,
    ),
    "totp_removed_by_operator": AccountMailKind(
        _("The second factor was removed"),
        _(
            "An operator has removed the second factor of your account, because we were asked to. Signing in no "
            "longer asks for a code. If you did not ask for this, please choose a new password now and tell us."
        ),
        *TO_SECURITY,
    ),
    "recovery_codes_generated": AccountMailKind(
        _("New recovery codes"),
        _("New recovery codes were made for your account; the old ones are no longer good."),
        *TO_SECURITY,
    ),
}
