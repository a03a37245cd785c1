"""Everybody who has an account so far may go on signing in: their addresses count as confirmed."""

from django.db import migrations


def confirm(apps, _schema):
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    known = EmailAddress.objects.values("user")
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(user_id=pk, email=email.lower(), verified=True, primary=True)
            for pk, email in User.objects.filter(deleted_at=None).exclude(pk__in=known).values_list("pk", "email").iterator()
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )
    EmailAddress.objects.filter(primary=True).update(verified=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_calendar_address"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
