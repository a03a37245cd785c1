"""Values that operators could type and on which the code relies: what breaks a rule is repaired, then refused."""

from zoneinfo import available_timezones

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from accounts.languages import NAMES

LANGUAGES, SITE_LANGUAGE, SITE_ZONE = ("en", "de", "cs", "sk"), "en", "UTC"
SLUG = r"^[-a-zA-Z0-9_]+$"


def repair(apps, _schema_editor):
    """Take what nobody knows for the site's; leave out languages of experts that have no name."""
    people = apps.get_model("accounts", "User").objects
    people.exclude(language__in=LANGUAGES).update(language=SITE_LANGUAGE)
    used = set(people.values_list("time_zone", flat=True).distinct())
    people.filter(time_zone__in=used - available_timezones()).update(time_zone=SITE_ZONE)
    experts = apps.get_model("accounts", "ExpertProfile").objects
    for expert in experts.exclude(languages__contained_by=[*NAMES]):
        expert.languages = [code for code in expert.languages if code in NAMES]
        expert.save(update_fields=["languages"])
    for expertise in apps.get_model("accounts", "Expertise").objects.exclude(slug__regex=SLUG):
        expertise.slug = f"expertise-{expertise.pk}"
        expertise.save(update_fields=["slug"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_sign_in_anew'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.RunPython(repair, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='user',
            name='language',
            field=models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('cs', 'Čeština'), ('sk', 'Slovenčina')], default='en', max_length=7, verbose_name='language'),
        ),
        AddConstraintNotValid(
            model_name='expertise',
            constraint=models.CheckConstraint(condition=models.Q(('slug__regex', '^[-a-zA-Z0-9_]+$')), name='accounts_expertise_address_is_a_slug'),
        ),
        AddConstraintNotValid(
            model_name='expertprofile',
            constraint=models.CheckConstraint(condition=models.Q(('languages__contained_by', ['af', 'ar', 'ast', 'az', 'be', 'bg', 'bn', 'br', 'bs', 'ca', 'ckb', 'cs', 'cy', 'da', 'de', 'dsb', 'el', 'en', 'eo', 'es', 'et', 'eu', 'fa', 'fi', 'fr', 'fy', 'ga', 'gd', 'gl', 'he', 'hi', 'hr', 'hsb', 'hu', 'hy', 'ia', 'id', 'ig', 'io', 'is', 'it', 'ja', 'ka', 'kab', 'kk', 'km', 'kn', 'ko', 'ky', 'lb', 'lt', 'lv', 'mk', 'ml', 'mn', 'mr', 'ms', 'my', 'nb', 'ne', 'nl', 'nn', 'no', 'os', 'pa', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sq', 'sr', 'sv', 'sw', 'ta', 'te', 'tg', 'th', 'tk', 'tr', 'tt', 'udm', 'ug', 'uk', 'ur', 'uz', 'vi', 'zh'])), name='accounts_known_languages'),
        ),
        AddConstraintNotValid(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['en', 'de', 'cs', 'sk'])), name='accounts_known_language'),
        ),
        AddConstraintNotValid(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('time_zone__regex', '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$')), name='accounts_time_zone_is_a_name'),
        ),
    ]
