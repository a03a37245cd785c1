"""A person who signs in: student, expert and operator are roles of the same account."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.times import zones


class DateFormat(models.TextChoices):
    """How a person writes dates; times are always 24 hours."""

    DAY_FIRST = "d.m.Y", _("31.12.2026")
    MONTH_FIRST = "m/d/Y", _("12/31/2026")
    YEAR_FIRST = "Y-m-d", _("2026-12-31")


def validate_time_zone(name: str) -> None:
    """Accept only names of the IANA time zone database."""
    if not zones.is_known(name):
        raise ValidationError(_("“%(name)s” is not a known time zone."), params={"name": name})


def validate_name(name: str) -> None:
    """Refuse line breaks and other characters that nobody can see; joiners that scripts need are fine."""
    if not name.replace("\u200c", "").replace("\u200d", "").isprintable():
        raise ValidationError(_("Please write the name in one line."))


def site_language(code: str) -> str:
    """Return a language in which there are texts: this one, or that of the site."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class UserManager(BaseUserManager["User"]):
    """Creates people by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a person who can sign in with this address, kept in lower case: it counts as confirmed."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            EmailAddress.objects.using(self._db).create(
                user=user, email=user.email, verified=True, primary=True
            )
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save an operator with every right."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """One person. `is_active` is false for a blocked or deleted account.

    Of a deleted one only the row stays, without anything personal: the books and other people's meetings
    point to it (docs/decisions/0008-leaving.md).
    """

    username = None  # type: ignore[assignment]
    first_name = models.CharField(_("first name"), max_length=150, blank=True, validators=[validate_name])
    last_name = models.CharField(_("last name"), max_length=150, blank=True, validators=[validate_name])
    email = models.EmailField(_("e-mail address"), unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=7, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    photo = models.OneToOneField(
        "accounts.Photo",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="person",
        verbose_name=_("photo"),
    )
    date_format = models.CharField(
        _("date format"), max_length=8, choices=DateFormat.choices, default=DateFormat.DAY_FIRST
    )
    wanted_skills = models.ManyToManyField(
        "accounts.Skill", blank=True, related_name="wanted_by", verbose_name=_("skills I want to develop")
    )
    favourites = models.ManyToManyField(
        "accounts.ExpertProfile", blank=True, related_name="favourite_of", verbose_name=_("favourite experts")
    )
    # When the secret address of one's calendar was made; without it there is none.
    calendar_address_at = models.DateTimeField(null=True, editable=False)
    # When the person last took a copy of their own data: it is costly, so not at every click.
    data_taken_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["date_joined"], name="accounts_by_joining"),
            # For the operators' filters.
            models.Index(
                fields=["date_joined"], condition=models.Q(is_staff=True), name="accounts_operators"
            ),
            models.Index(fields=["date_joined"], condition=models.Q(is_active=False), name="accounts_closed"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_one_account_per_address"),
            models.CheckConstraint(
                condition=models.Q(date_format__in=DateFormat.values), name="accounts_known_date_format"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="accounts_known_language",
            ),
            # Which names there are is known to the pinned `tzdata`, and not to Postgres.
            models.CheckConstraint(
                condition=models.Q(time_zone__regex=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"),
                name="accounts_time_zone_is_a_name",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None)
                | models.Q(is_active=False, first_name="", last_name="", photo=None),
                name="accounts_deleted_people_have_no_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, as the two parties of a meeting see it."""
        if self.is_deleted:
            return str(_("Deleted person"))
        return self.get_full_name() or str(_("Someone"))

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock the person reads times; UTC where the pinned rules do not know theirs."""
        return zones.zone(self.time_zone)

    @property
    def reads(self) -> str:
        """The language of the person's pages and mails: the chosen one, or that of the site."""
        return site_language(self.language)

    @property
    def is_deleted(self) -> bool:
        """Whether the person has deleted the account."""
        return self.deleted_at is not None

    @property
    def initials(self) -> str:
        """First letters of the names, in the place of a photo."""
        return (self.first_name[:1] + self.last_name[:1]).upper()

    @property
    def hue(self) -> int:
        """Which of the six colours stands behind the initials: always the same."""
        return self.pk % 6

    @property
    def short_name(self) -> str:
        """First name and initial, as the public sees a reviewer."""
        return f"{self.first_name} {self.last_name[:1]}." if self.last_name else self.name
