"""The operators' page about video rooms: what is not ready and why, trying again, and putting in a link."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.admin.kit.history import in_history, with_reason
from accounts.admin.kit.pages import AskForm, ViewOnlyAdmin, ask
from accounts.people import person_of
from accounts.templatetags.times import when
from meetings.action import ActionRefused
from meetings.admin.filters import RoomStartFilter, TroubleFilter
from meetings.lifecycle import idempotency
from meetings.models import VideoRoom
from meetings.video import alarms, outbox, rooms
from meetings.video.link_forms import LinkField
from meetings.video.platforms.base import Health, VideoError

log = logging.getLogger(__name__)

LIST = "admin:meetings_videoroom_changelist"
PAGE = "admin:meetings_videoroom_change"
LAST_CHECK = "meetings.video.last_check.{}"


class OwnLinkForm(AskForm):
    """Asks for a link, and why."""

    link = LinkField()
    field_order = ("link", "reason")


@admin.register(VideoRoom)
class VideoRoomAdmin(ViewOnlyAdmin):
    """A video room, with what went wrong. Only `meetings.video.outbox` changes it."""

    change_list_template = "admin/meetings/videoroom/change_list.html"
    change_form_template = "admin/meetings/videoroom/change_form.html"
    list_display = (
        "meeting",
        "starts_at",
        "trouble",
        "trouble_words",
        "put_in_link",
        "due_at",
        "has_own_link",
    )
    list_filter = (TroubleFilter, "platform", RoomStartFilter)
    list_select_related = ("meeting",)
    numbers = ("meeting",)
    ordering = (F("troubled_since").desc(nulls_last=True), "-pk")
    exclude = ("sealed_link", "remembered", "tried_versions", "busy_until")
    readonly_fields = ("has_own_link",)
    actions = ("try_again",)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show the way to the page for a link to those who may put one in."""
        shown = super().get_list_display(request)
        return [each for each in shown if each != "put_in_link" or self.has_help_permission(request)]

    @admin.display(description=gettext_lazy("start"))
    def starts_at(self, room: VideoRoom) -> Any:
        """Say when the meeting begins."""
        return when(room.meeting.starts_at)

    @admin.display(description=gettext_lazy("link put in"), boolean=True)
    def has_own_link(self, room: VideoRoom) -> bool:
        """Say whether the parties meet where a link of their own leads; never which."""
        return bool(room.sealed_link)

    @admin.display(description="")
    def put_in_link(self, room: VideoRoom) -> str:
        """Lead to the page for a link."""
        page = reverse("admin:meetings_videoroom_link", args=[room.pk])
        return format_html('<a class="nowrap" href="{}">{}</a>', page, _("Put in a link"))

    def has_help_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may help a room along; the rows themselves nobody changes."""
        return request.user.has_perm(alarms.MAY_HELP)

    @admin.action(description=gettext_lazy("Try again now"), permissions=["help"])
    def try_again(self, request: HttpRequest, selected: "QuerySet[VideoRoom]") -> None:
        """Have the platform told again."""
        for room in selected:
            before = with_reason(room.get_trouble_display() or _("in order"), room.trouble_words)
            outbox.try_again(room, timezone.now())
            said = in_history(_("Tried again"), before=before, after=_("waits for the platform"))
            self.log_change(request, room, said)
        number = len(selected)
        words = ngettext("%(n)s video room is tried again.", "%(n)s video rooms are tried again.", number)
        messages.success(request, words % {"n": number})

    def get_urls(self) -> list[URLPattern]:
        """Add the page for a link, and the check of the platform."""
        site = self.admin_site
        return [
            path(
                "check/", site.admin_view(require_POST(self.check_platform)), name="meetings_videoroom_check"
            ),
            path("<int:pk>/link/", site.admin_view(partial(_own_link, self)), name="meetings_videoroom_link"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list under a card that says how the platform was when it was last asked."""
        last_check = cache.get(LAST_CHECK.format(settings.VIDEO_PLATFORM))
        card = {"platform": settings.VIDEO_PLATFORM, "last_check": last_check}
        return super().changelist_view(request, {**(extra_context or {}), **card})

    def check_platform(self, request: HttpRequest) -> HttpResponse:
        """Ask the platform whether credentials and rights are in order; the card then says so."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        health = _health()
        last_check = {"at": timezone.now(), "is_ok": health.is_ok, "words": health.words}
        cache.set(LAST_CHECK.format(settings.VIDEO_PLATFORM), last_check, None)
        return redirect(LIST)


def _health() -> Health:
    try:
        return rooms.platform_named(settings.VIDEO_PLATFORM).health()
    except VideoError as error:
        return Health(False, (error.words,))
    except Exception as error:
        log.exception("The check of the video platform failed.")
        return Health(False, (f"Unexpected: {type(error).__name__}. The log tells more.",))


def _whose_link(link: str) -> str:
    """Say whether there is a link of the parties' own; never which."""
    return _("a link of their own") if link else _("the platform's room")


@transaction.atomic
def _put_in(page: VideoRoomAdmin, request: HttpRequest, room: VideoRoom, form: OwnLinkForm) -> None:
    """Keep the link and log it, once per form. Raises ActionRefused."""
    key, link, reason = (form.cleaned_data[name] for name in ("key", "link", "reason"))
    contents = {"room": room, "link": link, "reason": reason}
    if not idempotency.is_first(key, person_of(request), contents, now=timezone.now()):
        return
    before = _whose_link(room.sealed_link)
    outbox.put_in_link(room.meeting, link, timezone.now())
    done = _("Link put in") if link else _("Link taken out")
    page.log_change(request, room, in_history(done, before=before, after=_whose_link(link), why=reason))


def _own_link(page: VideoRoomAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a link and a reason; on POST keep the link, encrypted, and note who did it and why."""
    if not page.has_help_permission(request):
        raise PermissionDenied
    room = get_object_or_404(VideoRoom.objects.select_related("meeting"), pk=pk)
    form = OwnLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _put_in(page, request, room, form)
            messages.success(request, _("Saved. The personal links of both parties stay the same."))
            return redirect(PAGE, pk)
        except ActionRefused as refusal:
            form.renew()
            form.add_error(None, refusal.words)
    return ask(
        page,
        request,
        form,
        title=_("%(room)s: put in a link") % {"room": room},
        sentences=[
            _("Both parties keep their personal links; from now on these lead to this link."),
            _("The link is kept encrypted; the expert can see and change it on the meeting's page."),
        ],
        button=_("Save the link"),
        back=reverse(LIST),
    )
