"""The same view, but finding the counterparty by numbers instead of looking through all accounts."""

from django.db import migrations

BODY = """
CREATE OR REPLACE VIEW credits_movement AS
WITH net AS (
    SELECT posting_id, owner_id, sum(amount)::bigint AS amount FROM (
        SELECT t.posting_id, account.owner_id, -t.amount AS amount
            FROM credits_transfer t JOIN credits_account account ON account.id = t.source_id
            WHERE account.owner_id IS NOT NULL
        UNION ALL
        SELECT t.posting_id, account.owner_id, t.amount
            FROM credits_transfer t JOIN credits_account account ON account.id = t.target_id
            WHERE account.owner_id IS NOT NULL
    ) AS side GROUP BY posting_id, owner_id HAVING sum(amount) <> 0
), running AS (
    SELECT posting_id, owner_id, amount,
        sum(amount) OVER (PARTITION BY owner_id ORDER BY posting_id)::bigint AS owned_after
        FROM net
)
SELECT posting_id, owner_id, amount, owned_after,
    ({counterparty}) AS counterparty_id
    FROM running
"""

BY_NUMBER = """
    SELECT coalesce(nullif(source.owner_id, running.owner_id), nullif(target.owner_id, running.owner_id))
        FROM credits_transfer t
        JOIN credits_account source ON source.id = t.source_id
        JOIN credits_account target ON target.id = t.target_id
        WHERE t.posting_id = running.posting_id
            AND (source.owner_id <> running.owner_id OR target.owner_id <> running.owner_id)
        LIMIT 1
"""

BEFORE = """
    SELECT other.owner_id FROM credits_transfer t
        JOIN credits_account other ON other.id IN (t.source_id, t.target_id)
        WHERE t.posting_id = running.posting_id AND other.owner_id <> running.owner_id LIMIT 1
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0003_movement")]
    operations = [
        migrations.RunSQL(BODY.format(counterparty=BY_NUMBER), BODY.format(counterparty=BEFORE)),
    ]
