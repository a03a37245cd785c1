"""No form and no action of the admin sets a status, an event, a transfer or a balance, whoever sends it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import batches
from credits.models import Account, Posting, Transfer
from demo import seed
from meetings.models import Answer, Event, Meeting, Reminder, Terms
from meetings.vocabulary import Action
from tests.factories import ExpertFactory, PersonFactory
from tests.meetings.admin.acts import OF_TABLES, all_acts
from tests.meetings.scenarios import agreed

pytestmark = pytest.mark.django_db

# What somebody would send who knows the names of all columns.
WISHES = {
    "status": "held",
    "payment": "reimbursed",
    "evaluation": "operator",
    "is_flagged": "on",
    "price": "1",
    "starts_at_0": "2030-01-01",
    "starts_at_1": "10:00",
    "kind": "approved_by_user",
    "role": "user",
    "words": "So it was.",
    "balance": "999999",
    "amount": "999999",
    "source": "1",
    "target": "2",
    "is_closed": "on",
    "progress": "smooth",
    "stars": "5",
    "state": "sent",
    "_save": "Save",
}
KEPT: dict[Any, tuple[str, ...]] = {
    Meeting: ("pk", "status", "payment", "evaluation", "is_flagged", "price", "starts_at", "revision"),
    Event: ("pk", "kind", "role", "words", "facts"),
    Answer: ("pk", "progress", "stars"),
    Reminder: ("pk", "state"),
    Account: ("pk", "kind", "owner_id", "balance", "is_closed"),
    Posting: ("pk", "kind", "reference", "reason"),
    Transfer: ("pk", "source_id", "target_id", "amount"),
    Terms: ("pk", "share_percent"),
}


WRITTEN_BY_CODE = set(KEPT) - {Terms}


@pytest.fixture
def superuser() -> User:
    seed.seed(timezone.now())
    person: User = PersonFactory.create(is_staff=True, is_superuser=True)
    return person


def test_no_address_and_no_action_writes_what_only_the_code_writes(superuser: User) -> None:
    client = Client()
    client.force_login(superuser)
    before = all_that_counts()
    tried = 0
    for address in addresses():
        assert client.post(address, WISHES).status_code < 500, address
        tried += 1
    for address, action in actions(superuser):
        row = {"action": action, "_selected_action": [first_of(address)], "index": "0", **WISHES}
        assert client.post(address, row).status_code < 500, (address, action)
        tried += 1
    assert tried > 100
    assert all_that_counts() == before


def test_no_form_has_a_field_for_them(superuser: User) -> None:
    client = Client()
    client.force_login(superuser)
    looked_at = set()
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        page = client.get(reverse(name, args=[row.pk])) if row else None
        if page is None or not page.context:
            continue
        assert model not in WRITTEN_BY_CODE or not page.context["adminform"].form.fields, model
        for inline in page.context["inline_admin_formsets"]:
            may_write = (
                inline.has_add_permission or inline.has_change_permission or inline.has_delete_permission
            )
            assert inline.formset.model not in WRITTEN_BY_CODE or not may_write, model
        looked_at.add(model)
    assert looked_at >= WRITTEN_BY_CODE


def all_that_counts() -> dict[str, list[Any]]:
    tables = {model: model.objects.order_by("pk") for model in KEPT}
    return {model.__name__: list(rows.values_list(*KEPT[model])) for model, rows in tables.items()}


def addresses() -> Iterator[str]:
    """Every page of every table, and every act."""
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        for what in OF_TABLES:
            if what in ("changelist", "add"):
                yield reverse(f"{base}_{what}")
            elif row is not None:
                yield reverse(f"{base}_{what}", args=[row.pk])
    yield from (act.address for act in all_acts().values())


def actions(person: User) -> Iterator[tuple[str, str]]:
    """Every action that a list offers to superusers."""
    request = RequestFactory().get("/")
    request.user = person
    for model, page in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in (*page.get_actions(request), "delete_selected"):
            if model._default_manager.exists():
                yield address, name


def first_of(address: str) -> str:
    for model in admin.site._registry:
        if reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") == address:
            return str(model._default_manager.order_by("pk").values_list("pk", flat=True).first())
    raise AssertionError(address)


def test_nobody_judges_their_own_meeting_or_moves_their_own_credits(superuser: User) -> None:
    meeting = agreed(student=superuser, price=0)
    client = Client()
    client.force_login(superuser)
    decide = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.CANCEL])
    addresses = [
        decide,
        *(reverse(f"admin:credits_account_{m}", args=[superuser.pk]) for m in ("grant", "payout")),
    ]
    for address in addresses:
        assert client.get(address).status_code == client.post(address, WISHES).status_code == 403
    batch = batches.judge(batches.read(f"{superuser.email}, 5, Gift"), sign=1, operator=superuser)
    assert [line.problem for line in batch.lines] == ["Nobody moves credits of their own."]


def test_nobody_approves_themselves(superuser: User) -> None:
    own = ExpertFactory.create(user=superuser, is_approved=False)
    client = Client()
    client.force_login(superuser)
    listed = reverse("admin:accounts_expertprofile_changelist")
    client.post(listed, {"action": "approve", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert not own.is_approved


def test_saving_a_person_writes_only_what_was_changed(superuser: User) -> None:
    person = PersonFactory.create(first_name="Jana")
    client = Client()
    client.force_login(superuser)
    address = reverse("admin:accounts_user_change", args=[person.pk])
    fields = client.get(address).context["adminform"].form.initial
    typed = {name: value for name, value in fields.items() if isinstance(value, str)} | {"first_name": "Hana"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(address, typed).status_code == 302
    written = [
        q["sql"] for q in queries if q["sql"].startswith('UPDATE "accounts_user"') and "Hana" in q["sql"]
    ]
    assert len(written) == 1
    assert "is_active" not in written[0]
    assert "email" not in written[0]
