"""Fills an empty database with the demo, on the real road: every meeting is suggested, answered, held."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.text import slugify

from accounts.models import Expertise, ExpertProfile, Service, ServiceKind, Skill, User
from credits import ledger
from demo.catalogue import FIELDS
from demo.people import EXPERT, EXPERTS, OPERATOR, PASSWORD, PEOPLE, SHOWN, STUDENT, Person, Profile, address
from demo.plots import PLOTS
from demo.turns import DAY, Plot, Turn
from meetings import defaults
from meetings.action import Entry
from meetings.admin import blocking
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting, Reason, Reminder
from meetings.models.reminder import ReminderState
from meetings.vocabulary import Role
from notifications.models import MailState, Notification

Happening = tuple[datetime, Callable[[datetime], object]]

LIVED_HERE = timedelta(days=70)
READ_AFTER = timedelta(hours=36)


class OtherPeople(Exception):
    """The database belongs to other people: the demo keeps out."""


def is_there() -> bool:
    """Whether the demo lives in this database already."""
    return User.objects.filter(email__in=map(address, SHOWN)).count() == len(SHOWN)


def seed(now: datetime) -> None:
    """Fill the database. Raises OtherPeople when somebody is there already."""
    with transaction.atomic():
        if User.objects.exists():
            raise OtherPeople
        defaults.fill()
        _open_catalogue()
        cast = Cast(_people(now), _offers())
        for at, happen in sorted(_happenings(cast, now), key=itemgetter(0)):
            if at > now:
                raise ValueError("The demo must not tell of the future.")
            happen(at)
        _settle_the_past(now)


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the demo by their keys, and the services of each expert in the order of people.py."""

    people: dict[str, User]
    offers: dict[str, list[Service]]


@dataclass(slots=True)
class Scene:
    """A plot being lived through."""

    plot: Plot
    cast: Cast
    now: datetime
    meeting: Meeting | None = None

    def happenings(self) -> Iterator[Happening]:
        """Return every turn of the plot with its moment."""
        starts_at = self.plot.start(self.now, self._zone)
        ends_at = starts_at + timedelta(minutes=self._service.minutes)
        for turn in self.plot.turns:
            yield turn.at(starts_at, ends_at, self.now), partial(self._take, turn)

    def _take(self, turn: Turn, at: datetime) -> None:
        if self.meeting is None:
            self.meeting = self._suggest(turn.role, at)
        elif turn.action is None:
            workflow.apply_due_transitions(self.meeting.pk, at)
        else:
            workflow.perform(
                self.meeting,
                turn.action,
                role=turn.role,
                actor=self._actor(turn.role),
                now=at,
                entry=self._entry(turn),
            )

    def _suggest(self, role: Role, at: datetime) -> Meeting:
        meeting = draft(
            student=self.cast.people[self.plot.student],
            service=self._service,
            skill=self._service.expert.skills.get(name=self.plot.skill),
            starts_at=self.plot.start(self.now, self._zone),
            role=role,
            now=at,
            note=self.plot.note,
        )
        return workflow.suggest(meeting, role=role, actor=self._actor(role), now=at)

    def _entry(self, turn: Turn) -> Entry:
        return Entry(
            reason=Reason.objects.get(name=turn.reason) if turn.reason else None,
            starts_at=turn.to(self.now, self._zone) if turn.to else None,
            overlap_acknowledged=True,
            deduction_accepted=True,
            **turn.typed,
        )

    def _actor(self, role: Role) -> User:
        who = {Role.USER: self.plot.student, Role.EXPERT: self.plot.expert, Role.OPERATOR: OPERATOR}
        return self.cast.people[who[role]]

    @property
    def _service(self) -> Service:
        return self.cast.offers[self.plot.expert][self.plot.offer]

    @property
    def _zone(self) -> ZoneInfo:
        return self._service.expert.user.zone


