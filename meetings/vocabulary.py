"""The words of the product: stored values and, beside them, exactly what people read."""

from datetime import timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """The "Meeting status"."""

    AWAITING = "awaiting", _("Awaiting approval")
    AGREED = "agreed", _("Agreed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    UNDER_REVIEW = "under_review", _("Under review")
    HELD = "held", _("Held")
    NOT_HELD = "not_held", _("Not held")


class Payment(TextChoices):
    """The "Credit payment status"."""

    NOT_BLOCKED = "not_blocked", _("Not blocked")
    BLOCKED = "blocked", _("Blocked")
    RETURNED = "returned", _("Returned")
    REIMBURSED_CANCELLATION = "reimbursed_cancellation", _("Reimbursed cancellation")
    REIMBURSED = "reimbursed", _("Reimbursed")


# Which payment statuses each status can have; the database keeps it so.
PAYMENTS = {
    Status.AWAITING: (Payment.NOT_BLOCKED, Payment.BLOCKED),
    Status.AGREED: (Payment.BLOCKED,),
    Status.REJECTED: (Payment.NOT_BLOCKED, Payment.RETURNED),
    Status.CANCELLED: (Payment.NOT_BLOCKED, Payment.RETURNED, Payment.REIMBURSED_CANCELLATION),
    Status.EXPIRED: (Payment.NOT_BLOCKED, Payment.RETURNED),
    Status.UNDER_REVIEW: (Payment.BLOCKED,),
    Status.HELD: (Payment.REIMBURSED,),
    Status.NOT_HELD: (Payment.REIMBURSED, Payment.RETURNED),
}


class Role(TextChoices):
    """Who acts: one of the two parties, the operator, or nobody but the clock."""

    USER = "user", _("User")
    EXPERT = "expert", _("Expert")
    OPERATOR = "operator", _("Operator")
    CLOCK = "clock", _("Automatic")

    @property
    def other(self) -> "Role":
        """The other party."""
        return {Role.USER: Role.EXPERT, Role.EXPERT: Role.USER}[self]


PARTIES = (Role.USER, Role.EXPERT)


class Action(TextChoices):
    """What can be done with a meeting; the label stands on the button."""

    SUGGEST = "suggest", _("Suggest a meeting")
    CANCEL_REQUEST = "cancel-request", _("Cancel request")
    CONFIRM = "confirm", _("Confirm")
    REJECT = "reject", _("Reject")
    COUNTER = "suggest-instead", _("Suggest another date")
    CANCEL = "cancel", _("Cancel meeting")
    CANCEL_LATE = "cancel-late", _("Cancel meeting")
    RESCHEDULE = "reschedule", _("Reschedule")
    RESCHEDULE_REJECTED = "reschedule-rejected", _("Reschedule")
    SUGGEST_ANOTHER = "suggest-another", _("Suggest another date")
    CONFIRM_ALTERNATIVE = "confirm-alternative", _("Confirm alternative date")
    REVIVE = "confirm-alternative-of-rejected", _("Confirm alternative date")
    REJECT_ALTERNATIVE = "reject-alternative", _("Reject alternative date")
    CANCEL_ALTERNATIVE = "cancel-alternative", _("Cancel alternative date")
    JOIN = "join", _("Join")
    RECORD = "record", _("Record progress")
    REVIEW = "review", _("Review")
    EXPIRE = "expire", _("Expire")
    LAPSE = "lapse", _("Let the alternative date lapse")
    CLOSE_BY_SILENCE = "close-by-silence", _("Evaluate after 168 hours")
    FIND_HELD = "find-held", _("Held")
    FIND_USER_ABSENT = "find-user-absent", _("User absent")
    FIND_EXPERT_ABSENT = "find-expert-absent", _("Expert absent")
    SEND_TO_REVIEW = "send-to-review", _("Send to the operator for review")
    REVERSE = "reverse", _("Reverse the evaluation")


class EventKind(TextChoices):
    """What the timeline of a meeting says."""

    SUGGESTED_BY_USER = "suggested_by_user", _("Meeting suggested by user")
    SUGGESTED_BY_EXPERT = "suggested_by_expert", _("Meeting suggested by expert")
    APPROVED_BY_USER = "approved_by_user", _("Approved by user")
    APPROVED_BY_EXPERT = "approved_by_expert", _("Approved by expert")
    CANCELLED_BY_USER = "cancelled_by_user", _("Cancelled by user")
    CANCELLED_BY_EXPERT = "cancelled_by_expert", _("Cancelled by expert")
    CANCELLED_BY_OPERATOR = "cancelled_by_operator", _("Cancelled by operator")
    REJECTED_BY_USER = "rejected_by_user", _("Rejected by user")
    REJECTED_BY_EXPERT = "rejected_by_expert", _("Rejected by expert")
    ALTERNATIVE_BY_USER = "alternative_by_user", _("Alternative date selected by user")
    ALTERNATIVE_BY_EXPERT = "alternative_by_expert", _("Alternative date selected by expert")
    REPLACEMENT_APPROVED_BY_USER = (
        "replacement_approved_by_user",
        _("Approval of replacement date by user"),
    )
    REPLACEMENT_APPROVED_BY_EXPERT = (
        "replacement_approved_by_expert",
        _("Approval of replacement date by expert"),
    )
    ALTERNATIVE_REJECTED_BY_USER = "alternative_rejected_by_user", _("Rejected alternate date by user")
    ALTERNATIVE_REJECTED_BY_EXPERT = "alternative_rejected_by_expert", _("Rejected alternate date by expert")
    ALTERNATIVE_CANCELLED_BY_USER = (
        "alternative_cancelled_by_user",
        _("User canceled alternate appointment"),
    )
    ALTERNATIVE_CANCELLED_BY_EXPERT = (
        "alternative_cancelled_by_expert",
        _("Expert canceled alternate appointment"),
    )
    ATTENDED_BY_USER = "attended_by_user", _("User attended meeting recorded")
    ATTENDED_BY_EXPERT = "attended_by_expert", _("Expert attended meeting recorded")
    PROGRESS_BY_USER = "progress_by_user", _("Meeting progress recorded by user")
    PROGRESS_BY_EXPERT = "progress_by_expert", _("Meeting progress recorded by expert")
    EVALUATED_AUTOMATICALLY = "evaluated_automatically", _("Meeting evaluated automatically")
    EVALUATED_BY_OPERATOR = "evaluated_by_operator", _("Meeting evaluated by operator")
    REIMBURSED = "reimbursed", _("Appointment reimbursed to expert")
    EXPIRED = "expired", _("Expired without approval")
    LAPSED = "lapsed", _("Alternative date lapsed")
    UNDER_REVIEW = "under_review", _("Sent to the operator for review")
    REVERSED = "reversed", _("Evaluation reversed by operator")


ATTENDANCE = {Role.USER: EventKind.ATTENDED_BY_USER, Role.EXPERT: EventKind.ATTENDED_BY_EXPERT}


class Progress(TextChoices):
    """How a party says the meeting went."""

    SMOOTH = "smooth", _("Meeting went smoothly")
    MY_FAULT = "my_fault", _("Meeting didn't take place because of me (absence, technical problems)")
    OTHERS_FAULT = "others_fault", _("Meeting didn't take place because of the other party")


class Outcome(TextChoices):
    """What an evaluation finds."""

    HELD = "held", _("Held")
    USER_ABSENT = "user_absent", _("User absent")
    EXPERT_ABSENT = "expert_absent", _("Expert absent")
    REVIEW = "review", _("Under review")


class Evaluation(TextChoices):
    """What an evaluation was made from."""

    ANSWERS = "answers", _("Answers of the parties")
    SILENCE = "silence", _("168 hours without all answers")
    OPERATOR = "operator", _("Decision of the operator")


# When people are let in before the start, and until when they may come back after the end.
OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=15), timedelta(minutes=60)


class Seen(StrEnum):
    """What was seen of a participant: coming in, going out, or being inside."""

    IN = "in"
    OUT = "out"
    INSIDE = "inside"
