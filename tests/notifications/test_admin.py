"""What operators see of mails and reminders, and sending again what was given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import Meeting, Reminder
from meetings.models.reminder import ReminderState
from meetings.notices import reminders
from meetings.vocabulary import Action, Role
from notifications.models import AccountMail, MailState, Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import DAY, HOUR, NOW, act, agreed, with_alternative
from tests.pages import inline_code

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/notification/"
LONG_AGO = timezone.now() - timedelta(days=2)


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def given_up(**other: Any) -> Notification:
    """A mail that the server would not take."""
    PersonFactory.create(credits=5)
    note = Notification.objects.latest("pk")
    values = {
        "mail_state": MailState.FAILED,
        "mail_due_at": None,
        "mail_attempts": 6,
        "mail_settled_at": LONG_AGO,
        "mail_problem": "550 <no> such mailbox",
    } | other
    Notification.objects.filter(pk=note.pk).update(**values)
    return Notification.objects.get(pk=note.pk)


def send_again(site: Client, *notes: Notification) -> Any:
    chosen = {"action": "send_again", "_selected_action": [note.pk for note in notes]}
    return site.post(LIST, chosen, follow=True)


def fresh(note: Notification) -> Notification:
    return Notification.objects.get(pk=note.pk)


def rows(html: str) -> int:
    return html.count('class="field-created_at') + html.count('class="field-due_at')


def test_mails_that_were_given_up_are_found_with_reason_and_attempts(site: Client) -> None:
    note = given_up()
    PersonFactory.create(credits=5)
    assert "?mail_state__exact=failed" in site.get(LIST).text
    page = site.get(LIST, {"mail_state__exact": "failed"}).text
    assert rows(page) == 1
    assert "Given up" in page
    assert "550 &lt;no&gt; such mailbox" in page
    assert '<td class="field-mail_attempts">6</td>' in page
    assert note.recipient.name in page


@pytest.mark.parametrize("state", MailState)
def test_mails_are_filtered_by_what_became_of_them(state: MailState, site: Client) -> None:
    for other in MailState:
        given_up(mail_state=other, mail_due_at=NOW if other is MailState.WAITING else None)
    page = site.get(LIST, {"mail_state__exact": state}).text
    assert rows(page) == 1


def test_one_that_was_given_up_is_sent_again(site: Client, operator: User) -> None:
    note = given_up()
    page = send_again(site, note)
    assert "1 e-mail is sent again." in page.text
    again = fresh(note)
    assert (again.mail_state, again.mail_attempts, again.mail_settled_at) == (MailState.WAITING, 0, None)
    assert again.mail_due_at is not None
    assert again.mail_due_at <= timezone.now()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (operator, str(note.pk))
    assert entry.change_message == "E-mail sent again: Given up (550 <no> such mailbox) → Waiting."


@pytest.mark.parametrize("state", [state for state in MailState if state is not MailState.FAILED])
def test_no_other_mail_is_sent_again(state: MailState, site: Client) -> None:
    due = NOW if state is MailState.WAITING else None
    note, failed = given_up(mail_state=state, mail_due_at=due), given_up()
    page = send_again(site, note, failed).text
    assert "1 e-mail is sent again." in page
    assert "1 of the selected were left alone: only e-mails that were given up are sent again." in page
    assert (fresh(note).mail_state, fresh(note).mail_attempts) == (state, 6)
    assert fresh(failed).mail_state == MailState.WAITING
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(failed.pk)]


def test_asked_twice_it_is_sent_and_logged_once(site: Client) -> None:
    note = given_up()
    send_again(site, note)
    assert "left alone" in send_again(site, note).text
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("has_account", [True, False])
def test_the_history_of_a_mail_about_signing_in_names_no_address(has_account: bool, site: Client) -> None:
    """The mail is forgotten after a month, the history never: what it said of a deleted person would stay."""
    mail = AccountMail.objects.create(
        person=PersonFactory.create() if has_account else None,
        address="zebra@example.com",
        language="en",
        kind="password_reset_key",
        created_at=LONG_AGO,
        mail_state=MailState.FAILED,
        mail_problem="550 zebra@example.com unknown",
    )
    chosen = {"action": "send_again", "_selected_action": [mail.pk]}
    page = site.post("/admin/notifications/accountmail/", chosen, follow=True)
    assert "1 e-mail is sent again." in page.text
    entry = LogEntry.objects.get()
    assert entry.object_repr == f"password_reset_key {mail.pk}"
    assert entry.change_message == "E-mail sent again: Given up → Waiting."


def test_looking_sends_nothing(site: Client) -> None:
    note = given_up()
    site.get(LIST, {"action": "send_again", "_selected_action": note.pk})
    assert fresh(note).mail_state == MailState.FAILED


def test_sending_again_wants_the_right_and_the_csrf_token(client: Client, operator: User) -> None:
    note = given_up()
    looker = PersonFactory.create(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_notification"))
    client.force_login(looker)
    assert "send_again" not in client.get(LIST).text
    send_again(client, note)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert send_again(strict, note).status_code == 403
    assert fresh(note).mail_state == MailState.FAILED


def test_the_page_of_a_notification_tells_all_about_its_mail(site: Client) -> None:
    note = given_up()
    page = site.get(f"{LIST}{note.pk}/change/").text
    for words in ("Given up", "550 &lt;no&gt; such mailbox", "You received 5 credits.", ">6<"):
        assert words in page
    assert inline_code(page) == []


def test_the_list_asks_as_often_for_many_as_for_one(site: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        given_up()
    with django_assert_max_num_queries(8):
        site.get(LIST)


# --- Reminders ------------------------------------------------------------------------------------


def _too_late() -> Meeting:
    return agreed(starts_in=3 * HOUR)


def _sent() -> Meeting:
    meeting = agreed()
    reminders.send_due(meeting.starts_at - DAY)
    return meeting


def _moved() -> Meeting:
    meeting = with_alternative(Role.USER)
    act(meeting, Action.CONFIRM_ALTERNATIVE, Role.EXPERT)
    reminders.send_due(meeting.starts_at - DAY)
    return meeting


def _cancelled() -> Meeting:
    meeting = agreed()
    act(meeting, Action.CANCEL, Role.OPERATOR, words="Twice")
    reminders.send_due(meeting.starts_at)
    return meeting


def _missed() -> Meeting:
    meeting = agreed()
    reminders.send_due(meeting.starts_at)
    return meeting


ROADS = {
    ReminderState.WAITING: agreed,
    ReminderState.TOO_LATE: _too_late,
    ReminderState.SENT: _sent,
    ReminderState.MOVED: _moved,
    ReminderState.CANCELLED: _cancelled,
    ReminderState.MISSED: _missed,
}


@pytest.mark.parametrize("state", ROADS)
def test_the_page_of_a_meeting_says_what_became_of_its_reminders(state: ReminderState, site: Client) -> None:
    meeting = ROADS[state]()
    page = site.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    assert str(state.label) in page
    states = Reminder.objects.filter(meeting=meeting).values_list("state", flat=True)
    assert state in states
    assert page.count("field-date_version") >= len(states)
    assert inline_code(page) == []
    assert 'name="reminders-0-state"' not in page, "nothing to type"


def test_reminders_are_listed_and_filtered_by_state(site: Client) -> None:
    meeting, _other = _too_late(), agreed()
    page = site.get(reverse("admin:meetings_reminder_changelist"), {"state__exact": "too_late"}).text
    assert page.count("Not sent: agreed too late for it") >= 1
    found = site.get(reverse("admin:meetings_reminder_changelist"), {"q": str(meeting.pk)})
    assert {row.meeting_id for row in found.context["cl"].result_list} == {meeting.pk}
    assert inline_code(found.text) == []


def test_reminders_are_only_looked_at(site: Client) -> None:
    agreed()
    reminder = Reminder.objects.earliest("pk")
    page = reverse("admin:meetings_reminder_change", args=[reminder.pk])
    assert site.get(page).status_code == 200
    assert site.post(page, {"state": "sent"}).status_code == 403
    assert site.get(reverse("admin:meetings_reminder_add")).status_code == 403
    assert site.post(reverse("admin:meetings_reminder_delete", args=[reminder.pk])).status_code == 403


def test_the_page_of_a_meeting_leads_to_what_was_told_about_it(site: Client) -> None:
    meeting, _other = agreed(), agreed()
    page = site.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    address = f"{LIST}?reference=meeting:{meeting.pk}"
    assert f'href="{address}"' in page
    told = site.get(address).context["cl"].result_list
    assert {note.kind for note in told} == {"suggested_by_user", "confirmed_by_expert", "calendar_agreed"}
    assert {note.reference for note in told} == {meeting.reference}
