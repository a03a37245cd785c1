"""The operators' page about the jobs: to see when each ran, and to pause it. What there is, the code says."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.admin_changes import in_history
from accounts.admin_pages import ModelAdmin
from accounts.admin_times import WrittenList

# Their own pages let people rewrite jobs, and rely on scripts that the content security policy stops.
admin.site.unregister([PeriodicTask, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule])


@admin.register(PeriodicTask)
class JobAdmin(WrittenList, ModelAdmin):
    """A job of ours; paused ones stay paused when a new version starts."""

    list_display = ("title", "enabled", "scheduler", "last_run_at")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)
    fields = ("title", "task", "scheduler", "enabled", "last_run_at", "total_run_count")
    readonly_fields = ("title", "task", "scheduler", "last_run_at", "total_run_count")
    actions = ("pause", "resume")

    @admin.display(description=gettext_lazy("job"), ordering="name")
    def title(self, job: PeriodicTask) -> str:
        """Name the job in the reader's language; in the table it has the name of the schedule."""
        return _(job.name)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let only the code add jobs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PeriodicTask | None = None) -> bool:
        """Let only `manage.py prepare` remove those that the code no longer names."""
        return False

    @admin.action(description=gettext_lazy("Pause the selected jobs"), permissions=["change"])
    def pause(self, request: HttpRequest, jobs: "QuerySet[PeriodicTask]") -> None:
        """Let the clock pass these by."""
        self._set_enabled(request, jobs.filter(enabled=True), enabled=False)

    @admin.action(description=gettext_lazy("Resume the selected jobs"), permissions=["change"])
    def resume(self, request: HttpRequest, jobs: "QuerySet[PeriodicTask]") -> None:
        """Let them run again; each finds what is due by then."""
        self._set_enabled(request, jobs.filter(enabled=False), enabled=True)

    def _set_enabled(self, request: HttpRequest, jobs: "QuerySet[PeriodicTask]", *, enabled: bool) -> None:
        for job in jobs:
            job.enabled = enabled
            job.save(update_fields=["enabled", "date_changed"])  # which tells the clock
            done, states = (_("Resumed") if enabled else _("Paused")), (_("paused"), _("runs"))
            before, after = states if enabled else reversed(states)
            self.log_change(request, job, in_history(done, before=before, after=after))
            words = _("“%(job)s” runs again.") if enabled else _("“%(job)s” is paused.")
            messages.success(request, words % {"job": _(job.name)})
