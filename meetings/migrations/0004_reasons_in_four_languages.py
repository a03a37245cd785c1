"""Reasons in four languages; what was chosen before keeps the names of today.

The defaults that a site began with get their translations, where their English names are still the same.
"""

from django.db import migrations, models

LANGUAGES = {"de": "German", "cs": "Czech", "sk": "Slovak"}
REASONS = (
    (
        "The date does not suit me",
        "Der Termin passt mir nicht",
        "Termín mi nevyhovuje",
        "Termín mi nevyhovuje",
    ),
    (
        "I need more time to prepare",
        "Ich brauche mehr Zeit zur Vorbereitung",
        "Potřebuji více času na přípravu",
        "Potrebujem viac času na prípravu",
    ),
    (
        "The topic is outside my field",
        "Das Thema liegt außerhalb meines Fachgebiets",
        "Téma je mimo můj obor",
        "Téma je mimo môjho odboru",
    ),
    (
        "The length does not suit me",
        "Die Dauer passt mir nicht",
        "Délka mi nevyhovuje",
        "Dĺžka mi nevyhovuje",
    ),
    (
        "I found help elsewhere",
        "Ich habe anderswo Hilfe gefunden",
        "Pomoc mám odjinud",
        "Pomoc mám odinakiaľ",
    ),
    ("Another reason", "Ein anderer Grund", "Jiný důvod", "Iný dôvod"),
)
SERVICE_KINDS = (
    ("Student Mentoring", "Mentoring für Studierende", "Mentoring pro studenty", "Mentoring pre študentov"),
    (
        "Professional Mentoring",
        "Mentoring für Berufstätige",
        "Mentoring pro profesionály",
        "Mentoring pre profesionálov",
    ),
    ("Expert Advice", "Fachberatung", "Odborná konzultace", "Odborná konzultácia"),
    ("Career Guidance", "Karriereberatung", "Kariérní poradenství", "Kariérne poradenstvo"),
)
# Events are kept from being edited by a trigger; here they are added to, once.
KEEP_NAMES = """
ALTER TABLE meetings_event DISABLE TRIGGER pgtrigger_events_keep_all_but_words_66f98;
UPDATE meetings_event SET facts = facts || jsonb_build_object('reason', jsonb_strip_nulls(jsonb_build_object(
    'en', reason.name,
    'de', nullif(reason.name_de, ''),
    'cs', nullif(reason.name_cs, ''),
    'sk', nullif(reason.name_sk, '')
))) FROM meetings_reason AS reason WHERE reason.id = meetings_event.reason_id;
ALTER TABLE meetings_event ENABLE TRIGGER pgtrigger_events_keep_all_but_words_66f98;
"""


def translate_defaults(apps, _schema_editor):
    """Give the rows that still have their first English name the names in the other languages."""
    for model, rows in (
        (apps.get_model("meetings", "Reason"), REASONS),
        (apps.get_model("accounts", "ServiceKind"), SERVICE_KINDS),
    ):
        for english, german, czech, slovak in rows:
            model.objects.filter(name=english).update(name_de=german, name_cs=czech, name_sk=slovak)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_names_in_four_languages"), ("meetings", "0003_video_rooms")]

    operations = [
        migrations.AlterField(
            "reason", "name", models.CharField(max_length=120, unique=True, verbose_name="name in English")
        ),
        *(
            migrations.AddField(
                "reason",
                f"name_{code}",
                models.CharField(blank=True, max_length=120, verbose_name=f"name in {language}"),
            )
            for code, language in LANGUAGES.items()
        ),
        migrations.RunPython(translate_defaults, migrations.RunPython.noop),
        migrations.RunSQL(KEEP_NAMES, migrations.RunSQL.noop),
    ]
