"""Which forms have been acted upon: what makes a repeated request harmless."""

from django.conf import settings
from django.db import models


class Receipt(models.Model):
    """A form that was sent and acted upon; its key comes from the page, its digest from what was typed."""

    key = models.UUIDField(primary_key=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    meeting = models.ForeignKey("meetings.Meeting", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.key)
