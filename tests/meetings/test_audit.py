import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from credits import ledger
from credits.models import Account
from meetings import audit, jobs
from meetings.models import Meeting, VideoRoom
from meetings.vocabulary import Status
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, NOW, agreed, make_meeting, suggest

pytestmark = pytest.mark.django_db


def tamper(statement: str, *values: object) -> None:
    """Write past every rule of the database, as nobody can without owning it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE meetings_meeting DROP CONSTRAINT meetings_status_and_payment_agree")
        cursor.execute("DROP INDEX IF EXISTS credits_one_block_per_reference")
        cursor.execute(statement, values)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("price", [0, 30])
def test_meetings_in_every_status_have_no_differences(status: Status, price: int) -> None:
    make_meeting(status, price=price)
    assert audit.differences() == []


def test_a_request_of_the_expert_blocks_nothing() -> None:
    suggest(by=BY_EXPERT)
    assert audit.differences() == []


def test_a_blocked_meeting_without_its_block_is_named() -> None:
    meeting = agreed()
    tamper("UPDATE credits_account SET balance = 29 WHERE kind = 'block'")
    block = Account.objects.get(kind="block")
    assert audit.differences() == [
        f"Account {block.pk} (block): the balance is 29, but its transfers add up to 30.",
        "All accounts together: -1 instead of 0.",
        f"Meeting {meeting.pk}: 29 credits are blocked instead of 30 (blocks: 1).",
    ]


def test_a_block_of_a_free_meeting_is_named() -> None:
    meeting = agreed(price=30)
    tamper("UPDATE meetings_meeting SET price = 0 WHERE id = %s", meeting.pk)
    assert audit.differences() == [
        f"Meeting {meeting.pk}: 30 credits are blocked instead of 0 (blocks: 1).",
    ]


def test_a_block_of_a_meeting_that_is_not_blocked_is_named() -> None:
    meeting = agreed()
    tamper("UPDATE meetings_meeting SET status = 'cancelled', payment = 'returned' WHERE id = %s", meeting.pk)
    assert audit.differences() == [
        f"Meeting {meeting.pk}: 30 credits are blocked instead of 0 (blocks: 1).",
        f"Meeting {meeting.pk}: it is “returned”, but nothing was released.",
        f"Meeting {meeting.pk}: it is “cancelled”, but has a video room.",
    ]


def test_two_blocks_of_one_meeting_are_named() -> None:
    meeting = agreed()
    tamper(
        "UPDATE credits_account SET balance = 10 WHERE kind = 'block';"
        "INSERT INTO credits_account (kind, owner_id, reference, balance, is_closed)"
        " SELECT kind, owner_id, reference, 20, false FROM credits_account WHERE kind = 'block'"
    )
    assert f"Meeting {meeting.pk}: 30 credits are blocked instead of 30 (blocks: 2)." in audit.differences()


def test_a_block_of_another_person_is_named() -> None:
    meeting, stranger = agreed(), PersonFactory.create()
    tamper("UPDATE credits_account SET owner_id = %s WHERE kind = 'block'", stranger.pk)
    assert audit.differences() == [
        f"Meeting {meeting.pk}: the credits blocked for it are those of person {stranger.pk} "
        f"instead of {meeting.student_id}."
    ]


def test_a_block_for_no_meeting_is_named() -> None:
    meeting = agreed()
    tamper("UPDATE credits_account SET reference = 'meeting:987654' WHERE kind = 'block'")
    block = Account.objects.get(kind="block")
    assert audit.differences() == [
        f"Meeting {meeting.pk}: 0 credits are blocked instead of 30 (blocks: 0).",
        f"Account {block.pk}: 30 credits are blocked for “meeting:987654”, which is no meeting.",
    ]


def test_a_status_with_a_foreign_payment_status_is_named() -> None:
    meeting = make_meeting(Status.EXPIRED)
    tamper("UPDATE meetings_meeting SET payment = 'reimbursed' WHERE id = %s", meeting.pk)
    assert f"Meeting {meeting.pk}: “expired” and “reimbursed” do not go together." in audit.differences()


def test_the_command_says_what_it_checked() -> None:
    agreed()
    out = StringIO()
    call_command("audit", stdout=out)
    assert out.getvalue() == (
        "Checked accounts: 3, postings: 2, transfers: 2, meetings: 1.\nNo differences.\n"
    )


def test_the_command_fails_and_names_the_difference() -> None:
    agreed(price=0)
    Meeting.objects.update(price=5)
    out = StringIO()
    with pytest.raises(CommandError, match="Differences: 1"):
        call_command("audit", stdout=out)
    assert "0 credits are blocked instead of 5" in out.getvalue()


def test_the_daily_job_logs_each_difference(caplog: pytest.LogCaptureFixture) -> None:
    meeting = agreed(price=0)
    Meeting.objects.update(price=5)
    with caplog.at_level(logging.ERROR):
        jobs.audit_books()
    assert caplog.messages == [
        f"Audit: Meeting {meeting.pk}: 0 credits are blocked instead of 5 (blocks: 0)."
    ]


def test_a_room_for_another_date_is_named() -> None:
    meeting = agreed(now=timezone.now())
    VideoRoom.objects.update(wanted_version=7)
    assert audit.differences() == [
        f"Meeting {meeting.pk}: its video room is for date version 7 instead of 1."
    ]
    VideoRoom.objects.update(wanted_version=None)
    assert audit.differences() == [
        f"Meeting {meeting.pk}: its video room is for date version none instead of 1."
    ]


def test_a_room_of_a_cancelled_meeting_is_named() -> None:
    meeting = make_meeting(Status.CANCELLED)
    VideoRoom.objects.update_or_create(meeting=meeting, defaults={"wanted_version": 1})
    assert audit.differences() == [f"Meeting {meeting.pk}: it is “cancelled”, but has a video room."]


def test_what_is_called_paid_was_charged() -> None:
    meeting = agreed()
    ledger.release(meeting.student, 30, reference=meeting.reference, key="test:wrong", now=NOW)
    Meeting.objects.filter(pk=meeting.pk).update(status="held", payment="reimbursed", evaluation="answers")
    assert (
        f"Meeting {meeting.pk}: it is “reimbursed” for 30 credits, but the user paid 0."
        in audit.differences()
    )


def test_what_is_called_returned_was_not_kept() -> None:
    meeting = agreed()
    terms = {"payee": meeting.expert, "share": 6, "reference": meeting.reference}
    ledger.charge(meeting.student, 30, key="test:wrong", now=NOW, **terms)
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled", payment="returned")
    assert [words for words in audit.differences() if "paid 30" in words]
    assert [words for words in audit.differences() if "nothing was released" in words]


def test_the_share_is_that_of_the_meetings_own_terms() -> None:
    meeting = agreed()
    terms = {"payee": meeting.expert, "share": 1, "reference": meeting.reference}
    ledger.charge(meeting.student, 30, key="test:wrong", now=NOW, **terms)
    Meeting.objects.filter(pk=meeting.pk).update(status="held", payment="reimbursed", evaluation="answers")
    assert [words for words in audit.differences() if "platform's share is 1 of 30" in words]


def test_who_is_to_meet_has_a_room() -> None:
    meeting = agreed(now=timezone.now())
    VideoRoom.objects.filter(meeting=meeting).delete()
    assert f"Meeting {meeting.pk}: it is agreed, but has no video room." in audit.differences()
