"""What can be learnt here: fields, their skills, and the kinds of meeting."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Expertise(models.Model):
    """A field such as Corporate Finance; the dashboard is viewed within one."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Expertise")
        verbose_name_plural = _("Expertises")

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """Something to learn within one Expertise; each meeting is about one skill."""

    expertise = models.ForeignKey(
        Expertise, models.PROTECT, related_name="skills", verbose_name=_("Expertise")
    )
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(fields=["expertise", "name"], name="accounts_skill_once_per_expertise")
        ]

    def __str__(self) -> str:
        return self.name


class ServiceKind(models.Model):
    """A kind of meeting, such as Student Mentoring or Career Guidance."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("kind of service")
        verbose_name_plural = _("kinds of service")

    def __str__(self) -> str:
        return self.name
