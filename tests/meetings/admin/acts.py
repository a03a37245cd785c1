"""What operators do on pages of their own."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import ExpertProfile
from meetings.models import Meeting, VideoRoom
from meetings.vocabulary import Action, Status

OF_TABLES = ("changelist", "add", "history", "delete", "change")


@dataclass(frozen=True)
class Act:
    """An address that does something: its name, what it is called with, and how it is asked for."""

    name: str
    arguments: tuple[Any, ...] = ()
    query: str = ""
    method: str = "get"

    @property
    def address(self) -> str:
        return reverse(f"admin:{self.name}", args=self.arguments) + self.query


def all_acts() -> dict[str, Act]:
    """Return what operators do on pages of their own, by the words of the manual."""
    review = Meeting.objects.filter(status=Status.UNDER_REVIEW).earliest("pk")
    person, room = review.student, VideoRoom.objects.earliest("pk")
    expert = ExpertProfile.objects.earliest("pk")
    decide = Act("meetings_meeting_decide", (review.pk, Action.FIND_HELD.value))
    return {
        "Decide a dispute, cancel a meeting, reverse an evaluation": decide,
        "Let an evaluation by silence stand": Act("meetings_meeting_let_stand", (review.pk,)),
        "Withdraw the approval of an expert": Act(
            "accounts_expertprofile_withdraw", query=f"?experts={expert.pk}"
        ),
        "Put in a link for a video room": Act("meetings_videoroom_link", (room.pk,)),
        "Ask how the video platform is": Act("meetings_videoroom_check", method="post"),
        "Have the books checked": Act("meetings_auditrun_check", method="post"),
        "Grant credits": Act("credits_account_grant", (person.pk,)),
        "Record a payout": Act("credits_account_payout", (person.pk,)),
        "Grant or pay out to many at once": Act("credits_account_batch"),
        "Look at the statement of a person": Act("credits_account_statement", (person.pk,)),
        "Take the statement of a person as a file": Act("credits_account_statement_csv", (person.pk,)),
        "Block a person": Act("accounts_user_block", query=f"?people={person.pk}"),
        "Unblock a person": Act("accounts_user_unblock", query=f"?people={person.pk}"),
        "Remove the second factor of a person": Act("accounts_user_remove-second-factor", (person.pk,)),
        "Remove the photo of a person": Act("accounts_user_remove-photo", (person.pk,)),
    }
