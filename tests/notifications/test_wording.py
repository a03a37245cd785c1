"""Every kind of notification, told on the real road, is fit to read for its recipient."""

import pytest

from accounts.times.formats import as_user
from meetings.vocabulary import Action, Role
from notifications import wording
from notifications.kinds import all_kinds
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import (
    act,
    agreed,
    suggest,
)

pytestmark = pytest.mark.django_db


def test_every_kind_is_told_and_reads_well(everything_told: list[Notification]) -> None:
    assert {note.kind for note in everything_told} == set(all_kinds())
    for note in everything_told:
        with as_user(note.recipient):
            words = [wording.title(note), wording.text(note), wording.button(note)]
        assert all(words), note.kind
        assert words[0] != words[1], note.kind
        for word in words:
            assert not set("{}%") & set(word), (note.kind, word)
            assert "None" not in word, (note.kind, word)
            assert "unknown" not in word, (note.kind, word)
        reason = wording.fact(note, "reason") if "reason" in note.facts else "."
        assert wording.text(note).endswith((".", "!", reason)), note.kind


def test_everyone_reads_their_own_clock_and_of_the_other_person() -> None:
    meeting = suggest(student=PersonFactory.create(credits=100, time_zone="America/New_York"))
    meeting.expert.time_zone = "Asia/Kathmandu"
    meeting.expert.save()
    act(meeting, Action.CANCEL, Role.OPERATOR, words="Twice booked")
    read = {}
    for note in Notification.objects.filter(kind="canceled_by_operator"):
        with as_user(note.recipient):
            read[note.recipient] = wording.text(note)
    words = (
        "The operator cancelled the meeting with {other} about Valuation on {when}. "
        "30 credits went back to the user. Reason: Twice booked"
    )
    assert read == {
        meeting.student: words.format(other=meeting.expert.name, when="Fri 27.11.2026 04:00 (New York)"),
        meeting.expert: words.format(other=meeting.student.name, when="Fri 27.11.2026 14:45 (Kathmandu)"),
    }


def test_what_people_typed_is_no_placeholder() -> None:
    meeting = agreed()
    act(meeting, Action.CANCEL, Role.EXPERT, words="{other} {0} 100 % %(x)s")
    note = Notification.objects.get(kind="canceled_by_expert")
    assert wording.text(note).endswith("Reason: {other} {0} 100 % %(x)s")


@pytest.mark.parametrize(("amount", "words"), [(0, "0 credits"), (1, "1 credit"), (15, "15 credits")])
def test_amounts_carry_their_unit(amount: int, words: str) -> None:
    assert wording.credits_in_words(amount) == words


def test_kinds_have_names_of_their_own() -> None:
    kinds = all_kinds()
    assert {name: kind.name for name, kind in kinds.items()} == {name: name for name in kinds}
