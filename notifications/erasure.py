"""Erasing what these tables hold of a person who leaves."""

from django.db.models import F, Func, JSONField, Q, TextField, Value
from django.db.models.expressions import CombinedExpression

from accounts.models import User
from notifications.models import AccountMail, Notification

# The one fact that can be somebody's own words; chosen reasons are kept as an object with their names.
TYPED = "reason"


def erase(person: User) -> None:
    """Delete what the person was told, sent or not, and the words in what others were told of them."""
    AccountMail.objects.filter(Q(person=person) | Q(address=person.email)).delete()
    Notification.objects.filter(recipient=person).delete()
    told = Notification.objects.filter(about=person, facts__has_key=TYPED)
    worded = told.annotate(sort=Func(F(f"facts__{TYPED}"), function="jsonb_typeof", output_field=TextField()))
    nothing = Value({TYPED: None}, output_field=JSONField())
    worded.filter(sort="string").update(facts=CombinedExpression(F("facts"), "||", nothing))
