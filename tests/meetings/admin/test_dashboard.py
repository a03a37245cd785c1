"""The operators' start page: what waits, whether the books balance, and the last eight weeks in figures."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings import jobs
from meetings.admin import desk
from meetings.admin.weekly_figures import Week, last_weeks
from meetings.models import AuditRun, Meeting, VideoRoom
from meetings.vocabulary import Action, Progress, Role, Status
from notifications.models import AccountMail, MailState, Notification
from tests.factories import ExpertFactory, PersonFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    HOUR,
    NOW,
    act,
    after_end,
    agreed,
    closed_by_silence,
    make_meeting,
    suggest,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def numbers(operator: User) -> dict[str, int]:
    return {queue.words: queue.number for queue in desk.waiting(operator, timezone.now())}


def test_nothing_waits_on_an_empty_site(operator: User) -> None:
    assert set(numbers(operator).values()) == {0}


def test_each_queue_counts_what_its_list_shows(site: Client, operator: User) -> None:
    make_meeting(Status.UNDER_REVIEW)
    closed_by_silence()
    ExpertFactory.create(is_approved=False)
    ExpertFactory.create(is_approved=False, user__is_active=False)
    late = agreed(starts_in=3 * HOUR, now=timezone.now())
    act(late, Action.CANCEL, BY_EXPERT, now=timezone.now(), words="I am ill.")
    early = agreed(starts_in=5 * DAY, now=timezone.now())
    act(early, Action.CANCEL, BY_EXPERT, now=timezone.now(), words="I am away.")
    given_up = Notification.objects.latest("pk")
    Notification.objects.filter(pk=given_up.pk).update(mail_state=MailState.FAILED, mail_due_at=None)
    room = VideoRoom.objects.get(meeting=agreed(now=timezone.now()))
    VideoRoom.objects.filter(pk=room.pk).update(trouble="helpless", troubled_since=timezone.now())
    give_up_a_mail_about_signing_in()

    for queue in desk.waiting(operator, timezone.now()):
        assert queue.number == 1, queue
        shown = site.get(queue.page)
        assert shown.status_code == 200
        assert len(shown.context["cl"].result_list) == 1, queue


def test_operators_see_only_what_they_may(client: Client) -> None:
    support = PersonFactory.create(is_staff=True)
    support.user_permissions.add(Permission.objects.get(codename="view_meeting"))
    client.force_login(support)
    page = client.get(reverse("admin:index")).text
    assert "Meetings under review" in page
    for hidden in ("Experts to approve", "The books", "The last eight weeks", "given up"):
        assert hidden not in page


def test_the_desk_says_since_when_the_books_balance(site: Client) -> None:
    assert "not been checked" in site.get("/admin/").text
    with time_machine.travel(NOW - 3 * DAY, tick=False):
        jobs.audit_books()
    with time_machine.travel(NOW, tick=False):
        jobs.audit_books()
    assert AuditRun.objects.clean_since() == NOW - 3 * DAY
    page = site.get("/admin/").text
    assert "All sums are zero" in page
    assert "19.11.2026" in page


def test_a_difference_is_kept_and_shown(site: Client) -> None:
    meeting = agreed()
    jobs.audit_books()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_meeting SET price = price + 1 WHERE id = %s", [meeting.pk])
    jobs.audit_books()
    run = AuditRun.objects.latest_run()
    assert run is not None
    assert len(run.differences) == 1
    assert AuditRun.objects.clean_since() is None
    page = site.get("/admin/").text
    assert "1 difference" in page
    found = site.get(reverse("admin:meetings_auditrun_change", args=[run.pk])).text
    assert f"Meeting {meeting.pk}: 30 credits are blocked instead of 31" in found


def test_what_an_audit_found_is_not_edited() -> None:
    jobs.audit_books()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRun.objects.update(differences=["nothing"])


def test_checking_now_is_a_post_for_those_who_may(site: Client, client: Client) -> None:
    check = reverse("admin:meetings_auditrun_check")
    assert site.get(check).status_code == 405
    assert site.post(check).url == "/admin/"
    client.force_login(PersonFactory.create(is_staff=True))
    assert client.post(check).status_code == 403


def test_the_weeks_count_what_happened_in_them() -> None:
    last_week = NOW - 9 * DAY  # on Friday
    held = agreed(starts_in=DAY, now=last_week)
    act(held, Action.RECORD, BY_USER, now=after_end(held), progress=Progress.SMOOTH, stars=5)
    absent = agreed(starts_in=DAY, now=last_week)
    act(absent, Action.RECORD, BY_EXPERT, now=after_end(absent), progress=Progress.MY_FAULT)
    late = agreed(starts_in=DAY, now=last_week)
    act(late, Action.CANCEL_LATE, BY_USER, now=last_week, words="I am ill.", deduction_accepted=True)
    suggest(now=NOW)
    weeks = last_weeks(NOW)
    assert len(weeks) == 8
    before, this = weeks[-2], weeks[-1]
    assert this.monday == NOW.date() - timedelta(days=6)
    wanted = {"suggested": 3, "agreed": 3, "cancelled": 1, "planned": 3, "held": 1, "charged": 45, "share": 9}
    assert before.numbers == wanted | {"new_people": 0} or before.numbers == wanted
    assert before.held_percent == 33
    assert this.numbers["suggested"] == 1


def test_a_week_without_meetings_has_no_share_of_held_ones() -> None:
    assert Week(NOW.date()).held_percent == 0


def test_weeks_begin_by_the_operators_clock() -> None:
    sunday_evening = datetime.fromisoformat("2026-11-15T23:30:00+00:00")
    suggest(now=sunday_evening)
    with timezone.override("Pacific/Auckland"):
        assert last_weeks(NOW)[-1].numbers["suggested"] == 1
    with timezone.override("America/New_York"):
        assert last_weeks(NOW)[-2].numbers["suggested"] == 1


def test_a_correction_is_no_charge() -> None:
    meeting = closed_by_silence(now=NOW - 14 * DAY)
    before = sum(week.numbers.get("charged", 0) for week in last_weeks(NOW))
    act(meeting, Action.REVERSE, Role.OPERATOR, now=NOW, words="The expert was never there.")
    assert sum(week.numbers.get("charged", 0) for week in last_weeks(NOW)) == before == 30


def test_the_charts_fit_their_figures() -> None:
    weeks = [Week(NOW.date() - 7 * DAY, {"suggested": 5}), Week(NOW.date(), {"suggested": 10})]
    chart = desk.charts(weeks)[0]
    assert [(bar.height, bar.y) for bar in chart.bars] == [(30, 30), (60, 0)]
    assert chart.latest == 10
    assert desk.rows(desk.charts(weeks))[0].figures[:2] == ["5", "0"]


def test_more_meetings_need_no_more_queries(site: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            site.get("/admin/")
        return len(captured)

    queries()
    agreed(now=timezone.now())
    few = queries()
    for _number in range(5):
        agreed(now=timezone.now())
        make_meeting(Status.UNDER_REVIEW)
    assert queries() == few


def test_a_grant_is_no_charge() -> None:
    ledger.grant(PersonFactory.create(), 50, reason="Gift", made_by=None, key="test:gift", now=NOW)
    assert all(not week.numbers.get("charged") for week in last_weeks(NOW))
    assert Meeting.objects.count() == 0


def give_up_a_mail_about_signing_in() -> None:
    AccountMail.objects.create(
        address="a@example.com",
        language="en",
        kind="password_reset_key",
        created_at=timezone.now(),
        mail_state=MailState.FAILED,
        mail_settled_at=timezone.now(),
    )
