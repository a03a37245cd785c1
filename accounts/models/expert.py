"""What an expert shows and offers."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import languages
from accounts.models.catalogue import ServiceKind, Skill
from accounts.models.user import User

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
HIGHEST_PRICE = 100_000


class ExpertQuerySet(models.QuerySet["ExpertProfile"]):
    """Experts, asked for in the words of the product."""

    def listed(self) -> "ExpertQuerySet":
        """Experts who can be booked: approved, not blocked, with at least one active service."""
        offering = Service.objects.filter(expert=models.OuterRef("pk"), is_active=True)
        return self.filter(models.Exists(offering), is_approved=True, user__is_active=True)

    def public(self) -> "ExpertQuerySet":
        """Listed experts who let visitors see their profile."""
        return self.listed().filter(is_public=True)


class ExpertProfile(models.Model):
    """The page of a person who gives meetings; its number is the person's."""

    user = models.OneToOneField(
        User, models.PROTECT, primary_key=True, related_name="expert", verbose_name=_("person")
    )
    headline = models.CharField(_("headline"), max_length=120, blank=True)
    introduction = models.TextField(_("introduction"), max_length=4000, blank=True)
    company = models.CharField(_("company"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    languages = ArrayField(
        models.CharField(max_length=3), verbose_name=_("languages"), blank=True, default=list
    )
    availability = models.CharField(_("usually available"), max_length=200, blank=True)
    skills = models.ManyToManyField(Skill, related_name="experts", verbose_name=_("skills"))
    is_approved = models.BooleanField(_("approved"), default=False)
    is_public = models.BooleanField(_("visible to visitors"), default=False)
    # What `accounts.search` looks at: kept by triggers (migration 0003), whatever changes and by whom.
    search_text = models.TextField(editable=False, default="")
    search_vector = SearchVectorField(editable=False, null=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        indexes = [
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="accounts_expert_like"),
            GinIndex(fields=["search_vector"], name="accounts_expert_words"),
            GinIndex(fields=["languages"], name="accounts_expert_languages"),
            models.Index(
                fields=["user"], condition=models.Q(is_approved=False), name="accounts_experts_to_approve"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(languages__contained_by=sorted(languages.NAMES)), name="accounts_known_languages"
            ),
        ]

    def __str__(self) -> str:
        return self.user.name

    def get_absolute_url(self) -> str:
        """Return the address of the expert's page."""
        return reverse("meetings:expert", args=[self.pk])

    @property
    def languages_in_words(self) -> str:
        """Return the names of the languages spoken."""
        return languages.in_words(self.languages)

    @property
    def charges(self) -> bool:
        """Whether any of the services at hand costs credits."""
        return any(service.price for service in self.services.all())

    @property
    def offers_anything(self) -> bool:
        """Whether there is a service that can be booked."""
        return self.services.filter(is_active=True).exists()

    @property
    def is_listed(self) -> bool:
        """Whether this expert can be booked now."""
        return ExpertProfile.objects.listed().filter(pk=self.pk).exists()


class Service(models.Model):
    """What an expert offers: a kind of meeting, its length in minutes, its price in whole credits."""

    expert = models.ForeignKey(
        ExpertProfile, models.PROTECT, related_name="services", verbose_name=_("expert")
    )
    kind = models.ForeignKey(ServiceKind, models.PROTECT, verbose_name=_("kind"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    price = models.PositiveIntegerField(_("price in credits"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["price", "minutes"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = [
            models.Index(
                fields=["kind", "price"], condition=Q(is_active=True), name="accounts_service_offered"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(SHORTEST_MINUTES, LONGEST_MINUTES)),
                name="accounts_service_length_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(price__lte=HIGHEST_PRICE), name="accounts_service_price_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return _("%(kind)s, %(minutes)s minutes") % {"kind": self.kind, "minutes": self.minutes}
