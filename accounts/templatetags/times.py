"""How templates write times."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.times.formats import lasted, written, written_date, written_day
from accounts.times.zones import city, in_words

register = template.Library()
register.filter("lasted", lasted)
register.filter("calendar_day", written_date)
register.filter("zone", in_words)
register.filter("city", city)


@register.filter
def when(instant: datetime) -> SafeString:
    """Write an instant in the reader's zone, with the zone's name."""
    return format_html('<time datetime="{}">{}</time>', instant.isoformat(), written(instant))


@register.filter
def when_for(instant: datetime, person: User) -> SafeString:
    """Write an instant on another person's clock, with the name of that zone."""
    return format_html('<time datetime="{}">{}</time>', instant.isoformat(), written(instant, person.zone))


@register.filter
def day(instant: datetime) -> SafeString:
    """Write the date of an instant in the reader's zone."""
    return format_html('<time datetime="{}">{}</time>', instant.isoformat(), written_day(instant))
