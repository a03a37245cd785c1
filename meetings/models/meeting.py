"""A meeting: its two people, its terms, its dates, its status."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Service, Skill, User
from meetings import pricing
from meetings.vocabulary import OPENS_BEFORE, PARTIES, PAYMENTS, Evaluation, Payment, Role, Status

JOIN_BEFORE = OPENS_BEFORE
SILENCE = timedelta(hours=168)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings, asked for in the words of the product."""

    def of(self, person: User) -> "MeetingQuerySet":
        """Those in which the person is a party, in either role: all that they may ever see."""
        return self.filter(Q(student=person) | Q(expert=person))

    def between(self, student: User, expert: User) -> "MeetingQuerySet":
        """Those of one user with one expert."""
        return self.filter(student=student, expert=expert)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> "MeetingQuerySet":
        """Agreed ones whose time intersects this one; touching is no overlap."""
        return self.filter(status=Status.AGREED, starts_at__lt=ends_at, ends_at__gt=starts_at)

    def to_come(self, now: datetime) -> "MeetingQuerySet":
        """Agreed ones that have not ended."""
        return self.filter(status=Status.AGREED, ends_at__gt=now)

    def taken_place(self, now: datetime) -> "MeetingQuerySet":
        """Held ones, those under review, and agreed ones past their end."""
        return self.filter(
            Q(status__in=[Status.HELD, Status.UNDER_REVIEW]) | Q(status=Status.AGREED, ends_at__lte=now)
        )

    def with_status(self, status: Status, now: datetime) -> "MeetingQuerySet":
        """Those with this status by the clock: a request past its start counts as expired."""
        overdue = Q(status=Status.AWAITING, starts_at__lte=now)
        if status is Status.EXPIRED:
            return self.filter(Q(status=status) | overdue)
        return self.filter(Q(status=status) & ~overdue)

    def unsettled(self, now: datetime) -> "MeetingQuerySet":
        """Those in which somebody has to answer: requests, alternative dates, meetings past their end."""
        request = Q(status=Status.AWAITING, starts_at__gt=now)
        alternative = Q(starts_at__gt=now, alternative_starts_at__gt=now)
        to_evaluate = Q(status=Status.AGREED, ends_at__lte=now, ends_at__gt=now - SILENCE)
        return self.filter(request | alternative | to_evaluate)

    def waiting_for(self, person: User, now: datetime) -> "MeetingQuerySet":
        """Those in which this person's answer is the next thing that everybody waits for."""
        as_user, as_expert = Q(student=person), Q(expert=person)
        unapproved = as_user & Q(approved_by_user=False) | as_expert & Q(approved_by_expert=False)
        others = as_user & Q(alternative_by=Role.EXPERT) | as_expert & Q(alternative_by=Role.USER)
        said = Q(answers__role=Role.USER) & as_user | Q(answers__role=Role.EXPERT) & as_expert
        answered = Meeting.objects.filter(said).values("pk")
        return self.unsettled(now).filter(
            Q(status=Status.AWAITING) & unapproved
            | Q(alternative_starts_at__gt=now, starts_at__gt=now) & others
            | Q(status=Status.AGREED, ends_at__lte=now) & ~Q(pk__in=answered)
        )

    def for_rows(self) -> "MeetingQuerySet":
        """With all that a list shows and that its buttons depend on, in a fixed number of queries."""
        people = self.select_related("student", "expert", "skill", "service__kind", "service__expert")
        return people.prefetch_related("events", "answers")

    def expiring(self, now: datetime) -> "MeetingQuerySet":
        """Requests whose start has passed without approval."""
        return self.filter(status=Status.AWAITING, starts_at__lte=now)

    def lapsing(self, now: datetime) -> "MeetingQuerySet":
        """Those whose open alternative date is void, because either start has passed."""
        passed = Q(starts_at__lte=now) | Q(alternative_starts_at__lte=now)
        return self.filter(passed, alternative_starts_at__isnull=False)

    def under_review(self) -> "MeetingQuerySet":
        """Those that wait for an operator's decision."""
        return self.filter(status=Status.UNDER_REVIEW)

    def silent(self, now: datetime) -> "MeetingQuerySet":
        """Agreed ones that 168 hours after their end are not evaluated."""
        return self.filter(status=Status.AGREED, ends_at__lte=now - SILENCE)


