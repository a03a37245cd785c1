"""The form for a link of one's own, where people meet instead of on the video platform."""

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

LONGEST_LINK = 500


def check_link(link: str) -> None:
    """Refuse what is no address that both parties could open. Raises ValidationError."""
    parts = urlsplit(link)
    if parts.scheme != "https":
        raise ValidationError(_("The link has to begin with https://, so that nobody can listen in."))
    if parts.username or parts.password:
        raise ValidationError(_("The link holds a name or password before the @. Please use one without."))
    if parts.netloc == urlsplit(settings.SITE_URL).netloc:
        raise ValidationError(
            _("This link leads back here. Please use that of the video meeting itself.")
        )


class LinkField(forms.CharField):
    """A link to a video meeting elsewhere; empty where the platform is to be used."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Link"),
            required=False,
            max_length=LONGEST_LINK,
            validators=[
                URLValidator(
                    schemes=["http", "https"],
                    message=_("This is no link. Example: https://meet.example.org/room"),
                ),
                check_link,
            ],
            widget=forms.URLInput({"autocomplete": "off", "class": "vTextField"}),
            help_text=_("Leave it empty to meet on the video platform."),
        )


class LinkForm(forms.Form):
    """Asks the expert for a link."""

    link = LinkField()
