"""The part of the operators' start page that is ours."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.utils import timezone

from accounts.people import person_of
from meetings.admin import desk as the_desk
from meetings.admin.overdue_jobs import standing_still
from meetings.admin.weekly_figures import last_weeks
from meetings.models import AuditRun

register = template.Library()
MAY_SEE_BOOKS, MAY_SEE_FIGURES = "meetings.view_auditrun", "meetings.view_figures"
MAY_SEE_JOBS = "django_celery_beat.view_periodictask"


@register.inclusion_tag("admin/desk.html", takes_context=True)
def desk(context: RequestContext) -> dict[str, Any]:
    """Show what stands still, what waits, the books and the weeks, as far as this operator may see them."""
    request: HttpRequest = context["request"]
    operator, now = person_of(request), timezone.now()
    charts = the_desk.charts(last_weeks(now)) if operator.has_perm(MAY_SEE_FIGURES) else []
    return {
        "csrf_token": context.get("csrf_token"),
        "standing_still": standing_still(now),
        "shows_jobs": operator.has_perm(MAY_SEE_JOBS),
        "waiting": the_desk.waiting(operator, now),
        "shows_books": operator.has_perm(MAY_SEE_BOOKS),
        "audit": AuditRun.objects.latest_run(),
        "clean_since": AuditRun.objects.clean_since(),
        "charts": charts,
        "rows": the_desk.rows(charts),
        "rooms": the_desk.rooms(context["app_list"]),
    }
