"""The operators' pages about people, experts and the catalogue.

The page of a person is registered by `meetings.admin`, with the blocking that only meetings know about.
"""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import languages
from accounts.admin import acts
from accounts.admin.filters import ExpertiseFilter, RoleFilter, StateFilter
from accounts.admin.kit.history import in_history
from accounts.admin.kit.lists import QuickList
from accounts.admin.kit.names import DESCRIPTIONS, NAMES, WHERE_EMPTY, NamedAdmin, name_fieldset
from accounts.admin.kit.pages import AskForm, ModelAdmin, TabularInline, UserAdmin, ViewOnlyAdmin, ask
from accounts.models import Expertise, ExpertProfile, Service, ServiceKind, Skill, User
from accounts.people import person_of
from accounts.times.zones import ZoneField

admin.site.site_header = admin.site.site_title = "Expertim"

RIGHTS = ("is_staff", "is_superuser", "groups")


class PersonForm(UserChangeForm):  # type: ignore[type-arg] # generic for mypy only
    """What operators change about a person: where there are choices, one of them."""

    time_zone = ZoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].offer(self.instance.time_zone)  # type: ignore[attr-defined]


class PersonAdmin(QuickList, UserAdmin):
    """A person. They sign up themselves; only blocking and unblocking close and open the account."""

    form = PersonForm
    list_display = ("name", "email", "time_zone", "is_open", "is_staff", "date_joined")
    list_filter = (RoleFilter, StateFilter)
    people = ("pk",)
    ordering = ("-date_joined", "-pk")
    sortable_by = ("date_joined",)
    readonly_fields = ("email", "is_open", "picture", "last_login", "date_joined")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "is_open", "picture")}),
        (_("Profile"), {"fields": ("first_name", "last_name", "time_zone", "language", "date_format")}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add what operators take away."""
        return [*acts.addresses(self), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the person with what can be taken away."""
        person = self.get_object(request, object_id)
        removals = acts.open_to(self, request, person) if person else []
        context = {**(extra_context or {}), "removals": removals}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("photo"))
    def picture(self, person: User) -> SafeString | str:
        """Show the photo."""
        if person.photo_id is None or person.photo is None:
            return str(_("none"))
        return format_html('<img src="{}" width="96" height="96" alt="">', person.photo.get_absolute_url())

    @admin.display(description=_("active"), boolean=True, ordering="is_active")
    def is_open(self, person: User) -> bool:
        """Say whether the person can sign in."""
        return person.is_active

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Set nobody's password: it would open their account, and their rights, to who set it."""
        raise Http404

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let people sign up themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep everyone whom the books know."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change superusers, so that nobody gives themselves more rights.

        Nobody changes a deleted account: it is not opened again and gets no name.
        """
        is_above = obj is not None and obj.is_superuser and not _is_superuser(request)
        is_gone = obj is not None and obj.is_deleted
        return super().has_change_permission(request, obj) and not is_above and not is_gone

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Write only what was changed here: the person may have left or been blocked meanwhile."""
        obj.save(update_fields=_columns(obj, form.changed_data))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Let only superusers give rights."""
        shown = super().get_readonly_fields(request, obj)
        return shown if _is_superuser(request) else [*shown, *RIGHTS]


def _columns(row: models.Model, changed: Iterable[str]) -> list[str]:
    """Return which of the changed fields are columns of the row."""
    return [field.name for field in row._meta.concrete_fields if field.name in set(changed)]


class ExpertPageForm(forms.ModelForm):  # type: ignore[type-arg] # generic for mypy only
    """What operators change about an expert's page."""

    languages = forms.MultipleChoiceField(label=_("Languages"), choices=languages.choices, required=False)


class ServiceInline(TabularInline):
    """The services of an expert; one that is offered no longer is switched off, not deleted."""

    model = Service
    extra = 0
    can_delete = False


