"""Photos of people: small squares, checked and written anew by `accounts.profile.photos`."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Photo(models.Model):
    """One picture, ready to be sent. Its name is made from its bytes: another picture, another address."""

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the picture."""
        return reverse("accounts:photo", args=[self.name])
