"""What operators may do: three roles, each a group of rights. Who has none looks at an empty desk."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet

LOOKED_AT = (
    "accounts.expertise",
    "accounts.expertprofile",
    "accounts.service",
    "accounts.servicekind",
    "accounts.skill",
    "accounts.user",
    "meetings.answer",
    "meetings.event",
    "meetings.meeting",
    "meetings.reason",
    "meetings.reminder",
    "meetings.review",
    "meetings.terms",
    "meetings.videoroom",
    "notifications.accountmail",
    "notifications.notification",
)
BOOKS = ("credits.account", "credits.posting", "credits.transfer", "meetings.auditrun")


@dataclass(frozen=True, slots=True)
class OperatorRole:
    """A role: the tables it looks at, and the rights it has beyond looking, as Django names them."""

    name: str
    looks_at: tuple[str, ...]
    rights: tuple[str, ...]

    def permissions(self) -> "QuerySet[Permission]":
        """Return all its rights."""
        wanted = [_to_look_at(table) for table in self.looks_at] + list(self.rights)
        either = Q(pk=None)
        for right in wanted:
            app, codename = right.split(".")
            either |= Q(content_type__app_label=app, codename=codename)
        return Permission.objects.filter(either)


SUPPORT = OperatorRole(
    "Support",
    looks_at=(*LOOKED_AT, *BOOKS),
    rights=(
        "meetings.change_meeting",  # decides disputes, cancels, reverses
        "meetings.change_videoroom",  # tries again, puts in a link
        "notifications.change_accountmail",  # sends again
        "notifications.change_notification",  # sends again
        "accounts.change_expertprofile",  # approves
        "accounts.change_service",
    ),
)
FINANCE = OperatorRole(
    "Finance",
    looks_at=(*LOOKED_AT, *BOOKS),
    rights=(
        "credits.add_posting",  # grants, records payouts
        "meetings.view_figures",
    ),
)
ADMINISTRATION = OperatorRole(
    "Administration",
    looks_at=(*LOOKED_AT, *BOOKS, "django_celery_beat.periodictask", "admin.logentry"),
    rights=(
        *SUPPORT.rights,
        "accounts.change_user",  # blocks
        "django_celery_beat.change_periodictask",  # pauses
        "meetings.view_figures",
        "meetings.add_terms",
        *(
            f"{app}.{may}_{table}"
            for app, table in (
                ("accounts", "expertise"),
                ("accounts", "skill"),
                ("accounts", "servicekind"),
                ("meetings", "reason"),
            )
            for may in ("add", "change", "delete")
        ),
    ),
)
ROLES = (SUPPORT, FINANCE, ADMINISTRATION)


@transaction.atomic
def fill() -> int:
    """Bring the groups to what the code says, and return how many there are. People in them stay."""
    for role in ROLES:
        group, _is_new = Group.objects.get_or_create(name=role.name)
        group.permissions.set(role.permissions())
    return len(ROLES)


def _to_look_at(table: str) -> str:
    app, model = table.split(".")
    return f"{app}.view_{model}"
