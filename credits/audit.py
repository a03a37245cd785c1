"""Whether the books are right: every balance recomputed from the transfers.

Each check is one statement, so it sees the books of one moment, whatever is booked meanwhile.
"""

from dataclasses import dataclass

from django.db import connection

from credits.models import Account, Posting, Transfer


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that finds what is wrong, and the sentence that names each find.

    `given` are tables that several statements look into.
    """

    sentence: str
    statement: str
    given: str = ""

    def differences(self) -> list[str]:
        """Return one sentence for each row found."""
        with connection.cursor() as cursor:
            cursor.execute(self.given + self.statement)
            columns = [column.name for column in cursor.description]
            return [self.sentence.format(**dict(zip(columns, row, strict=True))) for row in cursor]


MOVED = """
    WITH side AS (
        SELECT target_id AS account_id, amount FROM credits_transfer
        UNION ALL
        SELECT source_id, -amount FROM credits_transfer
    ), moved AS (
        SELECT account.id, account.kind, account.balance, coalesce(sum(side.amount), 0) AS total
            FROM credits_account account LEFT JOIN side ON side.account_id = account.id
            GROUP BY account.id
    )
"""

CHECKS = (
    Check(
        "Account {id} ({kind}): the balance is {balance}, but its transfers add up to {total}.",
        "SELECT * FROM moved WHERE balance <> total ORDER BY id",
        given=MOVED,
    ),
    Check(
        "All accounts together: {total} instead of 0.",
        # What people have is their balances; what the platform has is the sum of its transfers.
        "SELECT * FROM (SELECT sum(coalesce(balance, total)) AS total FROM moved) every WHERE total <> 0",
        given=MOVED,
    ),
    Check(
        "Account {id} ({kind}): the balance {balance} is negative.",
        "SELECT id, kind, balance FROM credits_account WHERE balance < 0 ORDER BY id",
    ),
    Check(
        "Transfer {id}: the amount {amount} is not positive.",
        "SELECT id, amount FROM credits_transfer WHERE amount <= 0 ORDER BY id",
    ),
    Check(
        "Posting {id} ({key}): there is no transfer.",
        "SELECT id, key FROM credits_posting posting WHERE NOT EXISTS ("
        " SELECT FROM credits_transfer WHERE posting_id = posting.id) ORDER BY id",
    ),
)


def differences() -> list[str]:
    """Return a sentence for each thing that is wrong in the books; none as a rule."""
    return [difference for check in CHECKS for difference in check.differences()]


def counts() -> dict[str, int]:
    """Return how much there is to check."""
    return {
        "accounts": Account.objects.count(),
        "postings": Posting.objects.count(),
        "transfers": Transfer.objects.count(),
    }
