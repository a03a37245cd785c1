"""Every page of the admin opens for an operator, says what it knows, and lets nobody write past the rules."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import AuditRun, Event, Meeting, Terms
from meetings.vocabulary import Action, Progress, Status
from notifications.models import AccountMail
from tests.factories import ExpertFactory, PersonFactory, ReasonFactory, ServiceFactory
from tests.meetings.scenarios import BY_EXPERT, BY_USER, act, after_end, agreed, make_meeting
from tests.pages import inline_code

pytestmark = pytest.mark.django_db

VIEW_ONLY = [
    "credits_account",
    "credits_posting",
    "credits_transfer",
    "meetings_meeting",
    "meetings_event",
    "meetings_answer",
    "meetings_review",
    "notifications_notification",
]
OURS = ("accounts", "credits", "meetings", "notifications")


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True, first_name="Olga", last_name="Operator")


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def meeting() -> Meeting:
    """A held meeting with answers, stars and a text."""
    meeting = agreed()
    ReasonFactory.create()
    Terms.objects.create()
    about = {"address": meeting.student.email, "language": "en", "kind": "password_changed"}
    AccountMail.objects.create(**about, created_at=timezone.now())
    AuditRun.objects.create(at=timezone.now())
    act(meeting, Action.JOIN, BY_EXPERT, now=meeting.starts_at)
    act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=Progress.SMOOTH)
    return act(
        meeting,
        Action.RECORD,
        BY_USER,
        now=after_end(meeting),
        progress=Progress.SMOOTH,
        stars=4,
        review="Very clear.",
    )


def ours() -> list[Any]:
    return [page for model, page in admin.site._registry.items() if model._meta.app_label in OURS]


def address(page: Any, what: str, *args: object) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{what}", args=args)


def test_every_list_and_detail_opens_without_inline_code(site: Client, meeting: Meeting) -> None:
    for page in ours():
        answer = site.get(address(page, "changelist"), {"q": "1"})
        assert answer.status_code == 200, page
        assert inline_code(answer.text) == [], page
        row = page.model._default_manager.first()
        assert row is not None, page
        answer = site.get(address(page, "change", row.pk))
        assert answer.status_code == 200, page
        assert inline_code(answer.text) == [], page


@pytest.mark.parametrize("name", VIEW_ONLY)
def test_records_are_only_looked_at_even_by_superusers(name: str, site: Client, meeting: Meeting) -> None:
    pages = {f"{page.opts.app_label}_{page.opts.model_name}": page for page in ours()}
    page = pages[name]
    row = page.model._default_manager.first()
    assert site.get(address(page, "add")).status_code == 403
    assert site.post(address(page, "change", row.pk), {}).status_code == 403
    assert site.post(address(page, "delete", row.pk), {"post": "yes"}).status_code == 403
    deleting = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    site.post(address(page, "changelist"), deleting)
    assert page.model._default_manager.filter(pk=row.pk).exists()


def test_a_status_cannot_be_posted(site: Client) -> None:
    meeting = agreed()
    page = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    assert site.post(page, {"status": "held", "payment": "reimbursed"}).status_code == 403
    meeting.refresh_from_db()
    assert meeting.status == Status.AGREED


def test_people_who_are_no_operators_see_nothing(client: Client, meeting: Meeting) -> None:
    client.force_login(meeting.student)
    for page in ours():
        assert client.get(address(page, "changelist")).status_code in (302, 403)
    decide = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.CANCEL])
    grant = reverse("admin:credits_account_grant", args=[meeting.student_id])
    block = reverse("admin:accounts_user_block") + f"?people={meeting.expert_id}"
    for url in (decide, grant, block):
        assert client.get(url).status_code in (302, 403)
        assert client.post(url, {}).status_code in (302, 403)


def test_operators_without_rights_cannot_act(client: Client, meeting: Meeting) -> None:
    client.force_login(PersonFactory.create(is_staff=True))
    assert client.get(reverse("admin:credits_account_grant", args=[meeting.student_id])).status_code == 403
    decide = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.CANCEL])
    assert client.get(decide).status_code == 403
    block = reverse("admin:accounts_user_block") + f"?people={meeting.expert_id}"
    assert client.get(block).status_code == 403


def test_everything_that_changes_something_wants_the_csrf_token(operator: User, meeting: Meeting) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    decide = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.CANCEL])
    grant = reverse("admin:credits_account_grant", args=[meeting.student_id])
    block = reverse("admin:accounts_user_block") + f"?people={meeting.expert_id}"
    for url in (decide, grant, block):
        assert strict.post(url, {"reason": "x", "amount": 1}).status_code == 403


def test_the_page_of_a_meeting_shows_what_was_recorded(site: Client, meeting: Meeting) -> None:
    page = site.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    for event in Event.objects.filter(meeting=meeting):
        assert str(event) in page
    assert "Very clear." in page
    assert "<dt>Stars</dt><dd>4</dd>" in page
    assert "not recorded" in page  # the user's attendance
    assert str(Progress.SMOOTH.label) in page


@pytest.mark.parametrize("search", ["{m.pk}", "{m.student.last_name}", "{m.expert.email}"])
def test_meetings_are_found_by_number_name_and_address(search: str, site: Client, meeting: Meeting) -> None:
    make_meeting(Status.AWAITING)
    page = site.get(reverse("admin:meetings_meeting_changelist"), {"q": search.format(m=meeting)}).text
    assert page.count("field-number") == 1
    assert f"/meetings/meeting/{meeting.pk}/" in page


def test_the_list_of_meetings_asks_as_often_for_many_as_for_one(
    site: Client, meeting: Meeting, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make_meeting(Status.AWAITING)
    with django_assert_max_num_queries(9):
        site.get(reverse("admin:meetings_meeting_changelist"))


def test_new_terms_are_added_with_who_set_them_and_never_changed(site: Client, operator: User) -> None:
    old = agreed()
    page = site.get(reverse("admin:meetings_terms_add"))
    assert "Meetings already suggested keep" in page.text
    assert 'value="20"' in page.text
    values = {"share_percent": 25, "late_percent": 50, "late_hours": 48, "bonus": 10}
    site.post(reverse("admin:meetings_terms_add"), values)
    terms = Terms.objects.current()
    assert (terms.share_percent, terms.set_by) == (25, operator)
    old.refresh_from_db()
    assert (old.share_percent, agreed().share_percent) == (20, 25)
    change = reverse("admin:meetings_terms_change", args=[terms.pk])
    assert site.post(change, values | {"share_percent": 30}).status_code == 403
    assert site.post(reverse("admin:meetings_terms_delete", args=[terms.pk])).status_code == 403


def test_experts_are_approved_and_hidden_again(site: Client) -> None:
    expert = ExpertFactory.create(is_approved=False)
    ServiceFactory.create(expert=expert)
    page = reverse("admin:accounts_expertprofile_changelist")
    site.post(page, {"action": "approve", "_selected_action": [expert.pk]})
    expert.refresh_from_db()
    assert expert.is_listed
    asked = site.post(page, {"action": "withdraw_approval", "_selected_action": [expert.pk]}).url
    assert "Meetings that are suggested or agreed already stay." in site.get(asked).text
    form = {"key": uuid4(), "reason": ""}
    assert site.post(asked, form).status_code == 409
    expert.refresh_from_db()
    assert expert.is_listed
    for _ in range(2):
        site.post(asked, form | {"reason": "The papers were forged."})
    expert.refresh_from_db()
    assert not expert.is_listed
    history = site.get(reverse("admin:accounts_expertprofile_history", args=[expert.pk])).text
    assert "Approved: not approved → approved." in history
    assert history.count("Approval withdrawn: approved → not approved. Note: The papers were forged.") == 1


def test_the_page_of_an_expert_does_not_change_the_approval(site: Client) -> None:
    expert = ExpertFactory.create(is_approved=False)
    page = reverse("admin:accounts_expertprofile_change", args=[expert.pk])
    assert 'name="is_approved"' not in site.get(page).text
    site.post(page, {"is_approved": "on", "headline": "x"})
    expert.refresh_from_db()
    assert not expert.is_approved


def test_a_person_is_changed_but_not_opened_closed_added_or_deleted(site: Client) -> None:
    person = PersonFactory.create()
    change = reverse("admin:accounts_user_change", args=[person.pk])
    form = {
        "first_name": "Nora",
        "last_name": "Nováková",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "date_format": "d.m.Y",
        "email": "other@example.com",
        "is_active": "",
    }
    assert site.post(change, form).status_code == 302
    before, person = person, User.objects.get(pk=person.pk)
    assert (person.first_name, person.time_zone) == ("Nora", "Europe/Berlin")
    assert (person.email, person.is_active, person.password) == (before.email, True, before.password)
    assert site.get(reverse("admin:accounts_user_add")).status_code == 403
    assert site.get(reverse("admin:accounts_user_delete", args=[person.pk])).status_code == 403


def test_only_superusers_give_rights_or_touch_superusers(client: Client, operator: User) -> None:
    helper = PersonFactory.create(is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client.force_login(helper)
    change = reverse("admin:accounts_user_change", args=[helper.pk])
    form = {
        "first_name": "H",
        "last_name": "H",
        "time_zone": "UTC",
        "language": "en",
        "date_format": "d.m.Y",
        "is_superuser": "on",
    }
    client.post(change, form)
    helper.refresh_from_db()
    assert (helper.first_name, helper.is_superuser) == ("H", False)
    above = reverse("admin:accounts_user_change", args=[operator.pk])
    assert client.post(above, form).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[operator.pk])
    assert client.get(password).status_code == 404
    assert client.get(reverse("admin:accounts_user_block") + f"?people={operator.pk}").status_code == 403
