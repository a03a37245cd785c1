from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from meetings.lifecycle import diagram
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.vocabulary import Status


def table_rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| ")][2:]


def test_the_page_in_the_docs_is_up_to_date() -> None:
    call_command("lifecycle_diagram", "--check")


def test_every_row_of_the_lifecycle_has_a_row_on_the_page() -> None:
    rows = table_rows(diagram.page())
    assert len(rows) == len(TRANSITIONS)
    for row, line in zip(TRANSITIONS, rows, strict=True):
        assert f"(`{row.action.value}`) | {row.by.label} |" in line
        assert all(f"“{event.label}”" in line for event in row.events)
        assert all(str(notice.kind.title) in line for notice in row.notices)


def test_every_status_is_named_and_reached() -> None:
    page = diagram.page()
    for status in Status:
        assert f"    {status.name}: {status.label}\n" in page
        assert f"--> {status.name}:" in page


def test_an_arrow_says_who_takes_the_action() -> None:
    page = diagram.page()
    assert "    AWAITING --> AGREED: Confirm (user or expert)\n" in page
    assert "    REJECTED --> AWAITING: Reschedule (user)\n" in page
    assert "    [*] --> AWAITING: Suggest a meeting (user or expert)\n" in page


def test_check_refuses_a_stale_page_and_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lifecycle.md"
    with pytest.raises(CommandError, match=r"manage\.py lifecycle_diagram"):
        call_command("lifecycle_diagram", "--check", path=path)
    call_command("lifecycle_diagram", path=path)
    call_command("lifecycle_diagram", "--check", path=path)
    changed = (replace(TRANSITIONS[0], target=Status.AGREED), *TRANSITIONS[1:])
    monkeypatch.setattr(diagram, "TRANSITIONS", changed)
    with pytest.raises(CommandError, match=r"manage\.py lifecycle_diagram"):
        call_command("lifecycle_diagram", "--check", path=path)