def _happenings(cast: Cast, now: datetime) -> Iterator[Happening]:
    """Return all that ever happened, in no order."""
    for plot in PLOTS:
        yield from Scene(plot, cast, now).happenings()
    for number, person in enumerate(PEOPLE):
        if person.credits:
            welcome = now - LIVED_HERE + timedelta(hours=7 * number)
            yield welcome, partial(_grant, cast, person.key, person.credits, "First purchase")
    yield now - 18 * DAY, partial(_grant, cast, STUDENT, 150, "Purchase by bank transfer")
    yield now - 15 * DAY, partial(_pay_out, cast, EXPERT, 60, "Bank transfer of this month")
    yield now - 8 * DAY, partial(_block, cast, "viktor", "Asked several experts to meet elsewhere.")


def _grant(cast: Cast, key: str, amount: int, reason: str, at: datetime) -> None:
    name = f"demo:grant:{key}:{reason}"
    ledger.grant(cast.people[key], amount, reason=reason, made_by=cast.people[OPERATOR], key=name, now=at)


def _pay_out(cast: Cast, key: str, amount: int, reason: str, at: datetime) -> None:
    name = f"demo:payout:{key}:{reason}"
    ledger.payout(cast.people[key], amount, reason=reason, made_by=cast.people[OPERATOR], key=name, now=at)


def _block(cast: Cast, key: str, reason: str, at: datetime) -> None:
    blocking.block_person(cast.people[key], operator=cast.people[OPERATOR], reason=reason, now=at)


def _open_catalogue() -> None:
    for field in FIELDS:
        own = field.names.fields() | field.description.fields("description")
        expertise = Expertise.objects.create(slug=slugify(field.names.en), **own)
        Skill.objects.bulk_create(Skill(expertise=expertise, **skill.fields()) for skill in field.skills)


def _people(now: datetime) -> dict[str, User]:
    """Write everyone down, experts with their pages; the password is hashed once for all."""
    password = make_password(PASSWORD)
    rows = {person.key: _user(person, password, now) for person in PEOPLE}
    User.objects.bulk_create(rows.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in rows.values()
    )
    skills = {skill.name: skill for skill in Skill.objects.all()}
    profiles = {profile.key: _profile(profile, rows[profile.key]) for profile in EXPERTS}
    ExpertProfile.objects.bulk_create(profiles.values())
    for profile in EXPERTS:
        profiles[profile.key].skills.set(skills[name] for name in profile.skills)
    for person in PEOPLE:
        rows[person.key].wanted_skills.set(skills[name] for name in person.wants)
        rows[person.key].favourites.set(profiles[key] for key in person.favourites)
    return rows


def _user(person: Person, password: str, now: datetime) -> User:
    return User(
        email=address(person.key),
        password=password,
        first_name=person.first_name,
        last_name=person.last_name,
        time_zone=person.zone,
        date_format=person.date_format,
        date_joined=now - LIVED_HERE,
        is_staff=person.key == OPERATOR,
        is_superuser=person.key == OPERATOR,
    )


def _profile(profile: Profile, user: User) -> ExpertProfile:
    return ExpertProfile(
        user=user,
        headline=profile.headline,
        introduction=profile.introduction,
        company=profile.company,
        city=profile.city,
        languages=list(profile.languages),
        availability=profile.availability,
        is_public=profile.is_public,
        is_approved=profile.is_approved,
    )


def _offers() -> dict[str, list[Service]]:
    kinds = {kind.name: kind for kind in ServiceKind.objects.all()}
    pages = {page.user.email: page for page in ExpertProfile.objects.select_related("user")}
    return {
        profile.key: Service.objects.bulk_create(
            Service(
                expert=pages[address(profile.key)],
                kind=kinds[offer.kind],
                minutes=offer.minutes,
                price=offer.price,
                is_active=offer.is_active,
            )
            for offer in profile.offers
        )
        for profile in EXPERTS
    }


def _settle_the_past(now: datetime) -> None:
    """Leave behind the bell only what is new, and nothing to be mailed about the past."""
    old = Notification.objects.filter(created_at__lt=now - READ_AFTER)
    old.update(read_at=now - READ_AFTER)
    # The demo's past sends no mails; what happens from now on does.
    Notification.objects.mail_due(now).update(mail_state=MailState.NONE, mail_due_at=None)
    Reminder.objects.due(now - READ_AFTER).update(state=ReminderState.OVER, settled_at=now)
