"""The lifecycle: one row per action and role (spec: Actions, Cancelling, Time passing, After the meeting).

Pages, forms, admin actions, jobs, the diagram in the docs and the tests read these rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from meetings.action import Ask, Effect, Guard, Step
from meetings.lifecycle import effects as do
from meetings.lifecycle import evaluation
from meetings.lifecycle import guards as g
from meetings.notices import kinds as notices
from meetings.notices.kinds import Notice
from meetings.vocabulary import Action as A
from meetings.vocabulary import EventKind as E
from meetings.vocabulary import Outcome, Role, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

USER, EXPERT, OPERATOR, CLOCK = Role.USER, Role.EXPERT, Role.OPERATOR, Role.CLOCK
AWAITING, AGREED, REJECTED, CANCELLED = Status.AWAITING, Status.AGREED, Status.REJECTED, Status.CANCELLED
EXPIRED, UNDER_REVIEW, HELD, NOT_HELD = Status.EXPIRED, Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD

NEW: tuple[Status, ...] = ()

# What is said to who took an action (`done`), with the name of the other and the status as it is then.
STATUS_IS = _("Done: the meeting is “%(status)s” now.")
DATE_SUGGESTED = _("Done: your date is suggested. %(other)s is told and can confirm or reject it.")
DATE_MOVED = _("Done: the meeting takes place on the new date. %(other)s is told.")
DATE_REJECTED = _("Done: the alternative date is rejected. %(other)s is told.")
DATE_WITHDRAWN = _("Done: your alternative date is withdrawn. %(other)s is told.")
ANSWER_SAVED = _("Your answer is saved.")
REVIEW_SAVED = _("Your review is saved.")


@dataclass(frozen=True, slots=True)
class Transition:
    """One action of one role.

    `sources`: the statuses it starts from (none for a new meeting); `target`: the status it leads to (None
    stays). `guards` say whether it is open, `asks` what must be typed. `events` go to the timeline in this
    order, `notices` to people. `follows` names the actions that the same click carries out next. `quiet`
    actions leave the revision as it is. `instead` is the action under the same button when this is closed.
    `done` is said on the page to who took it.
    """

    action: A
    by: Role
    sources: tuple[Status, ...]
    target: Status | None
    guards: tuple[Guard, ...] = ()
    asks: tuple[Ask, ...] = ()
    effects: tuple[Effect, ...] = ()
    events: tuple[E, ...] = ()
    notices: tuple[Notice, ...] = ()
    follows: Callable[[Step], list[evaluation.Next]] | None = None
    instead: A | None = None
    quiet: bool = False
    done: "StrPromise | str" = ""


TRANSITIONS = (
    # --- Suggesting and answering -------------------------------------------------------------
    Transition(
        A.SUGGEST, USER, NEW, AWAITING,
        guards=(g.two_people, g.both_accounts_open, g.expert_listed),
        asks=(Ask.DATE,),
        effects=(do.block_price,),
        events=(E.SUGGESTED_BY_USER, E.APPROVED_BY_USER),
        notices=(notices.SUGGESTED_BY_USER,),
    ),
    Transition(
        A.SUGGEST, EXPERT, NEW, AWAITING,
        guards=(g.two_people, g.both_accounts_open, g.expert_approved, g.know_each_other),
        asks=(Ask.DATE,),
        events=(E.SUGGESTED_BY_EXPERT, E.APPROVED_BY_EXPERT),
        notices=(notices.SUGGESTED_BY_EXPERT,),
    ),
    Transition(
        A.CONFIRM, USER, (AWAITING,), AGREED,
        guards=(g.not_started, g.own_approval_missing, g.expert_approved),
        asks=(Ask.OVERLAP,),
        effects=(do.agree, do.block_price),
        events=(E.APPROVED_BY_USER,),
        notices=(notices.CONFIRMED_BY_USER, notices.CALENDAR_AGREED),
        done=STATUS_IS,
    ),
    Transition(
        A.CONFIRM, EXPERT, (AWAITING,), AGREED,
        guards=(g.not_started, g.own_approval_missing, g.expert_approved),
        asks=(Ask.OVERLAP,),
        effects=(do.agree,),
        events=(E.APPROVED_BY_EXPERT,),
        notices=(notices.CONFIRMED_BY_EXPERT, notices.CALENDAR_AGREED),
        done=STATUS_IS,
    ),
    Transition(
        A.COUNTER, EXPERT, (AWAITING,), REJECTED,
        guards=(g.not_started, g.own_approval_missing, g.expert_approved),
        asks=(Ask.REASON, Ask.DATE),
        effects=(do.withdraw_agreement, do.release_price, do.set_alternative),
        events=(E.REJECTED_BY_EXPERT, E.ALTERNATIVE_BY_EXPERT, E.APPROVED_BY_EXPERT),
        notices=(notices.COUNTERED_BY_EXPERT,),
        done=DATE_SUGGESTED,
    ),
    Transition(
        A.REJECT, USER, (AWAITING,), REJECTED,
        guards=(g.not_started, g.own_approval_missing),
        asks=(Ask.REASON,),
        effects=(do.withdraw_agreement, do.release_price),
        events=(E.REJECTED_BY_USER,),
        notices=(notices.REJECTED_BY_USER,),
        done=STATUS_IS,
    ),
    Transition(
        A.REJECT, EXPERT, (AWAITING,), REJECTED,
        guards=(g.not_started, g.own_approval_missing),
        asks=(Ask.REASON,),
        effects=(do.withdraw_agreement, do.release_price),
        events=(E.REJECTED_BY_EXPERT,),
        notices=(notices.REJECTED_BY_EXPERT,),
        done=STATUS_IS,
    ),
    Transition(
        A.CANCEL_REQUEST, USER, (AWAITING,), CANCELLED,
        guards=(g.not_started, g.own_approval_stands),
        effects=(do.release_price,),
        events=(E.CANCELLED_BY_USER,),
        notices=(notices.REQUEST_CANCELLED_BY_USER,),
        done=STATUS_IS,
    ),
    Transition(
        A.CANCEL_REQUEST, EXPERT, (AWAITING,), CANCELLED,
        guards=(g.not_started, g.own_approval_stands),
        effects=(do.release_price,),
        events=(E.CANCELLED_BY_EXPERT,),
        notices=(notices.REQUEST_CANCELLED_BY_EXPERT,),
        done=STATUS_IS,
    ),
    # --- Another date --------------------------------------------------------------------------
    Transition(
        A.CONFIRM_ALTERNATIVE, USER, (AGREED,), AGREED,
        guards=(g.not_started, g.others_alternative),
        asks=(Ask.OVERLAP,),
        effects=(do.adopt_alternative, do.agree),
        events=(E.REPLACEMENT_APPROVED_BY_USER,),
        notices=(notices.ALTERNATIVE_CONFIRMED_BY_USER, notices.CALENDAR_MOVED),
        done=DATE_MOVED,
    ),
    Transition(
        A.CONFIRM_ALTERNATIVE, EXPERT, (AGREED,), AGREED,
        guards=(g.not_started, g.others_alternative),
        asks=(Ask.OVERLAP,),
        effects=(do.adopt_alternative, do.agree),
        events=(E.REPLACEMENT_APPROVED_BY_EXPERT,),
        notices=(notices.ALTERNATIVE_CONFIRMED_BY_EXPERT, notices.CALENDAR_MOVED),
        done=DATE_MOVED,
    ),
    Transition(
        A.REVIVE, USER, (REJECTED,), AGREED,
        guards=(g.not_started, g.others_alternative, g.both_accounts_open, g.expert_approved),
        asks=(Ask.OVERLAP,),
        effects=(do.adopt_alternative, do.agree, do.block_price),
        events=(E.REPLACEMENT_APPROVED_BY_USER,),
        notices=(notices.ALTERNATIVE_CONFIRMED_BY_USER, notices.CALENDAR_AGREED),
        done=STATUS_IS,
    ),
    Transition(
        A.REJECT_ALTERNATIVE, USER, (AGREED, REJECTED), None,
        guards=(g.not_started, g.others_alternative),
        asks=(Ask.REASON,),
        effects=(do.drop_alternative,),
        events=(E.ALTERNATIVE_REJECTED_BY_USER,),
        notices=(notices.ALTERNATIVE_REJECTED_BY_USER,),
        done=DATE_REJECTED,
    ),
    Transition(
        A.REJECT_ALTERNATIVE, EXPERT, (AGREED,), None,
        guards=(g.not_started, g.others_alternative),
        asks=(Ask.REASON,),
        effects=(do.drop_alternative,),
        events=(E.ALTERNATIVE_REJECTED_BY_EXPERT,),
        notices=(notices.ALTERNATIVE_REJECTED_BY_EXPERT,),
        done=DATE_REJECTED,
    ),
    Transition(
        A.CANCEL_ALTERNATIVE, USER, (AGREED,), None,
        guards=(g.not_started, g.own_alternative),
        effects=(do.drop_alternative,),
        events=(E.ALTERNATIVE_CANCELLED_BY_USER,),
        notices=(notices.ALTERNATIVE_CANCELLED_BY_USER,),
        done=DATE_WITHDRAWN,
    ),
    Transition(
        A.CANCEL_ALTERNATIVE, EXPERT, (AGREED, REJECTED), None,
        guards=(g.not_started, g.own_alternative),
        effects=(do.drop_alternative,),
        events=(E.ALTERNATIVE_CANCELLED_BY_EXPERT,),
        notices=(notices.ALTERNATIVE_CANCELLED_BY_EXPERT,),
        done=DATE_WITHDRAWN,
    ),
    Transition(
        A.RESCHEDULE, USER, (AGREED,), None,
        guards=(g.not_started, g.no_open_alternative),
        asks=(Ask.DATE,),
        effects=(do.set_alternative,),
        events=(E.ALTERNATIVE_BY_USER, E.APPROVED_BY_USER),
        notices=(notices.RESCHEDULE_BY_USER,),
        done=DATE_SUGGESTED,
    ),
    Transition(
        A.RESCHEDULE, EXPERT, (AGREED,), None,
        guards=(g.not_started, g.no_open_alternative),
        asks=(Ask.DATE,),
        effects=(do.set_alternative,),
        events=(E.ALTERNATIVE_BY_EXPERT, E.APPROVED_BY_EXPERT),
        notices=(notices.RESCHEDULE_BY_EXPERT,),
        done=DATE_SUGGESTED,
    ),
    Transition(
        A.RESCHEDULE_REJECTED, USER, (REJECTED,), AWAITING,
        guards=(g.not_started, g.no_open_alternative, g.both_accounts_open, g.expert_approved),
        asks=(Ask.DATE,),
        effects=(do.move, do.approve_alone, do.block_price),
        events=(E.ALTERNATIVE_BY_USER, E.APPROVED_BY_USER),
        notices=(notices.RESCHEDULE_REJECTED_BY_USER,),
        done=STATUS_IS,
    ),
    Transition(
        A.SUGGEST_ANOTHER, EXPERT, (REJECTED,), None,
        guards=(g.not_started, g.no_open_alternative, g.both_accounts_open, g.expert_approved),
        asks=(Ask.DATE,),
        effects=(do.set_alternative,),
        events=(E.ALTERNATIVE_BY_EXPERT, E.APPROVED_BY_EXPERT),
        notices=(notices.ALTERNATIVE_BY_EXPERT,),
        done=DATE_SUGGESTED,
    ),
    # --- Cancelling what was agreed --------------------------------------------------------------
    Transition(
        A.CANCEL, USER, (AGREED,), CANCELLED,
        guards=(g.not_started, g.early),
        asks=(Ask.WORDS,),
        effects=(do.drop_alternative, do.release_price, do.close_room),
        events=(E.CANCELLED_BY_USER,),
        notices=(notices.CANCELLED_BY_USER, notices.CALENDAR_CANCELLED),
        instead=A.CANCEL_LATE,
        done=STATUS_IS,
    ),
    Transition(
        A.CANCEL_LATE, USER, (AGREED,), CANCELLED,
        guards=(g.not_started, g.late),
        asks=(Ask.WORDS, Ask.DEDUCTION),
        effects=(do.drop_alternative, do.charge_late, do.close_room),
        events=(E.CANCELLED_BY_USER, E.REIMBURSED),
        notices=(notices.CANCELLED_LATE_BY_USER, notices.CALENDAR_CANCELLED),
        done=STATUS_IS,
    ),
    Transition(
        A.CANCEL, EXPERT, (AGREED,), CANCELLED,
        guards=(g.not_started,),
        asks=(Ask.WORDS,),
        effects=(do.drop_alternative, do.release_price, do.note_lateness, do.close_room),
        events=(E.CANCELLED_BY_EXPERT,),
        notices=(notices.CANCELLED_BY_EXPERT, notices.CALENDAR_CANCELLED),
        done=STATUS_IS,
    ),
    Transition(
        A.CANCEL, OPERATOR, (AWAITING, AGREED, UNDER_REVIEW), CANCELLED,
        guards=(g.no_party,),
        asks=(Ask.WORDS,),
        effects=(do.drop_alternative, do.release_price, do.close_room),
        events=(E.CANCELLED_BY_OPERATOR,),
        notices=(notices.CANCELLED_BY_OPERATOR,),
    ),
    # --- Meeting, and saying how it went ----------------------------------------------------------
    Transition(
        A.JOIN, USER, (AGREED,), None,
        guards=(g.doors_open, g.not_yet_recorded),
        events=(E.ATTENDED_BY_USER,),
        quiet=True,
    ),
    Transition(
        A.JOIN, EXPERT, (AGREED,), None,
        guards=(g.doors_open, g.not_yet_recorded),
        events=(E.ATTENDED_BY_EXPERT,),
        quiet=True,
    ),
    Transition(
        A.RECORD, USER, (AGREED,), None,
        guards=(g.time_to_answer, g.not_answered),
        asks=(Ask.PROGRESS,),
        effects=(do.record_answer,),
        events=(E.PROGRESS_BY_USER,),
        follows=evaluation.after_answer,
        quiet=True,
        done=ANSWER_SAVED,
    ),
    Transition(
        A.RECORD, EXPERT, (AGREED,), None,
        guards=(g.time_to_answer, g.not_answered),
        asks=(Ask.PROGRESS,),
        effects=(do.record_answer,),
        events=(E.PROGRESS_BY_EXPERT,),
        follows=evaluation.after_answer,
        quiet=True,
        done=ANSWER_SAVED,
    ),
    Transition(
        A.REVIEW, USER, (HELD,), None,
        guards=(g.expert_has_not_left,),
        asks=(Ask.REVIEW,),
        effects=(do.write_review,),
        quiet=True,
        done=REVIEW_SAVED,
    ),
    # --- Time passing ---------------------------------------------------------------------------------
    Transition(
        A.EXPIRE, CLOCK, (AWAITING,), EXPIRED,
        guards=(g.start_passed,),
        effects=(do.release_price,),
        events=(E.EXPIRED,),
        notices=(notices.EXPIRED,),
    ),
    Transition(
        A.LAPSE, CLOCK, (AGREED, REJECTED), None,
        guards=(g.alternative_void,),
        effects=(do.drop_alternative,),
        events=(E.LAPSED,),
        notices=(notices.LAPSED,),
    ),
    Transition(
        A.CLOSE_BY_SILENCE, CLOCK, (AGREED,), None,
        guards=(g.silence_over,),
        effects=(do.evaluate_by_timeout,),
        follows=evaluation.after_silence,
        quiet=True,
    ),
    # --- Evaluating -------------------------------------------------------------------------------------
    Transition(
        A.FIND_HELD, CLOCK, (AGREED,), HELD,
        guards=(g.ended,),
        effects=(do.find(Outcome.HELD), do.charge_in_full, do.flag_unattended),
        events=(E.EVALUATED_AUTOMATICALLY, E.REIMBURSED),
        notices=(notices.EVALUATED_HELD,),
    ),
    Transition(
        A.FIND_USER_ABSENT, CLOCK, (AGREED,), NOT_HELD,
        guards=(g.ended,),
        effects=(do.find(Outcome.USER_ABSENT), do.charge_in_full, do.flag_unattended),
        events=(E.EVALUATED_AUTOMATICALLY, E.REIMBURSED),
        notices=(notices.EVALUATED_USER_ABSENT,),
    ),
    Transition(
        A.FIND_EXPERT_ABSENT, CLOCK, (AGREED,), NOT_HELD,
        guards=(g.ended,),
        effects=(do.find(Outcome.EXPERT_ABSENT), do.release_price),
        events=(E.EVALUATED_AUTOMATICALLY,),
        notices=(notices.EVALUATED_EXPERT_ABSENT,),
    ),
    Transition(
        A.SEND_TO_REVIEW, CLOCK, (AGREED,), UNDER_REVIEW,
        guards=(g.ended,),
        events=(E.UNDER_REVIEW,),
        notices=(notices.UNDER_REVIEW,),
    ),
    Transition(
        A.FIND_HELD, OPERATOR, (UNDER_REVIEW,), HELD,
        guards=(g.no_party,),
        asks=(Ask.WORDS,),
        effects=(do.evaluate_by_operator, do.find(Outcome.HELD), do.charge_in_full),
        events=(E.EVALUATED_BY_OPERATOR, E.REIMBURSED),
        notices=(notices.EVALUATED_HELD,),
    ),
    Transition(
        A.FIND_USER_ABSENT, OPERATOR, (UNDER_REVIEW,), NOT_HELD,
        guards=(g.no_party,),
        asks=(Ask.WORDS,),
        effects=(do.evaluate_by_operator, do.find(Outcome.USER_ABSENT), do.charge_in_full),
        events=(E.EVALUATED_BY_OPERATOR, E.REIMBURSED),
        notices=(notices.EVALUATED_USER_ABSENT,),
    ),
    Transition(
        A.FIND_EXPERT_ABSENT, OPERATOR, (UNDER_REVIEW,), NOT_HELD,
        guards=(g.no_party,),
        asks=(Ask.WORDS,),
        effects=(do.evaluate_by_operator, do.find(Outcome.EXPERT_ABSENT), do.release_price),
        events=(E.EVALUATED_BY_OPERATOR,),
        notices=(notices.EVALUATED_EXPERT_ABSENT,),
    ),
    Transition(
        A.REVERSE, OPERATOR, (HELD, NOT_HELD), NOT_HELD,
        guards=(g.no_party, g.paid_by_silence, g.user_has_not_left),
        asks=(Ask.WORDS,),
        effects=(do.give_back, do.lower_flag),
        events=(E.REVERSED,),
        notices=(notices.REVERSED,),
    ),
)  # fmt: skip

BY_ACTION = {(row.action, row.by): row for row in TRANSITIONS}


def row_for(action: A, role: Role) -> Transition | None:
    """Return the row of this action for this role, if the role can ever do it."""
    return BY_ACTION.get((action, role))
