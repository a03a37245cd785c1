"""The history of operators' acts: who, when, why, before and after; to look at only."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Skill, User
from meetings.models import Terms
from meetings.privacy import erasure
from tests.factories import ExpertFactory, PersonFactory, SkillFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/admin/logentry/"


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True, first_name="Olga", last_name="Operator")


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def said() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]


def change(site: Client, skill: Skill, **values: object) -> None:
    page = reverse("admin:accounts_skill_change", args=[skill.pk])
    form = {"name": skill.name, "expertise": skill.expertise_id} | values
    assert site.post(page, form).status_code == 302


def test_a_change_of_the_catalogue_says_what_it_was_and_is(site: Client) -> None:
    skill = SkillFactory.create(name="Valuation")
    change(site, skill, name="Company valuation", name_de="Bewertung")
    [words] = said()
    assert "Valuation → Company valuation" in words
    assert "– → Bewertung" in words


def test_a_change_of_an_experts_page_says_what_it_was_and_is(site: Client) -> None:
    expert = ExpertFactory.create()
    page = reverse("admin:accounts_expertprofile_change", args=[expert.pk])
    shown = site.get(page).context["adminform"].form
    values = {name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, False)}
    values |= {"skills": [skill.pk for skill in expert.skills.all()], "headline": "Another headline"}
    values |= {"services-TOTAL_FORMS": 0, "services-INITIAL_FORMS": 0}
    assert site.post(page, values).status_code == 302
    [words] = said()
    assert "Valuation of young companies → Another headline" in words


def test_rights_say_which_groups_there_were(site: Client) -> None:
    person, group = PersonFactory.create(), Group.objects.create(name="Helpers")
    page = reverse("admin:accounts_user_change", args=[person.pk])
    shown = site.get(page).context["adminform"].form
    values = {name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, False)}
    assert site.post(page, values | {"groups": [group.pk], "is_staff": "on"}).status_code == 302
    [words] = said()
    assert "– → Helpers" in words
    assert "no → yes" in words


def test_new_terms_say_what_held_before(site: Client) -> None:
    Terms.objects.create(share_percent=20, late_percent=50, late_hours=48, bonus=10)
    site.post(
        reverse("admin:meetings_terms_add"),
        {"share_percent": 25, "late_percent": 50, "late_hours": 48, "bonus": 10},
    )
    [words] = said()
    assert "20 → 25" in words
    assert "50 → 50" in words


def test_acts_are_found_by_operator_table_day_and_words(site: Client, operator: User) -> None:
    other = Client()
    other_operator = PersonFactory.create(is_staff=True, is_superuser=True)
    other.force_login(other_operator)
    skill = SkillFactory.create(name="Valuation")
    change(site, skill, name="Company valuation")
    skill.name = "Company valuation"
    change(other, skill, name="Bookkeeping")
    mine, theirs = "Valuation → Company valuation", "Company valuation → Bookkeeping"
    today = timezone.localtime()
    kind = LogEntry.objects.earliest("pk").content_type_id
    for query, found in (
        ({}, (True, True)),
        ({"user__id__exact": operator.pk}, (True, False)),
        ({"content_type__id__exact": kind}, (True, True)),
        ({"q": "bookkeeping"}, (False, True)),
        ({"q": "Olga"}, (True, False)),
        ({"action_time__year": today.year - 1}, (False, False)),
    ):
        shown = site.get(LIST, query).text
        assert (f"{mine}." in shown, f"{theirs}." in shown) == found, query


def test_it_can_only_be_looked_at(site: Client) -> None:
    change(site, SkillFactory.create(), name="Other")
    entry = LogEntry.objects.get()
    page = reverse("admin:admin_logentry_change", args=[entry.pk])
    assert "Other" in site.get(page).text
    assert site.post(page, {"change_message": "x"}).status_code == 403
    assert site.post(reverse("admin:admin_logentry_delete", args=[entry.pk])).status_code == 403
    assert site.get(reverse("admin:admin_logentry_add")).status_code == 403


def test_it_wants_the_right(client: Client) -> None:
    looker = PersonFactory.create(is_staff=True)
    client.force_login(looker)
    assert client.get(LIST).status_code == 403
    looker.user_permissions.add(Permission.objects.get(codename="view_logentry"))
    assert client.get(LIST).status_code == 200


def test_what_was_done_to_somebody_who_leaves_keeps_no_words(site: Client) -> None:
    """Goodwill, batches, grants and blocks are all logged under the person they are about."""
    person = PersonFactory.create(first_name="Zuzana", last_name="Leaving")
    page = reverse("admin:accounts_user_unblock") + f"?people={person.pk}"
    form = {"key": "2f0a3a5e-7b0f-4a43-9d0a-111111111111", "reason": "Zuzana called."}
    site.post(page, form)
    assert "Unblocked: Zuzana Leaving: account open → account open. Note: Zuzana called." in said()
    site.get(LIST)  # takes the message of the act away
    erasure.delete_account(person, timezone.now())
    assert [(entry.object_repr, entry.change_message) for entry in LogEntry.objects.all()] == [("", "")]
    assert "Zuzana" not in site.get(LIST).text
