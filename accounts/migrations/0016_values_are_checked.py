"""The rows that were there before the constraints of 0015 obey them, too: looked at without holding anybody up."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_values_of_operators'),
    ]

    operations = [
        ValidateConstraint(model_name='expertise', name='accounts_expertise_address_is_a_slug'),
        ValidateConstraint(model_name='expertprofile', name='accounts_known_languages'),
        ValidateConstraint(model_name='user', name='accounts_known_language'),
        ValidateConstraint(model_name='user', name='accounts_time_zone_is_a_name'),
    ]
