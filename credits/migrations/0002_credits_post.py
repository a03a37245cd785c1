"""The database function that makes one posting: lock, look, book, in one statement.

Locked are only accounts with a balance of their own (wallets and blocks), in the order of their numbers, so
that two postings never wait for each other in a circle. The posting is numbered after the locks are held:
one person's postings are numbered in the order in which they took effect.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION credits_post(
    p_key text, p_kind text, p_reference text, p_reason text, p_made_by bigint, p_made_at timestamptz,
    p_sources bigint[], p_targets bigint[], p_amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    posting bigint;
    missing bigint;
    same boolean;
BEGIN
    PERFORM 1 FROM credits_account
        WHERE id = ANY (p_sources || p_targets) AND balance IS NOT NULL
        ORDER BY id FOR UPDATE;

    INSERT INTO credits_posting (key, kind, reference, reason, made_by_id, made_at)
        VALUES (p_key, p_kind, p_reference, p_reason, p_made_by, p_made_at)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO posting;

    IF posting IS NULL THEN
        SELECT p.id, p.kind = p_kind AND p.reference = p_reference AND (
            SELECT array_agg((t.source_id, t.target_id, t.amount) ORDER BY t.source_id, t.target_id)
                FROM credits_transfer t WHERE t.posting_id = p.id
            ) IS NOT DISTINCT FROM (
            SELECT array_agg((leg.source, leg.target, leg.amount) ORDER BY leg.source, leg.target)
                FROM unnest(p_sources, p_targets, p_amounts) AS leg(source, target, amount)
            )
            INTO posting, same FROM credits_posting p WHERE p.key = p_key;
        IF NOT same THEN
            RAISE EXCEPTION 'The key % was used for another posting.', p_key USING ERRCODE = 'CR002';
        END IF;
        RETURN posting;
    END IF;

    SELECT -min(account.balance + change.amount) INTO missing
        FROM credits_changes(p_sources, p_targets, p_amounts) AS change
        JOIN credits_account account ON account.id = change.account
        WHERE account.balance + change.amount < 0;
    IF missing > 0 THEN
        RAISE EXCEPTION 'Not enough credits.' USING ERRCODE = 'CR001', DETAIL = missing::text;
    END IF;

    INSERT INTO credits_transfer (posting_id, source_id, target_id, amount)
        SELECT posting, leg.source, leg.target, leg.amount
        FROM unnest(p_sources, p_targets, p_amounts) AS leg(source, target, amount);
    UPDATE credits_account account SET balance = account.balance + change.amount
        FROM credits_changes(p_sources, p_targets, p_amounts) AS change
        WHERE account.id = change.account AND account.balance IS NOT NULL AND change.amount <> 0;

    IF p_kind IN ('release', 'charge') AND EXISTS (
        SELECT 1 FROM credits_account WHERE id = ANY (p_sources) AND kind = 'block' AND balance <> 0
    ) THEN
        RAISE EXCEPTION 'A block ends whole and once.' USING ERRCODE = 'CR003';
    END IF;
    RETURN posting;
END $$;
"""

CHANGES = """
CREATE FUNCTION credits_changes(p_sources bigint[], p_targets bigint[], p_amounts bigint[])
RETURNS TABLE (account bigint, amount bigint) LANGUAGE sql IMMUTABLE AS $$
    SELECT side.account, sum(side.amount)::bigint FROM (
        SELECT leg.source AS account, -leg.amount AS amount
            FROM unnest(p_sources, p_targets, p_amounts) AS leg(source, target, amount)
        UNION ALL
        SELECT leg.target, leg.amount
            FROM unnest(p_sources, p_targets, p_amounts) AS leg(source, target, amount)
    ) AS side GROUP BY side.account
$$;
"""

DROP = """
DROP FUNCTION credits_post(text, text, text, text, bigint, timestamptz, bigint[], bigint[], bigint[]);
DROP FUNCTION credits_changes(bigint[], bigint[], bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]
    operations = [migrations.RunSQL(CHANGES + CREATE, DROP)]
