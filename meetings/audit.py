"""Whether meetings agree with the books and with their video rooms.

A "Blocked" meeting has a block of its price, no other has any; what was charged is what the meeting's own
terms say; who is to meet has a room, nobody else has.
"""

from django.db.models import Q

from credits import audit as books
from credits.audit import Check
from meetings.models import Meeting
from meetings.vocabulary import PAYMENTS

BLOCKS = """
    WITH block AS (
        SELECT * FROM credits_account WHERE kind = 'block' AND balance > 0
    ), wanted AS (
        SELECT id, 'meeting:' || id AS reference, student_id,
            CASE payment WHEN 'blocked' THEN price ELSE 0 END AS credits
            FROM meetings_meeting
    )
"""

CHECKS = (
    Check(
        "Meeting {id}: {blocked} credits are blocked instead of {credits} (blocks: {blocks}).",
        "SELECT wanted.id, credits, coalesce(sum(balance), 0) AS blocked, count(block.id) AS blocks"
        " FROM wanted LEFT JOIN block USING (reference) GROUP BY wanted.id, credits"
        " HAVING coalesce(sum(balance), 0) <> credits OR count(block.id) > 1 ORDER BY wanted.id",
        given=BLOCKS,
    ),
    Check(
        "Meeting {id}: the credits blocked for it are those of person {owner_id} instead of {student_id}.",
        "SELECT wanted.id, owner_id, student_id FROM wanted JOIN block USING (reference)"
        " WHERE owner_id <> student_id ORDER BY wanted.id",
        given=BLOCKS,
    ),
    Check(
        "Account {id}: {balance} credits are blocked for “{reference}”, which is no meeting.",
        "SELECT block.id, balance, reference FROM block LEFT JOIN wanted USING (reference)"
        " WHERE wanted.id IS NULL ORDER BY block.id",
        given=BLOCKS,
    ),
)


ROOMS = (
    Check(
        "Meeting {id}: its video room is for date version {wanted} instead of {date_version}.",
        "SELECT id, date_version, coalesce(wanted_version::text, 'none') AS wanted FROM meetings_meeting"
        " JOIN meetings_videoroom ON meeting_id = id"
        " WHERE status = 'agreed' AND ends_at > now() AND wanted_version IS DISTINCT FROM date_version"
        " ORDER BY id",
    ),
    Check(
        "Meeting {id}: it is agreed, but has no video room.",
        "SELECT id FROM meetings_meeting WHERE status = 'agreed' AND ends_at > now() AND NOT EXISTS ("
        " SELECT FROM meetings_videoroom WHERE meeting_id = id) ORDER BY id",
    ),
    Check(
        "Meeting {id}: it is “{status}”, but has a video room.",
        "SELECT id, status FROM meetings_meeting JOIN meetings_videoroom ON meeting_id = id"
        " WHERE status IN ('cancelled', 'expired', 'rejected') AND wanted_version IS NOT NULL ORDER BY id",
    ),
)

# What a meeting cost its user and how much of that the platform has: by the books, and by its own terms.
MONEY = """
    WITH moved AS (
        SELECT meeting.id, payment, share_percent, max(posting.id) AS posting,
            CASE payment WHEN 'reimbursed' THEN price
                WHEN 'reimbursed_cancellation' THEN price * late_percent / 100 ELSE 0 END AS credits,
            CASE payment WHEN 'not_blocked' THEN 0 ELSE price END AS blocked,
            coalesce(sum(transfer.amount * (
                (source.owner_id IS NOT DISTINCT FROM student_id)::int
                - (target.owner_id IS NOT DISTINCT FROM student_id)::int
            )) FILTER (WHERE posting.kind IN ('charge', 'correction')), 0) AS paid,
            coalesce(sum(transfer.amount) FILTER (WHERE target.kind = 'share'), 0) AS share,
            count(posting.id) FILTER (WHERE posting.kind IN ('release', 'correction')) AS given_back
        FROM meetings_meeting meeting
            LEFT JOIN credits_posting posting ON posting.reference = 'meeting:' || meeting.id
            LEFT JOIN credits_transfer transfer ON transfer.posting_id = posting.id
            LEFT JOIN credits_account source ON source.id = transfer.source_id
            LEFT JOIN credits_account target ON target.id = transfer.target_id
        GROUP BY meeting.id
    )
"""

CHARGES = (
    Check(
        "Meeting {id}: it is “{payment}” for {credits} credits, but the user paid {paid}.",
        "SELECT id, payment, credits, paid FROM moved WHERE paid <> credits ORDER BY id",
        given=MONEY,
    ),
    Check(
        "Meeting {id}: the platform's share is {share} of {credits} credits, and not {share_percent} %.",
        "SELECT id, share, credits, share_percent FROM moved"
        " WHERE payment IN ('reimbursed', 'reimbursed_cancellation')"
        " AND share <> credits * share_percent / 100 ORDER BY id",
        given=MONEY,
    ),
    Check(
        "Meeting {id}: it is “{payment}”, but nothing was released.",
        "SELECT id, payment FROM moved WHERE payment = 'returned' AND blocked > 0 AND given_back = 0"
        " ORDER BY id",
        given=MONEY,
    ),
)


def differences() -> list[str]:
    """Return a sentence for each thing that is wrong in the books or between them and the meetings."""
    found = [difference for check in (*CHECKS, *CHARGES, *ROOMS) for difference in check.differences()]
    return books.differences() + found + _unknown_pairs()


def counts() -> dict[str, int]:
    """Return how much there is to check."""
    return {**books.counts(), "meetings": Meeting.objects.count()}


def _unknown_pairs() -> list[str]:
    """Find statuses with a payment status that they cannot have."""
    known = Q(*(Q(status=status, payment__in=pays) for status, pays in PAYMENTS.items()), _connector=Q.OR)
    return [
        f"Meeting {pk}: “{status}” and “{payment}” do not go together."
        for pk, status, payment in Meeting.objects.exclude(known)
        .order_by("pk")
        .values_list("pk", "status", "payment")
    ]
