"""People and offers for tests; meetings are made by `tests.meetings.scenarios`, on the real road."""

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Expertise, ExpertProfile, Service, ServiceKind, Skill, User
from credits import ledger
from meetings.models import Reason

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long enough pass phrase"


class PersonFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    first_name = "Petr"
    last_name = factory.Sequence(lambda n: f"Novák{n}")
    time_zone = "Europe/Prague"
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def address(self: User, create: bool, confirmed: bool | None) -> None:
        """Confirm the address, or leave that to the test."""
        if create:
            is_confirmed = confirmed is not False
            EmailAddress.objects.create(user=self, email=self.email, verified=is_confirmed, primary=True)

    @factory.post_generation
    def second_factor(self: User, create: bool, wanted: bool | None) -> None:
        """Set up a second factor for operators, who must have one, or as the test wants it."""
        if create and (self.is_staff if wanted is None else wanted):
            TOTP.activate(self, TOTP_SECRET)

    @factory.post_generation
    def credits(self: User, create: bool, amount: int | None) -> None:
        """Grant the person this many credits."""
        if create and amount:
            how = {"reason": "test", "made_by": None, "key": f"test:grant:{self.pk}", "now": timezone.now()}
            with transaction.atomic():
                ledger.grant(self, amount, **how)


class ExpertiseFactory(DjangoModelFactory[Expertise]):
    class Meta:
        model = Expertise
        django_get_or_create = ("slug",)

    name = "Corporate Finance"
    slug = "corporate-finance"


class SkillFactory(DjangoModelFactory[Skill]):
    class Meta:
        model = Skill
        django_get_or_create = ("expertise", "name")

    expertise = factory.SubFactory(ExpertiseFactory)
    name = "Valuation"


class ServiceKindFactory(DjangoModelFactory[ServiceKind]):
    class Meta:
        model = ServiceKind
        django_get_or_create = ("name",)

    name = "Expert Advice"


class ExpertFactory(DjangoModelFactory[ExpertProfile]):
    class Meta:
        model = ExpertProfile
        skip_postgeneration_save = True

    user = factory.SubFactory(
        PersonFactory, first_name="Eva", last_name=factory.Sequence(lambda n: f"Malá{n}")
    )
    headline = "Valuation of young companies"
    is_approved = True
    is_public = True

    @factory.post_generation
    def skills(self: ExpertProfile, create: bool, skills: list[Skill] | None) -> None:
        """Give the expert these skills, or one of their own."""
        if create:
            self.skills.set(skills or [SkillFactory.create()])


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    expert = factory.SubFactory(ExpertFactory)
    kind = factory.SubFactory(ServiceKindFactory)
    minutes = 60
    price = 30


class ReasonFactory(DjangoModelFactory[Reason]):
    class Meta:
        model = Reason
        django_get_or_create = ("name",)

    name = "The date does not suit me"
