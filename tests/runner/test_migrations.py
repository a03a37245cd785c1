"""Migrations that would lock the site, or break the code of before, are named by `run.py check`."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from accounts.models import User
from runner.migrations import BASELINE, after_baseline, problems

pytestmark = pytest.mark.django_db

INDEX = models.Index(fields=["company"], name="by_company")
POSITIVE = models.CheckConstraint(condition=Q(photo__gt=0), name="positive")


def broken_rules(*operations: Operation, **what: Any) -> list[str]:
    """Return the rules that a migration of accounts with these operations breaks."""
    loader = MigrationLoader(connection)
    before = ("accounts", BASELINE["accounts"])
    migration = type("Migration", (migrations.Migration,), {"operations": list(operations), **what})(
        "9999_tried", "accounts"
    )
    loader.graph.add_node(("accounts", "9999_tried"), migration)
    loader.graph.add_dependency(migration, ("accounts", "9999_tried"), before)
    return sorted({problem.rule for problem in problems(loader, migration)})


BAD = {
    "a column goes": (migrations.RemoveField("user", "language"), ["ban-drop-column"]),
    "a table goes": (migrations.DeleteModel("Photo"), ["ban-drop-table"]),
    "a column is renamed": (migrations.RenameField("user", "language", "tongue"), ["renaming-column"]),
    "a table is renamed": (migrations.RenameModel("Photo", "Picture"), ["renaming-table"]),
    "older code cannot fill a column": (
        migrations.AddField("user", "age", models.IntegerField(default=1)),
        ["ban-drop-default"],
    ),
    "older code must fill a column": (
        migrations.RunSQL("ALTER TABLE accounts_user ADD age int NOT NULL", ""),
        ["adding-required-field"],
    ),
    "a type changes": (
        migrations.AlterField("user", "language", models.CharField(max_length=9)),
        ["changing-column-type"],
    ),
    "a column becomes needed": (
        migrations.RunSQL("ALTER TABLE accounts_user ALTER deleted_at SET NOT NULL", ""),
        ["adding-not-nullable-field"],
    ),
    "an index is made while nobody may write": (
        migrations.AddIndex("expertprofile", INDEX),
        ["require-concurrent-index-creation"],
    ),
    "a constraint is looked into": (
        migrations.AddConstraint("user", POSITIVE),
        ["constraint-missing-not-valid"],
    ),
    "there is no way back": (migrations.RunPython(lambda _apps, _schema: None), ["irreversible"]),
    "nor in SQL": (migrations.RunSQL("SELECT 1"), ["irreversible"]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_site_does_not_bear_is_named(name: str) -> None:
    operation, rules = BAD[name]
    assert set(rules) <= set(broken_rules(operation))


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("user", "age", models.IntegerField(null=True))],
        [migrations.AddField("user", "age", models.IntegerField(db_default=1))],
        [
            migrations.CreateModel(
                "Pet",
                [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField(db_index=True))],
            )
        ],
        [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)],
        [migrations.AlterField("user", "language", models.CharField("tongue", max_length=7, default="en"))],
    ],
)
def test_what_it_bears_passes(operations: list[Operation]) -> None:
    assert broken_rules(*operations) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_made_beside_others_passes() -> None:
    assert broken_rules(AddIndexConcurrently("expertprofile", INDEX), atomic=False) == []


def test_a_constraint_is_added_unseen_and_looked_into_by_the_next_migration() -> None:
    assert broken_rules(AddConstraintNotValid("user", POSITIVE)) == []
    validate = "ALTER TABLE accounts_user VALIDATE CONSTRAINT positive"
    assert broken_rules(migrations.RunSQL(validate, "")) == []


def test_a_reason_lets_it_pass_and_only_that() -> None:
    operations = [migrations.RemoveField("user", "language"), migrations.RunSQL("SELECT 1")]
    allowed = {"ban-drop-column": "Release 1.4 stopped using it."}
    assert broken_rules(*operations, allowed=allowed) == ["irreversible"]
    assert broken_rules(*operations, allowed={"ban-drop-column": ""}) == ["ban-drop-column", "irreversible"]


def test_only_what_came_after_the_baseline_is_looked_at() -> None:
    loader = MigrationLoader(connection)
    for migration in after_baseline(loader):
        assert migration.name > BASELINE[migration.app_label]
    assert User._meta.app_label in BASELINE
