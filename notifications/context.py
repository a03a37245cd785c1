"""What the bell in the main menu shows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.models import Notification


def bell(request: HttpRequest) -> dict[str, object]:
    """Give templates `unread`: how many notifications wait, over all Expertises."""
    if not request.user.is_authenticated:
        return {}
    waiting = Notification.objects.behind_bell(request.user).unread()
    return {"unread": SimpleLazyObject(waiting.count)}
