"""Everybody signs in anew: sessions begun before they were listed could not be ended by their owners.

Nor would they be ended when a second factor is set up, so that they would pass for having shown it.
"""

from django.db import migrations


def sign_out_everybody(apps, _schema):
    apps.get_model("sessions", "Session").objects.all().delete()
    apps.get_model("usersessions", "UserSession").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_the_desks_filters"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(sign_out_everybody, migrations.RunPython.noop)]
