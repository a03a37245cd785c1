"""What meetings are called where only their numbers are known, such as in the books."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.times.formats import written
from meetings.models import Meeting


def names_for(person: User, numbers: Sequence[str]) -> dict[str, str]:
    """Return the names of those meetings in which the person is a party, by number."""
    own = Meeting.objects.of(person).filter(pk__in=numbers).select_related("student", "expert", "skill")
    return {str(meeting.pk): _name(meeting, person) for meeting in own}


def _name(meeting: Meeting, person: User) -> str:
    other = meeting.expert if meeting.student == person else meeting.student
    return _("%(skill)s with %(name)s, %(start)s") % {
        "skill": meeting.skill,
        "name": other.name,
        "start": written(meeting.starts_at),
    }
