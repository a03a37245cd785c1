"""Finding one's own meeting: strangers get 404, signed in or not.

The page that says so offers signing in to those who are not, and leads back: a party comes in from a mail.
"""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.people import person_of
from meetings.lifecycle.transitions import Transition, row_for
from meetings.models import Meeting
from meetings.vocabulary import Action, Role

WITH_PEOPLE = ("student", "expert", "service__kind", "service__expert", "skill__expertise")


def own_meeting(request: HttpRequest, pk: int) -> tuple[Meeting, Role]:
    """Return the person's meeting and their role in it; a meeting of others does not exist for them."""
    if not request.user.is_authenticated:
        raise Http404
    person = person_of(request)
    meeting = get_object_or_404(Meeting.objects.of(person).select_related(*WITH_PEOPLE), pk=pk)
    role = meeting.role_of(person)
    if role is None:
        raise Http404
    return meeting, role


def action_row(action: str, role: Role) -> Transition:
    """Return the row that an address names, for this role."""
    if action not in Action.values or action in NOT_BY_FORM:
        raise Http404
    row = row_for(Action(action), role)
    if row is None:
        raise Http404
    return row


# Suggesting and joining have pages of their own.
NOT_BY_FORM = (Action.SUGGEST, Action.JOIN)
