"""The operators' page about the jobs: to see when each ran, and to pause it. What there is, the code says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, Model, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import ModelAdmin
from accounts.admin.kit.times import EMPTY, WrittenList
from accounts.templatetags.times import when
from meetings.admin.overdue_jobs import standing_still
from meetings.models import JobRun

# Their own pages let people rewrite jobs, and rely on scripts that the content security policy stops.
admin.site.unregister([PeriodicTask, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule])


RUNS = ("started_at", "finished_at", "succeeded_at", "last_failed_at", "runs", "failures")


def _of_run(name: str) -> Callable[[Any], Any]:
    """Return what writes one fact about the runs of a job."""

    @admin.display(description=JobRun._meta.get_field(name).verbose_name, ordering=f"run_{name}")  # type: ignore[union-attr]
    def written(job: Any) -> Any:
        value = getattr(job, f"run_{name}")
        return when(value) if isinstance(value, datetime) else EMPTY if value is None else value

    written.__name__ = name
    return written


COLUMNS: dict[str, Any] = {name: _of_run(name) for name in RUNS}


class StateFilter(admin.SimpleListFilter):
    """Jobs that stand still, that are paused, and all that are not."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the three."""
        return [("still", _("stands still")), ("paused", _("paused")), ("on", _("not paused"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        if self.value() == "still":
            return queryset.filter(stands_still=True)
        enabled = {"paused": False, "on": True}.get(self.value() or "")
        return queryset if enabled is None else queryset.filter(enabled=enabled)


@admin.register(PeriodicTask)
class JobAdmin(WrittenList, ModelAdmin):
    """A job of ours; paused ones stay paused when a new version starts."""

    list_display = (
        "title",
        "state",
        "scheduler",
        *(COLUMNS[name] for name in ("started_at", "succeeded_at", "last_failed_at", "failures")),
    )
    list_filter = (StateFilter,)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)
    fields = ("title", "task", "scheduler", "enabled", "state", *COLUMNS.values())
    readonly_fields = ("title", "task", "scheduler", "state", *COLUMNS.values())
    actions = ("pause", "resume")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PeriodicTask]":
        """Add what workers wrote down about the runs, and whether it stands still."""
        run = JobRun.objects.filter(task=OuterRef("task"))
        facts = {f"run_{name}": Subquery(run.values(name)) for name in RUNS}
        still = When(name__in=[each.job for each in standing_still(timezone.now())], then=True)
        jobs: QuerySet[PeriodicTask] = super().get_queryset(request)
        annotated: QuerySet[PeriodicTask] = jobs.annotate(**facts, stands_still=Case(still, default=False))
        return annotated

    @admin.display(description=gettext_lazy("job"), ordering="name")
    def title(self, job: PeriodicTask) -> str:
        """Name the job in the reader's language; in the table it has the name of the schedule."""
        return _(job.name)

    @admin.display(description=gettext_lazy("state"))
    def state(self, job: PeriodicTask) -> str:
        """Say whether it is paused or stands still."""
        if not job.enabled:
            return _("paused")
        return _("stands still") if job.stands_still else _("runs")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Expect its runs from now on, where it was paused."""
        super().save_model(request, obj, form, change)
        JobRun.objects.await_from_now(obj.task)  # type: ignore[attr-defined]

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
            JobRun.objects.await_from_now(job.task)
            done, states = (_("Resumed") if enabled else _("Paused")), (_("paused"), _("runs"))
            before, after = states if enabled else reversed(states)
            self.log_change(request, job, in_history(done, before=before, after=after))
            words = _("“%(job)s” runs again.") if enabled else _("“%(job)s” is paused.")
            messages.success(request, words % {"job": _(job.name)})
