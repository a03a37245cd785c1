"""Every page there is, as the demo shows it: its name, who looks, and where it is.

The pictures are taken and the looks are tested by this one list. An address without a number in it comes
in by itself, whoever adds it; a test names those with a number that are missing here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin
from django.db.models import Model
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from demo.people import EXPERT, OPERATOR, STUDENT, address
from meetings import links
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.models import Meeting, VideoRoom
from meetings.notices import calendar_feed
from meetings.video.access import JoinState, admission
from meetings.views.finding import NOT_BY_FORM
from meetings.vocabulary import PARTIES, Action, Role, Status

VISITOR = ""
WHO = {Role.USER: STUDENT, Role.EXPERT: EXPERT}
# Two of the demo whose video room, made by `prepare`, does not become ready.
UNLUCKY_USER, UNLUCKY_EXPERT = "lukas", "marta"

# Addresses that visitors look at; all others without a number are for people who are signed in.
FOR_VISITORS = (
    "home",
    "meetings:experts",
    "meetings:help",
    "meetings:help_users",
    "meetings:help_experts",
    "meetings:privacy",
    "meetings:deleted",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
)
FOR_EXPERTS = ("accounts:add_service",)
# Addresses that only act, or answer with no page; and why the rest needs no picture of its own.
NO_PAGE = {
    "account_confirm_email": "needs a key out of a mail, and mails are not to be confirmed",
    "account_confirm_login_code": "leads on: nobody signs in by a code",
    "account_set_password": "leads on: everybody has a password",
    "accounts:change_language": "only acts",
    "mfa_authenticate": "leads on: only in the middle of signing in",
    "mfa_deactivate_totp": "only with a second factor, which nobody in the demo has",
    "mfa_download_recovery_codes": "a file",
    "mfa_view_recovery_codes": "only with a second factor; tests/browser/test_signing_in.py looks at it",
    "mfa_trust": "leads on: no browser is trusted more than others",
    "accounts:change_zone": "only acts",
    "accounts:end_other_sessions": "only acts",
    "accounts:end_session": "only acts",
    "accounts:photo": "an image",
    "accounts:remove_photo": "only acts",
    "credits:movements_csv": "a file",
    "meetings:calendar_file": "a file",
    "meetings:delete_calendar_address": "only acts",
    "meetings:favourite": "only acts",
    "meetings:feed": "a file",
    "meetings:janus_events": "for a server",
    "meetings:preview": "a part of the action's page",
    "meetings:preview_for_expert": "a part of the form's page",
    "meetings:preview_for_user": "a part of the form's page",
    "meetings:renew_calendar_address": "only acts",
    "notifications:mark_all_read": "only acts",
    "notifications:mark_read": "only acts",
    "notifications:open": "only acts",
    "None": "the icon",
}
ERRORS = {"400": 400, "403": 403, "403-csrf": 403, "429": 429, "500": 500}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `who` is a key of people.py or nobody; without scripts it stays where it would move on."""

    name: str
    path: str
    who: str = VISITOR
    status: int = 200
    scripts: bool = True
    lands: str = ""


def pages(now: datetime) -> list[Page]:
    """Return all of them, for a database that holds the demo and has been prepared."""
    found = [
        *_plain(),
        *_of_experts(),
        *_of_meetings(now),
        *_of_joining(now),
        *_of_operators(now),
        *_errors(),
    ]
    return list({page.name: page for page in found}.values())


def prepare(now: datetime) -> None:
    """Make what the demo does not hold: a meeting whose video room is not ready, an address of a calendar."""
    calendar_feed.make_address(_person(EXPERT), now)
    user, expert = _person(UNLUCKY_USER), _person(UNLUCKY_EXPERT)
    service = expert.expert.services.filter(is_active=True).first()
    skill = expert.expert.skills.first()
    if service is None or skill is None:
        raise ValueError("The demo has changed.")
    starts_at = now + timedelta(minutes=10)
    meeting = draft(student=user, service=service, skill=skill, starts_at=starts_at, role=Role.USER, now=now)
    meeting = workflow.suggest(meeting, role=Role.USER, actor=user, now=now)
    workflow.perform(meeting, Action.CONFIRM, role=Role.EXPERT, actor=expert, now=now)
    # As one that the platform was told of: others go to the platform of the day.
    told = [meeting.date_version]
    VideoRoom.objects.filter(meeting=meeting).update(platform="manual", tried_versions=told)


def names_of_addresses() -> dict[str, URLPattern]:
    """Return every address of ours by its name; the admin's are found through its registry."""
    return {name: pattern for name, pattern in _walk(get_resolver(), "") if not name.startswith("admin:")}


