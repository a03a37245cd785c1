"""Operators type anything into any field of their pages: it is refused in words, or everything goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import Expertise, ExpertProfile, ServiceKind, Skill, User
from meetings.models import Meeting, Reason, Terms
from notifications import mails
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, agreed, suggest, with_alternative

pytestmark = pytest.mark.django_db

ODD = ["xx", "de-at", "a\x00b", "a\r\nBcc: x@y", "Ř" * 5000, "-1", "32767", "99999999999999999999", "٣"]
# Those that are made of what operators write about people and of what they keep for everybody.
PAGES = ["meetings:dashboard", "credits:account", "accounts:profile", "meetings:experts"]


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def meeting() -> Meeting:
    return agreed(now=timezone.now())


def rows(meeting: Meeting) -> dict[type[models.Model], models.Model | None]:
    """Return what stands for each table that operators change; None where they only add."""
    schedule, _new = IntervalSchedule.objects.get_or_create(every=1, period="minutes")
    return {
        User: meeting.expert,
        ExpertProfile: meeting.service.expert,
        Expertise: meeting.skill.expertise,
        Skill: meeting.skill,
        ServiceKind: meeting.service.kind,
        Reason: Reason.objects.create(name="Too far away"),
        Terms: None,
        Group: Group.objects.create(name="Helpers"),
        PeriodicTask: PeriodicTask.objects.create(name="a job", task="a.job", interval=schedule),
    }


CHANGED = [User, ExpertProfile, Expertise, Skill, ServiceKind, Reason, Terms, Group, PeriodicTask]


def test_every_table_that_operators_change_is_tried() -> None:
    request = RequestFactory().get("/")
    request.user = PersonFactory.create(is_staff=True, is_superuser=True)
    changed = [
        model
        for model, page in admin.site._registry.items()
        if page.has_change_permission(request) or page.has_add_permission(request)
    ]
    assert set(changed) == set(CHANGED)


@pytest.mark.parametrize("model", CHANGED)
def test_anything_typed_anywhere_is_refused_or_lived_with(
    model: Any, operator: Client, meeting: Meeting
) -> None:
    row = rows(meeting)[model]
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page = reverse(f"{address}_change", args=[row.pk]) if row else reverse(f"{address}_add")
    for value in ODD:
        if is_taken_somewhere(operator, page, value):
            assert_all_goes_on(meeting, value)


def is_taken_somewhere(operator: Client, page: str, value: str) -> bool:
    """Type it into all fields at once, then only into those that take it, until the page is saved."""
    standing = filled_in(operator.get(page).context)
    odd = {name: value for name in standing if is_typed(name)}
    assert odd
    while odd:
        answer = operator.post(page, standing | odd)
        assert answer.status_code in (200, 302), (odd, answer.status_code)
        if answer.status_code == 302:
            return True
        refused = refused_in(answer.context)
        odd = {name: value for name in odd if name not in refused} if refused & set(odd) else {}
    return False


def refused_in(context: Any) -> set[str]:
    """Return the names of the fields beside which something stands."""
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    every = [context["adminform"].form, *(form for formset in formsets for form in formset.forms)]
    return {form.add_prefix(name) for form in every for name in form.errors}


def filled_in(context: Any) -> dict[str, Any]:
    """Return what a browser would send of a page that nobody has changed."""
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    parts = [context["adminform"].form]
    for formset in formsets:
        parts += [formset.management_form, *formset.forms]
    return {name: value for part in parts for name, value in sent(part) if value not in (None, False)}


def sent(form: forms.BaseForm) -> Iterator[tuple[str, Any]]:
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, forms.ModelMultipleChoiceField):
            value = [getattr(each, "pk", each) for each in value or []]
        yield bound.html_name, value


def is_typed(name: str) -> bool:
    """Whether people fill it in, not the page itself."""
    return not name.endswith(("_FORMS", "-id", "-expertise", "-expert"))


def assert_all_goes_on(meeting: Meeting, typed: str) -> None:
    """Open the pages of the expert, and write all mails about the meeting."""
    browser, fresh = Client(), Meeting.objects.get(pk=meeting.pk)
    browser.force_login(fresh.expert)
    for page in [*map(reverse, PAGES), fresh.get_absolute_url()]:
        assert browser.get(page).status_code == 200, (typed, page)
    for notification in Notification.objects.filter(reference=fresh.reference):
        mails.mail_for(notification).message().as_bytes()


def test_new_terms_of_any_size_still_make_meetings(operator: Client) -> None:
    add = reverse("admin:meetings_terms_add")
    bounds = {"share_percent": 100, "late_percent": 100, "late_hours": 32767, "bonus": 2147483647}
    assert operator.post(add, bounds).status_code == 302
    assert_all_goes_on(with_alternative(BY_EXPERT, now=timezone.now()), "terms")
    assert operator.post(add, dict.fromkeys(bounds, 0)).status_code == 302
    assert_all_goes_on(suggest(now=timezone.now()), "terms")
    assert Terms.objects.count() == 2