class Meeting(models.Model):
    """One meeting. Only `meetings.lifecycle.workflow` changes its status; times are UTC instants."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="meetings_as_user", verbose_name=_("user")
    )
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="meetings_as_expert", verbose_name=_("expert")
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("skill"))
    note = models.TextField(_("note"), blank=True, max_length=1000)
    suggested_by = models.CharField(_("suggested by"), max_length=10, choices=Role.choices)
    suggested_at = models.DateTimeField(_("suggested at"))

    # Terms, copied when the meeting is suggested (spec: Words).
    price = models.PositiveIntegerField(_("price in credits"))
    share_percent = models.PositiveSmallIntegerField(_("platform's share in percent"))
    late_percent = models.PositiveSmallIntegerField(_("charge for late cancelling in percent"))
    late_hours = models.PositiveSmallIntegerField(_("late when fewer hours are left than"))

    # The date in force, and at most one alternative date.
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    alternative_starts_at = models.DateTimeField(_("alternative start"), null=True)
    alternative_by = models.CharField(
        _("alternative suggested by"), max_length=10, blank=True, choices=Role.choices
    )

    status = models.CharField(_("Meeting status"), max_length=20, choices=Status.choices)
    payment = models.CharField(_("Credit payment status"), max_length=30, choices=Payment.choices)
    approved_by_user = models.BooleanField(_("approved by user"), default=False)
    approved_by_expert = models.BooleanField(_("approved by expert"), default=False)
    agreed_at = models.DateTimeField(_("date agreed at"), null=True)
    evaluation = models.CharField(_("evaluated from"), max_length=10, blank=True, choices=Evaluation.choices)
    is_flagged = models.BooleanField(_("paid by silence without the expert's attendance"), default=False)
    date_version = models.PositiveIntegerField(_("date version"), default=1)
    revision = models.PositiveIntegerField(_("revision"), default=0)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(condition=~Q(student=F("expert")), name="meetings_two_different_people"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meetings_end_after_start"),
            models.CheckConstraint(
                condition=Q(
                    *(Q(status=status, payment__in=payments) for status, payments in PAYMENTS.items()),
                    _connector=Q.OR,
                ),
                name="meetings_status_and_payment_agree",
            ),
            models.CheckConstraint(
                condition=Q(alternative_starts_at=None, alternative_by="")
                | Q(
                    alternative_starts_at__isnull=False,
                    alternative_by__in=PARTIES,
                    status__in=[Status.AGREED, Status.REJECTED],
                ),
                name="meetings_alternative_only_agreed_or_rejected",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.AWAITING)
                | Q(approved_by_user=True, approved_by_expert=False)
                | Q(approved_by_user=False, approved_by_expert=True),
                name="meetings_awaiting_one_approval",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.AGREED)
                | Q(approved_by_user=True, approved_by_expert=True, agreed_at__isnull=False),
                name="meetings_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.HELD, Status.NOT_HELD], evaluation__in=Evaluation.values)
                | (~Q(status__in=[Status.HELD, Status.NOT_HELD]) & Q(evaluation="")),
                name="meetings_evaluated_from_something",
            ),
            models.CheckConstraint(
                condition=Q(share_percent__lte=100, late_percent__lte=100),
                name="meetings_percent_in_bounds",
            ),
            models.CheckConstraint(condition=Q(suggested_by__in=PARTIES), name="meetings_suggested_by_party"),
        ]
        indexes = [
            models.Index(fields=["student", "status", "starts_at"], name="meetings_of_student"),
            models.Index(fields=["expert", "status", "starts_at"], name="meetings_of_expert"),
            models.Index(
                fields=["starts_at"], condition=Q(status=Status.AWAITING), name="meetings_may_expire"
            ),
            models.Index(
                fields=["starts_at"],
                condition=Q(alternative_starts_at__isnull=False),
                name="meetings_may_lapse",
            ),
            models.Index(
                fields=["ends_at"], condition=Q(status=Status.AGREED), name="meetings_may_fall_silent"
            ),
            models.Index(
                fields=["ends_at"], condition=Q(status=Status.UNDER_REVIEW), name="meetings_under_review"
            ),
            models.Index(fields=["ends_at"], condition=Q(is_flagged=True), name="meetings_flagged"),
            # For the figures of the last weeks.
            models.Index(fields=["suggested_at"], name="meetings_by_suggestion"),
            models.Index(fields=["agreed_at"], name="meetings_by_agreement"),
            models.Index(fields=["ends_at"], name="meetings_by_end"),
            # For the operators' list, newest first, and its filters.
            models.Index(fields=["starts_at", "id"], name="meetings_by_start"),
            models.Index(fields=["status", "starts_at", "id"], name="meetings_by_status"),
            models.Index(fields=["payment", "starts_at", "id"], name="meetings_by_payment"),
        ]

    def __str__(self) -> str:
        return _("Meeting %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        """Return the address of the meeting's page."""
        return reverse("meetings:detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """How the books and the bell name this meeting."""
        return f"meeting:{self.pk}"

    @property
    def length(self) -> timedelta:
        """How long it lasts; never changes."""
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        """How long it lasts, in minutes."""
        return int(self.length.total_seconds()) // 60

    @property
    def late_charge(self) -> pricing.Charge:
        """What cancelling late would cost by this meeting's own terms."""
        return pricing.late_charge(self.price, percent=self.late_percent, share_percent=self.share_percent)

    @property
    def full_charge(self) -> pricing.Charge:
        """What is charged when the meeting is paid in full."""
        return pricing.full_charge(self.price, share_percent=self.share_percent)

    @property
    def free_until(self) -> datetime:
        """Until this instant the user cancels without charge."""
        return self.starts_at - timedelta(hours=self.late_hours)

    @property
    def joinable_from(self) -> datetime:
        """From this instant the parties are let in."""
        return self.starts_at - JOIN_BEFORE

    @property
    def closes_by_silence_at(self) -> datetime:
        """From this instant it is evaluated without waiting for answers."""
        return self.ends_at + SILENCE

    @property
    def answer_by(self) -> datetime | None:
        """Until this instant an open alternative date can be confirmed."""
        if self.alternative_starts_at is None:
            return None
        return min(self.starts_at, self.alternative_starts_at)

    def person(self, role: Role) -> User:
        """Return the party with this role."""
        return {Role.USER: self.student, Role.EXPERT: self.expert}[role]

    def role_of(self, person: User) -> Role | None:
        """Return the person's role in this meeting, or None for a stranger."""
        return {self.student_id: Role.USER, self.expert_id: Role.EXPERT}.get(person.pk)

    def is_approved_by(self, role: Role) -> bool:
        """Whether this party has approved the date in force."""
        return self.approved_by_user if role is Role.USER else self.approved_by_expert

    def has_open_alternative(self, now: datetime) -> bool:
        """Whether an alternative date waits for an answer; past either start it has lapsed."""
        return self.answer_by is not None and now < self.answer_by

    def status_at(self, now: datetime) -> Status:
        """Return the status by the clock, even where the job that writes it down is late."""
        if self.status == Status.AWAITING and now >= self.starts_at:
            return Status.EXPIRED
        return Status(self.status)