def _walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, namespace + inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def _plain() -> Iterator[Page]:
    """Return the pages whose addresses hold no number."""
    for name, pattern in names_of_addresses().items():
        if name in NO_PAGE or pattern.pattern.converters or pattern.pattern.regex.groups:
            continue
        path, shown = reverse(name), name.replace(":", "-").replace("_", "-")
        if name in FOR_VISITORS:
            yield Page(shown, path)
        if name not in (*FOR_VISITORS, *FOR_EXPERTS) or name == "meetings:experts":
            yield Page(f"{shown}-user", path, STUDENT)
        if ":" in name:  # the others, of allauth, are the same for all
            yield Page(f"{shown}-expert", path, EXPERT)
    yield Page("home-user", reverse("home"), STUDENT)


def _of_experts() -> Iterator[Page]:
    profile = _person(EXPERT).expert
    listing = reverse("meetings:experts")
    yield Page("experts-found", f"{listing}?q=treasury")
    yield Page("experts-none", f"{listing}?q=xyzzy")
    yield Page("experts-none-user", f"{listing}?q=xyzzy", STUDENT)
    yield Page("expert-visitor", profile.get_absolute_url())
    yield Page("expert-user", profile.get_absolute_url(), STUDENT)
    yield Page("expert-self", profile.get_absolute_url(), EXPERT)
    service = profile.services.order_by("pk").first()
    if service:
        yield Page("edit-service", reverse("accounts:edit_service", args=[service.pk]), EXPERT)
    yield Page("suggest-user", reverse("meetings:suggest", args=[profile.pk]), STUDENT)
    yield Page("meetings-list-filtered", f"{reverse('meetings:list')}?status=held&role=user", STUDENT)
    key = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "bad-key"})
    yield Page("account-reset-password-bad-key", key)


def _of_meetings(now: datetime) -> Iterator[Page]:
    """Return each status, each open alternative, and the form of each action, for both parties."""
    for role in PARTIES:
        who = WHO[role]
        mine = list(Meeting.objects.of(_person(who)).select_related("student", "expert").order_by("pk"))
        mine = [meeting for meeting in mine if meeting.role_of(_person(who)) is role]
        for name, is_it in _situations(now).items():
            meeting = next(filter(is_it, mine), None)
            if meeting:
                yield Page(f"meeting-{name}-{role}", meeting.get_absolute_url(), who)
        for action in _forms_of(role):
            meeting = next((m for m in mine if action in _open(m, role, now)), None)
            if meeting:
                yield Page(f"act-{action}-{role}", reverse("meetings:act", args=[meeting.pk, action]), who)
    agreed = _first(lambda m: m.status == Status.AGREED and m.starts_at > now)
    yield Page("suggest-expert", reverse("meetings:suggest_to_user", args=[agreed.pk]), EXPERT)
    yield Page("own-link", reverse("meetings:own_link", args=[agreed.pk]), EXPERT)


def _situations(now: datetime) -> dict[str, Callable[[Meeting], bool]]:
    def door(meeting: Meeting) -> JoinState:
        return admission(meeting, Role.USER, meeting.date_version, now).door

    def alternative(status: Status, by: Role) -> Callable[[Meeting], bool]:
        return lambda m: m.status == status and m.has_open_alternative(now) and m.alternative_by == by

    def of(status: Status) -> Callable[[Meeting], bool]:
        return lambda m: m.status_at(now) == status and not m.has_open_alternative(now)

    return {
        **{status.value.replace("_", "-"): of(status) for status in Status},
        "door-open": lambda m: m.status == Status.AGREED and door(m) is JoinState.OPEN,
        "door-early": lambda m: m.status == Status.AGREED and door(m) is JoinState.EARLY,
        "ended": lambda m: m.status == Status.AGREED and m.ends_at <= now,
        "agreed-alternative-by-user": alternative(Status.AGREED, Role.USER),
        "agreed-alternative-by-expert": alternative(Status.AGREED, Role.EXPERT),
        "rejected-alternative-by-expert": alternative(Status.REJECTED, Role.EXPERT),
    }


def _forms_of(role: Role) -> list[Action]:
    return [row.action for row in TRANSITIONS if row.by is role and row.action not in NOT_BY_FORM]


def _open(meeting: Meeting, role: Role, now: datetime) -> list[Action]:
    return [row.action for row in workflow.open_actions(meeting, role, now)]


