"""Video rooms, each row its own outbox, and who was seen in them."""

from datetime import datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from meetings.vocabulary import PARTIES, Role, Seen


class Trouble(models.TextChoices):
    """What is wrong with a room, by who can help."""

    RETRYING = "retrying", _("Is being tried again")
    LINK_WANTED = "link_wanted", _("The expert has to put in a link")
    HELPLESS = "helpless", _("Needs an operator")


class VideoRoomQuerySet(models.QuerySet["VideoRoom"]):
    """Rooms, by what is to be done."""

    def due(self, now: datetime) -> "VideoRoomQuerySet":
        """Those of which the platform has to be told something now, and that nobody has in hand."""
        return self.free(now).filter(due_at__lte=now)

    def in_trouble(self) -> "VideoRoomQuerySet":
        """Those that are not as they should be."""
        return self.filter(troubled_since__isnull=False)

    def free(self, now: datetime) -> "VideoRoomQuerySet":
        """Those that nobody has in hand."""
        return self.filter(Q(busy_until=None) | Q(busy_until__lte=now))


class VideoRoom(models.Model):
    """What the video platform is to know of a meeting, and what it knows; `meetings.video.outbox` writes it.

    A date version stands for the room of that date. Whoever talks to the platform holds the row by
    `busy_until`, so that a room has one such at a time and no transaction waits for a platform.
    """

    meeting = models.OneToOneField(
        "meetings.Meeting",
        models.PROTECT,
        primary_key=True,
        related_name="video_room",
        verbose_name=_("meeting"),
    )
    platform = models.CharField(_("platform"), max_length=20)
    wanted_version = models.PositiveIntegerField(_("wanted for date version"), null=True)
    made_version = models.PositiveIntegerField(_("made for date version"), null=True)
    # Begun, and the outcome not noted: the platform may know these too.
    tried_versions = ArrayField(models.PositiveIntegerField(), default=list)
    remembered = models.JSONField(default=dict)
    sealed_link = models.TextField(blank=True)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    busy_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts that failed"), default=0)
    trouble = models.CharField(_("trouble"), max_length=12, blank=True, choices=Trouble.choices)
    trouble_words = models.CharField(_("what went wrong"), max_length=300, blank=True)
    troubled_since = models.DateTimeField(_("since"), null=True)

    objects = VideoRoomQuerySet.as_manager()

    class Meta:
        # By number: by "meeting" would be in the order of meetings, and join their table.
        ordering = ["pk"]
        verbose_name = _("video room")
        verbose_name_plural = _("video rooms")
        constraints = [
            models.CheckConstraint(
                condition=Q(trouble="", troubled_since=None)
                | Q(trouble__in=Trouble.values, troubled_since__isnull=False),
                name="meetings_room_trouble_has_a_beginning",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="meetings_rooms_due"),
            models.Index(
                fields=["troubled_since"],
                condition=Q(troubled_since__isnull=False),
                name="meetings_rooms_in_trouble",
            ),
            # For the operators' list: those in trouble first.
            models.Index(
                F("troubled_since").desc(nulls_last=True), F("meeting").desc(), name="meetings_rooms_for_desk"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Video room of meeting %(number)s") % {"number": self.pk})


class PresenceNote(models.Model):
    """One thing that a platform saw of a party in a room: added to, never edited."""

    meeting = models.ForeignKey(
        "meetings.Meeting", models.PROTECT, related_name="presence_notes", verbose_name=_("meeting")
    )
    date_version = models.PositiveIntegerField(_("date version"))
    role = models.CharField(_("party"), max_length=10, choices=Role.choices)
    seen = models.CharField(_("seen"), max_length=6, choices=[(seen.value, seen.value) for seen in Seen])
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("presence")
        verbose_name_plural = _("presence")
        constraints = [
            # Platforms report at least once.
            models.UniqueConstraint(
                fields=["meeting", "date_version", "role", "at", "seen"], name="meetings_seen_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=[role.value for role in PARTIES], seen__in=[seen.value for seen in Seen]
                ),
                name="meetings_known_presence",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="presence_is_added_to", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.seen}"
