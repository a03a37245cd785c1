from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_skills_renamed_while_chosen")]

    operations = [
        migrations.AddField("user", "data_taken_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "user",
            "deleted_at",
            models.DateTimeField(editable=False, null=True, verbose_name="deleted at"),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(
                    ("deleted_at", None),
                    models.Q(("first_name", ""), ("is_active", False), ("last_name", ""), ("photo", None)),
                    _connector="OR",
                ),
                name="accounts_deleted_people_have_no_name",
            ),
        ),
    ]