@admin.register(ExpertProfile)
class ExpertAdmin(QuickList, ModelAdmin):
    """An expert's page, its approval, and the services."""

    form = ExpertPageForm
    list_display = ("user", "headline", "city", "is_approved", "is_public")
    list_filter = ("is_approved", "is_public", "user__is_active", ExpertiseFilter)
    list_select_related = ("user",)
    people = ("pk",)
    ordering = ("-pk",)
    autocomplete_fields = ("user",)
    filter_horizontal = ("skills",)
    inlines = (ServiceInline,)
    actions = ("approve", "withdraw_approval")

    def save_model(self, request: HttpRequest, obj: ExpertProfile, form: Any, change: bool) -> None:
        """Write what was changed here and nothing else: the approval may have been withdrawn meanwhile."""
        obj.save(update_fields=_columns(obj, form.changed_data) if change else None)

    def get_readonly_fields(self, request: HttpRequest, obj: ExpertProfile | None = None) -> list[str]:
        """Keep a page with its person; the approval is changed by acts of their own, which are logged."""
        return ["user", "is_approved"] if obj else ["is_approved"]

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks before an approval is withdrawn."""
        withdraw = self.admin_site.admin_view(self.withdraw)
        return [path("withdraw/", withdraw, name="accounts_expertprofile_withdraw"), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: ExpertProfile | None = None) -> bool:
        """Keep pages; withdrawing the approval hides them."""
        return False

    @admin.action(description=_("Approve the selected experts"), permissions=["change"])
    def approve(self, request: HttpRequest, experts: "QuerySet[ExpertProfile]") -> None:
        """Let the experts be booked; nobody approves themselves."""
        others = experts.filter(is_approved=False).exclude(user=person_of(request))
        self._set_approval(request, others, approved=True)

    @admin.action(description=_("Withdraw the approval of the selected experts"), permissions=["change"])
    def withdraw_approval(self, _request: HttpRequest, experts: "QuerySet[ExpertProfile]") -> HttpResponse:
        """Lead to the page that asks."""
        numbers = ",".join(str(expert.pk) for expert in experts)
        return redirect(reverse("admin:accounts_expertprofile_withdraw") + f"?experts={numbers}")

    def withdraw(self, request: HttpRequest) -> HttpResponse:
        """Say what withdrawing does and ask for the reason; on POST do it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        numbers = [int(number) for number in request.GET.get("experts", "").split(",") if number.isdecimal()]
        experts = ExpertProfile.objects.filter(pk__in=numbers).select_related("user").order_by("pk")
        form = AskForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            approved = experts.filter(is_approved=True)
            self._set_approval(request, approved, approved=False, why=form.cleaned_data["reason"])
            return redirect("admin:accounts_expertprofile_changelist")
        form.fields["reason"].help_text = _("Nobody is told; this reason stays with the operators.")
        names = ", ".join(expert.user.name for expert in experts)
        return ask(
            self,
            request,
            form,
            title=str(_("Withdraw the approval: %(names)s") % {"names": names}),
            sentences=[
                str(_("The page is no longer shown to anyone, and nobody can suggest a meeting.")),
                str(_("Meetings that are suggested or agreed already stay.")),
            ],
            button=str(_("Withdraw the approval")),
            back=reverse("admin:accounts_expertprofile_changelist"),
        )

    @transaction.atomic
    def _set_approval(
        self, request: HttpRequest, experts: "QuerySet[ExpertProfile]", *, approved: bool, why: str = ""
    ) -> None:
        done = _("Approved") if approved else _("Approval withdrawn")
        states = (_("not approved"), _("approved"))
        before, after = states if approved else states[::-1]
        # Locked, so that two operators do not both log the same change.
        changed = list(experts.select_for_update(of=("self",), no_key=True).order_by("pk"))
        for expert in changed:
            expert.is_approved = approved
            expert.save(update_fields=["is_approved"])
            self.log_change(request, expert, in_history(str(done), before=before, after=after, why=why))
        words = ngettext("%(n)s expert was changed.", "%(n)s experts were changed.", len(changed))
        messages.success(request, words % {"n": len(changed)})


class SkillInline(TabularInline):
    """The skills of an Expertise."""

    model = Skill
    fields = NAMES
    extra = 1


@admin.register(Expertise)
class ExpertiseAdmin(NamedAdmin):
    """A field and its skills."""

    list_display = ("name", "slug", "description", "missing")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (SkillInline,)
    fieldsets = (
        (None, {"fields": ("slug",)}),
        name_fieldset(),
        (_("Descriptions"), {"fields": DESCRIPTIONS, "description": WHERE_EMPTY}),
    )
    translated = ("name", "description")


@admin.register(Skill)
class SkillAdmin(NamedAdmin):
    """A skill."""

    list_display = ("name", "expertise", "missing")
    list_filter = ("expertise",)
    list_select_related = ("expertise",)
    fieldsets = ((None, {"fields": ("expertise",)}), name_fieldset())


@admin.register(ServiceKind)
class ServiceKindAdmin(NamedAdmin):
    """A kind of service."""


# Allauth's pages would let operators read secrets and put in addresses that nobody confirmed.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


@admin.register(Authenticator)
class SecondFactorAdmin(ViewOnlyAdmin):
    """A second factor, without its secret; it is taken away on the page of its person, with a reason."""

    list_display = fields = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    people = ("user",)
    ordering = ("-pk",)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
