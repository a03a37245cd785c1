import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.languages import code_of


def read_languages(apps, _schema_editor):
    """Turn "English, German" into codes; what is no language that we know is left out."""
    for expert in apps.get_model("accounts", "ExpertProfile").objects.exclude(spoken_languages=""):
        codes = [code_of(name) for name in expert.spoken_languages.split(",")]
        expert.languages = [code for code in codes if code]
        expert.save(update_fields=["languages"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_names_in_one_line")]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="name")),
                ("content", models.BinaryField(verbose_name="content")),
            ],
            options={"verbose_name": "photo", "verbose_name_plural": "photos"},
        ),
        migrations.AddField(
            model_name="user",
            name="photo",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="person",
                to="accounts.photo",
                verbose_name="photo",
            ),
        ),
        migrations.AddField(
            model_name="expertprofile",
            name="availability",
            field=models.CharField(blank=True, max_length=200, verbose_name="usually available"),
        ),
        migrations.AddField(
            model_name="expertprofile",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=3),
                blank=True,
                default=list,
                size=None,
                verbose_name="languages",
            ),
        ),
        migrations.RunPython(read_languages, migrations.RunPython.noop),
        migrations.RemoveField(model_name="expertprofile", name="spoken_languages"),
    ]
