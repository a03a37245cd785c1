"""The view behind My account: one line per person and posting that changed what the person owns."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE VIEW credits_movement AS
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
    (SELECT other.owner_id FROM credits_transfer t
        JOIN credits_account other ON other.id IN (t.source_id, t.target_id)
        WHERE t.posting_id = running.posting_id AND other.owner_id <> running.owner_id LIMIT 1
    ) AS counterparty_id
    FROM running
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0002_credits_post"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunSQL(CREATE, "DROP VIEW credits_movement"),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("pk", models.CompositePrimaryKey("owner", "posting", blank=True, editable=False, primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("owned_after", models.BigIntegerField()),
                ("counterparty", models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="movements", to=settings.AUTH_USER_MODEL)),
                ("posting", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="credits.posting")),
            ],
            options={"db_table": "credits_movement", "ordering": ["-posting_id"], "managed": False},
        ),
    ]
