"""Lists are counted: each asks the database as often for thirty rows as for one."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Service, User
from meetings.vocabulary import Action, Progress
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import BY_EXPERT, BY_USER, DAY, HOUR, act, after_end, agreed, suggest

pytestmark = pytest.mark.django_db

FEW, MANY = 1, 30


@pytest.fixture
def anna() -> User:
    """Somebody who learns, and teaches as well."""
    return ExpertFactory.create(user__credits=9000).user


@pytest.fixture
def eva() -> Service:
    """The service of an expert whom she meets again and again."""
    return ServiceFactory.create(price=1)


@pytest.fixture
def operator(settings: Any) -> User:
    settings.DEMO = True  # which wants no second factor
    return PersonFactory.create(is_staff=True, is_superuser=True)


def live(anna: User, eva: Service, numbers: range) -> None:
    """Fill every list with so many rows more."""
    now = timezone.now()
    own = anna.expert.services.first() or ServiceFactory.create(expert=anna.expert, price=0)
    for number in numbers:
        suggest(now=now, service=own, starts_in=DAY + number * HOUR)
        agreed(now=now, student=anna, service=eva, starts_in=3 * DAY + number * HOUR)
        suggest(now=now, student=anna, price=0, starts_in=6 * DAY + number * HOUR)
        long_ago = now - 9 * DAY + timedelta(minutes=number)
        for student in (anna, PersonFactory.create(credits=100)):
            held = agreed(now=long_ago, student=student, service=eva, starts_in=DAY)
            answer = {"progress": Progress.SMOOTH, "stars": 5, "review": f"Good, {number} times."}
            act(held, Action.RECORD, BY_USER, now=after_end(held), **answer)
        unsure = agreed(now=long_ago, student=anna, service=eva, starts_in=2 * DAY)
        act(unsure, Action.RECORD, BY_EXPERT, now=after_end(unsure), progress=Progress.SMOOTH)
        act(unsure, Action.RECORD, BY_USER, now=after_end(unsure), progress=Progress.OTHERS_FAULT)
        anna.favourites.add(ServiceFactory.create().expert)


def test_no_list_asks_more_often_for_many_rows(anna: User, eva: Service, operator: User) -> None:
    pages = {
        anna: [
            "/",
            "/meetings/",
            "/meetings/all/",
            "/experts/",
            eva.expert.get_absolute_url(),
            "/notifications/",
            "/credits/",
            "/account/expert/",
            "/account/profile/",
        ],
        operator: ["/admin/", *map(changelist, admin.site._registry)],
        None: ["/", "/experts/", eva.expert.get_absolute_url()],
    }
    live(anna, eva, range(FEW))
    look_at_tables()
    few = {(who, page): asked(who, page) for who, addresses in pages.items() for page in addresses}
    live(anna, eva, range(FEW, MANY))
    look_at_tables()
    many = {(who, page): asked(who, page) for who, page in few}
    more = {place: (few[place], many[place]) for place in few if many[place] > few[place]}
    assert more == {}


def look_at_tables() -> None:
    """Let Postgres plan for the tables as they are: other tests leave thousands of dead rows behind."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def changelist(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def asked(who: User | None, page: str) -> int:
    """Return how many questions a page costs, once what is kept between pages is known."""
    client = Client()
    if who:
        client.force_login(who)
    assert client.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    return len(queries)
