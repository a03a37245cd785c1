"""Whether the site goes on while a migration runs, with older and newer code: python -m runner.migrations.

Squawk reads what Postgres is told: it knows what locks a table for long and what older code cannot bear. What
came before the first release is not looked at. A migration that breaks a rule for a good reason says so:

    class Migration(migrations.Migration):
        allowed = {"ban-drop-column": "Release 1.4 stopped using it."}
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import django
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader

from runner.places import VENV

# The last migration of each app that nobody's site had to live through.
BASELINE = {
    "accounts": "0014_sign_in_anew",
    "credits": "0007_quick_lists",
    "meetings": "0008_quick_lists",
    "notifications": "0006_quick_lists",
}
OLDEST_POSTGRES = "15"
# About taste, or set by `manage.py migrate` for all (how long to wait for locks).
NOT_ASKED = (
    "ban-char-field",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "require-lock-timeout",
    "require-statement-timeout",
)
SAFELY = "docs/operations.md tells how to change tables safely."


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a migration breaks."""

    migration: str
    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}: {self.words}"


def main() -> int:
    """Name the problems of all migrations after the baseline; return 1 when there is one."""
    django.setup()
    loader = MigrationLoader(connections[DEFAULT_DB_ALIAS])
    looked_at = list(after_baseline(loader))
    found = [problem for migration in looked_at for problem in problems(loader, migration)]
    print("\n".join([*map(str, found), SAFELY] if found else [f"Migrations looked at: {len(looked_at)}."]))
    return 1 if found else 0


def after_baseline(loader: MigrationLoader) -> Iterator[Migration]:
    """Yield our migrations that came after the baseline."""
    graph = loader.graph
    before = {key for app, name in BASELINE.items() for key in graph.forwards_plan((app, name))}
    yield from (graph.nodes[key] for key in sorted(graph.nodes) if key[0] in BASELINE and key not in before)


def problems(loader: MigrationLoader, migration: Migration) -> list[Problem]:
    """Return the rules that a migration breaks and does not say why."""
    allowed = getattr(migration, "allowed", {})
    found = [*_of_sql(loader, migration), *_of_operations(migration)]
    return [problem for problem in found if not allowed.get(problem.rule)]


def _of_sql(loader: MigrationLoader, migration: Migration) -> Iterator[Problem]:
    told = "\n".join(loader.collect_sql([(migration, False)]))
    told = f"BEGIN;\n{told}\nCOMMIT;\n" if migration.atomic else told
    how = ("--reporter", "json", "--pg-version", OLDEST_POSTGRES, "--exclude", ",".join(NOT_ASKED))
    done = subprocess.run(
        [VENV / "bin" / "squawk", *how], input=told, check=False, capture_output=True, text=True
    )
    if done.returncode and not done.stdout:
        raise RuntimeError(done.stderr)
    for violation in json.loads(done.stdout):
        yield Problem(str(migration), violation["rule_name"], violation["message"])


def _of_operations(migration: Migration) -> Iterator[Problem]:
    """Find what cannot be taken back when the release has to be."""
    for operation in migration.operations:
        if isinstance(operation, RunPython | RunSQL) and not operation.reversible:
            yield Problem(str(migration), "irreversible", f"{operation.describe()}: there is no way back.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "expertim.settings")
    sys.exit(main())
