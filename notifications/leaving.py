"""Erasing what these tables hold of a person who leaves."""

from django.db.models import JSONField, Value
from django.db.models.expressions import CombinedExpression, F

from accounts.models import User
from notifications.models import Notification

# The one fact that can be somebody's own words; chosen reasons are kept as an object with their names.
TYPED = "reason"


def erase(person: User) -> None:
    """Delete what the person was told, sent or not, and the words in what others were told of them."""
    Notification.objects.filter(recipient=person).delete()
    worded = Notification.objects.filter(about=person, facts__has_key=TYPED)
    worded.filter(facts__reason__regex=".").update(
        facts=CombinedExpression(F("facts"), "||", Value({TYPED: None}, output_field=JSONField()))
    )
