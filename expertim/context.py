"""What every page knows about the site."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Give templates `demo`: whether this is the demonstration with its public accounts."""
    return {"demo": settings.DEMO}
