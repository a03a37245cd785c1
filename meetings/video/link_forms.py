"""The form for a link of one's own, where people meet instead of on the video platform."""

from urllib.parse import SplitResult, urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

LONGEST_LINK = 500
NO_LINK = _("This is no link. Example: https://meet.example.org/room")

looks_like_link = URLValidator(schemes=["http", "https"], message=NO_LINK)


def check_link(link: str) -> None:
    """Refuse what is no address that both parties could open. Raises ValidationError."""
    looks_like_link(link)
    parts = _split(link)
    if parts.scheme != "https":
        raise ValidationError(_("The link has to begin with https://, so that nobody can listen in."))
    if "@" in parts.netloc:
        raise ValidationError(_("The link holds a name or password before the @. Please use one without."))
    # The security policy of the page that leads there names the site, and knows plain letters only.
    if not parts.netloc.isascii():
        raise ValidationError(
            _("Please write the name of the site in plain letters, as browsers copy it: xn--….")
        )
    if (parts.hostname or "").rstrip(".") == urlsplit(settings.SITE_URL).hostname:
        raise ValidationError(_("This link leads back here. Please use that of the video meeting itself."))


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018 - refuses numbers that no port has
    except ValueError:
        raise ValidationError(NO_LINK) from None
    return parts


class LinkField(forms.CharField):
    """A link to a video meeting elsewhere; empty where the platform is to be used."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Link"),
            required=False,
            max_length=LONGEST_LINK,
            validators=[check_link],
            widget=forms.URLInput({"autocomplete": "off", "class": "vTextField"}),
            help_text=_("Leave it empty to meet on the video platform."),
        )


class LinkForm(forms.Form):
    """Asks the expert for a link."""

    link = LinkField()