def _of_joining(now: datetime) -> Iterator[Page]:
    """Return what a personal link shows; where the door is open, a script would go on into the room."""
    opened = _first(_situations(now)["door-open"])
    early = _first(_situations(now)["door-early"])
    over = _first(lambda m: m.status == Status.HELD)
    cancelled = _first(lambda m: m.status == Status.CANCELLED)
    moved = links.link_for(early.pk, Role.USER, early.date_version - 1)
    yield Page("join-early", links.link(early, Role.USER), STUDENT)
    yield Page("join-open", links.link(opened, Role.USER), STUDENT, scripts=False)
    yield Page("join-moved", moved, STUDENT)
    yield Page("join-cancelled", links.link(cancelled, Role.USER), STUDENT)
    yield Page("join-ended", links.link(over, Role.USER), STUDENT)
    yield Page("practice-room", links.link(opened, Role.EXPERT), EXPERT, lands="**/room/")
    unlucky = Meeting.objects.between(_person(UNLUCKY_USER), _person(UNLUCKY_EXPERT)).latest("pk")
    not_ready = links.link(unlucky, Role.EXPERT)
    yield Page("join-not-ready", not_ready, UNLUCKY_EXPERT, status=503, scripts=False)


def _of_operators(now: datetime) -> Iterator[Page]:
    yield Page("admin-sign-in", reverse("admin:login"), lands="**/account/login/**")
    yield Page("admin", reverse("admin:index"), OPERATOR)
    request = RequestFactory().get("/")
    request.user = _person(OPERATOR)
    for model, options in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield Page(f"admin-{name}", reverse(f"admin:{name}_changelist"), OPERATOR)
        first = _first_of(model)
        if first:
            yield Page(f"admin-{name}-one", reverse(f"admin:{name}_change", args=[first.pk]), OPERATOR)
        if options.has_add_permission(request):
            yield Page(f"admin-{name}-add", reverse(f"admin:{name}_add"), OPERATOR)
    yield from _decisions()
    user = _person(STUDENT)
    for movement in ("grant", "payout", "statement"):
        yield Page(
            f"admin-{movement}", reverse(f"admin:credits_account_{movement}", args=[user.pk]), OPERATOR
        )
    yield Page("admin-block", f"{reverse('admin:accounts_user_block')}?people={user.pk}", OPERATOR)
    yield Page("admin-batch", reverse("admin:credits_account_batch"), OPERATOR)
    withdraw = f"{reverse('admin:accounts_expertprofile_withdraw')}?experts={_person(EXPERT).pk}"
    yield Page("admin-withdraw", withdraw, OPERATOR)
    with_photo = User.objects.filter(photo__isnull=False).order_by("pk").first()
    if with_photo:
        path = reverse("admin:accounts_user_remove-photo", args=[with_photo.pk])
        yield Page("admin-remove-photo", path, OPERATOR)
    room = VideoRoom.objects.latest("pk")
    yield Page("admin-room-link", reverse("admin:meetings_videoroom_link", args=[room.pk]), OPERATOR)


def _decisions() -> Iterator[Page]:
    review = Meeting.objects.filter(status=Status.UNDER_REVIEW).earliest("pk")
    yield Page("admin-under-review", reverse("admin:meetings_meeting_change", args=[review.pk]), OPERATOR)
    for action in (Action.FIND_HELD, Action.CANCEL):
        path = reverse("admin:meetings_meeting_decide", args=[review.pk, action])
        yield Page(f"admin-decide-{action}", path, OPERATOR)
    flagged = Meeting.objects.filter(is_flagged=True).first()
    if flagged:
        path = reverse("admin:meetings_meeting_let_stand", args=[flagged.pk])
        yield Page("admin-let-stand", path, OPERATOR)


def _errors() -> Iterator[Page]:
    """Return the error pages; all but the first three have addresses only with `runner.error_pages`."""
    yield Page("error-404", "/nothing-here/", status=404)
    yield Page("error-404-user", "/nothing-here/", STUDENT, status=404)
    yield Page("error-405", reverse("accounts:remove_photo"), STUDENT, status=405)
    for name, status in ERRORS.items():
        yield Page(f"error-{name}", f"/errors/{name}/", STUDENT if name == "403" else VISITOR, status=status)


def _person(key: str) -> User:
    return User.objects.get(email=address(key))


def _first(is_it: Callable[[Meeting], bool]) -> Meeting:
    """Return the first meeting between the two shown accounts that is so."""
    between = Meeting.objects.between(_person(STUDENT), _person(EXPERT)).select_related("student", "expert")
    return next(filter(is_it, between.filter(student=_person(STUDENT)).order_by("pk")))


def _first_of(model: type[Model]) -> Model | None:
    return model._default_manager.order_by("pk").first()
