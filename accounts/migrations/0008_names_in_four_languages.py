"""The catalogue in four languages. Skills are searched by all of their names, whatever the reader's language."""

from django.db import migrations, models

from accounts.models.names import ReadersName

WRITE_SEARCH = """
CREATE OR REPLACE FUNCTION accounts_write_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person text;
    known text;
BEGIN
    SELECT accounts_plain(concat_ws(' ', first_name, last_name)) INTO person
        FROM accounts_user WHERE id = NEW.user_id;
    %s
        WHERE chosen.expertprofile_id = NEW.user_id;
    NEW.search_text := concat_ws(
        ' | ', person, known, accounts_plain(NEW.headline), accounts_plain(NEW.company), accounts_plain(NEW.city)
    );
    NEW.search_vector :=
        setweight(to_tsvector('simple', concat_ws(' ', person, known)), 'A')
        || setweight(to_tsvector('simple', accounts_plain(concat_ws(' ', NEW.headline, NEW.company))), 'B')
        || setweight(to_tsvector('simple', accounts_plain(NEW.city)), 'C')
        || setweight(to_tsvector('simple', accounts_plain(NEW.introduction)), 'D');
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION accounts_skill_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF %s THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id IN (
            SELECT expertprofile_id FROM accounts_expertprofile_skills WHERE skill_id = NEW.id
        );
    END IF;
    RETURN NULL;
END $$;
"""
# A name that is the same in several languages counts once.
FOUR_NAMES = WRITE_SEARCH % (
    """SELECT coalesce(accounts_plain(string_agg(DISTINCT called, ', ' ORDER BY called)), '') INTO known
        FROM accounts_expertprofile_skills AS chosen
        JOIN accounts_skill AS skill ON skill.id = chosen.skill_id
        CROSS JOIN unnest(ARRAY[skill.name, skill.name_de, skill.name_cs, skill.name_sk]) AS called""",
    """(OLD.name, OLD.name_de, OLD.name_cs, OLD.name_sk)
        IS DISTINCT FROM (NEW.name, NEW.name_de, NEW.name_cs, NEW.name_sk)""",
)
ONE_NAME = WRITE_SEARCH % (
    """SELECT coalesce(accounts_plain(string_agg(skill.name, ', ' ORDER BY skill.name)), '') INTO known
        FROM accounts_expertprofile_skills AS chosen
        JOIN accounts_skill AS skill ON skill.id = chosen.skill_id""",
    "OLD.name IS DISTINCT FROM NEW.name",
)
LANGUAGES = {"de": "German", "cs": "Czech", "sk": "Slovak"}


def english(model, *, unique):
    return migrations.AlterField(
        model, "name", models.CharField(max_length=120, unique=unique, verbose_name="name in English")
    )


def translated(model, field, length):
    return [
        migrations.AddField(
            model,
            f"{field}_{code}",
            models.CharField(blank=True, max_length=length, verbose_name=f"{field} in {language}"),
        )
        for code, language in LANGUAGES.items()
    ]


def by_name(model, one, many):
    own = {"ordering": [ReadersName()], "verbose_name": one, "verbose_name_plural": many}
    return migrations.AlterModelOptions(model, own)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_leaving")]

    operations = [
        english("expertise", unique=True),
        english("servicekind", unique=True),
        english("skill", unique=False),
        *translated("expertise", "name", 120),
        *translated("servicekind", "name", 120),
        *translated("skill", "name", 120),
        migrations.AlterField(
            "expertise",
            "description",
            models.CharField(blank=True, max_length=200, verbose_name="description in English"),
        ),
        *translated("expertise", "description", 200),
        by_name("expertise", "Expertise", "Expertises"),
        by_name("servicekind", "kind of service", "kinds of service"),
        by_name("skill", "skill", "skills"),
        migrations.RunSQL(FOUR_NAMES, ONE_NAME),
    ]
