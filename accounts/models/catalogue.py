"""What can be learnt here: fields, their skills, and the kinds of meeting."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.names import Named, ReadersName, in_readers_language, words_of


class Expertise(Named):
    """A field such as Corporate Finance; the dashboard is viewed within one."""

    name = models.CharField(_("name in English"), max_length=120, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    description = models.CharField(_("description in English"), max_length=200, blank=True)
    description_de = models.CharField(_("description in German"), max_length=200, blank=True)
    description_cs = models.CharField(_("description in Czech"), max_length=200, blank=True)
    description_sk = models.CharField(_("description in Slovak"), max_length=200, blank=True)

    class Meta:
        ordering = [ReadersName()]
        verbose_name = _("Expertise")
        verbose_name_plural = _("Expertises")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[-a-zA-Z0-9_]+$"),
                name="accounts_expertise_address_is_a_slug",
            ),
        ]

    @property
    def summary(self) -> str:
        """The description in the language of the reader."""
        return in_readers_language(words_of(self, "description"))


class Skill(Named):
    """Something to learn within one Expertise; each meeting is about one skill."""

    expertise = models.ForeignKey(
        Expertise, models.PROTECT, related_name="skills", verbose_name=_("Expertise")
    )
    name = models.CharField(_("name in English"), max_length=120)

    class Meta:
        ordering = [ReadersName()]
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(fields=["expertise", "name"], name="accounts_skill_once_per_expertise"),
        ]


class ServiceKind(Named):
    """A kind of meeting, such as Student Mentoring or Career Guidance."""

    name = models.CharField(_("name in English"), max_length=120, unique=True)

    class Meta:
        ordering = [ReadersName()]
        verbose_name = _("kind of service")
        verbose_name_plural = _("kinds of service")
