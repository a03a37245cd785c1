"""The lifecycle as a page of the docs, drawn from the rows that the workflow carries out."""

from collections.abc import Iterable

from django.utils.translation import override

from meetings.action import Ask
from meetings.lifecycle.transitions import TRANSITIONS, Transition
from meetings.notices.kinds import To
from meetings.vocabulary import Status

PAGE = """# The lifecycle of a meeting

Made from `meetings/lifecycle/transitions.py` by `python manage.py lifecycle_diagram`; change it there.

Every arrow is an action, with who takes it. Actions that lead to no other status are only in the table below.

```mermaid
stateDiagram-v2
{arrows}
```

## All actions

What is on the button stands before the name by which code and addresses call the action.

{table}
"""

FINAL = (Status.CANCELLED, Status.EXPIRED, Status.HELD, Status.NOT_HELD)
HEADS = ("action", "by", "from", "to", "asks for", "timeline", "told")
ASKED = {
    Ask.REASON: "a reason from the list",
    Ask.WORDS: "a reason in words",
    Ask.DATE: "date and time",
    Ask.OVERLAP: "acknowledging an overlap",
    Ask.DEDUCTION: "accepting the deduction",
    Ask.PROGRESS: "how it went, stars",
    Ask.REVIEW: "words about the expert",
}


def page() -> str:
    """Return the page as it should be now, in English."""
    with override("en"):
        return PAGE.format(arrows="\n".join(_lines()), table=_table(map(_row, TRANSITIONS)))


def _lines() -> Iterable[str]:
    """Name the statuses, then draw one arrow for each pair with all that leads along it."""
    yield from (f"    {status.name}: {status.label}" for status in Status)
    arrows: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in TRANSITIONS:
        for arrow in _moves(row):
            roles = arrows.setdefault(arrow, {}).setdefault(str(row.action.label), [])
            roles.append(str(row.by.label.lower()))
    for (source, target), actions in arrows.items():
        words = "<br>".join(
            f"{action} ({' or '.join(dict.fromkeys(roles))})" for action, roles in actions.items()
        )
        yield f"    {source} --> {target}: {words}"
    yield from (f"    {status.name} --> [*]" for status in FINAL)


def _moves(row: Transition) -> list[tuple[str, str]]:
    if row.target is None:
        return []
    sources = [source.name for source in row.sources] or ["[*]"]
    return [(source, row.target.name) for source in sources]


def _row(row: Transition) -> tuple[object, ...]:
    return (
        f"{row.action.label} (`{row.action.value}`)",
        row.by.label,
        _joined(source.label for source in row.sources) or "new",
        row.target.label if row.target else "stays",
        _joined(ASKED[ask] for ask in row.asks),
        _joined(f"“{event.label}”" for event in row.events),
        _joined(f"{_told(row, notice.to)}: “{notice.kind.title}”" for notice in row.notices),
    )


def _told(row: Transition, to: To) -> str:
    if to is To.BOTH:
        return "both"
    role = row.by if to is To.ACTOR else row.by.other
    return f"{role.label.lower()}, by mail" if to is To.ACTOR else str(role.label.lower())


def _joined(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))


def _table(rows: Iterable[tuple[object, ...]]) -> str:
    lines = [HEADS, tuple("---" for _head in HEADS), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)
