"""What searching looks at, and the triggers that keep it true.

An expert's searchable words come from four tables: the page, the person's name, the chosen skills, the skills'
names. One function writes them whenever the expert's row is written; changes elsewhere touch that row. It locks
the row before it reads, so that of two changes at once the later sees the earlier.

The triggers name no columns: Postgres refuses to alter a column that a trigger names.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

CREATE = """
CREATE FUNCTION accounts_plain(words text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT lower(unaccent(words))
$$;

CREATE FUNCTION accounts_write_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person text;
    known text;
BEGIN
    SELECT accounts_plain(concat_ws(' ', first_name, last_name)) INTO person
        FROM accounts_user WHERE id = NEW.user_id;
    SELECT coalesce(accounts_plain(string_agg(skill.name, ', ' ORDER BY skill.name)), '') INTO known
        FROM accounts_expertprofile_skills AS chosen
        JOIN accounts_skill AS skill ON skill.id = chosen.skill_id
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

CREATE FUNCTION accounts_person_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.first_name, OLD.last_name) IS DISTINCT FROM (NEW.first_name, NEW.last_name) THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_skills_chosen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id = OLD.expertprofile_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id = NEW.expertprofile_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_skill_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.name IS DISTINCT FROM NEW.name THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id IN (
            SELECT expertprofile_id FROM accounts_expertprofile_skills WHERE skill_id = NEW.id
        );
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER write_search BEFORE INSERT OR UPDATE ON accounts_expertprofile
    FOR EACH ROW EXECUTE FUNCTION accounts_write_search();
CREATE TRIGGER touch_search AFTER UPDATE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_person_renamed();
CREATE TRIGGER touch_search AFTER INSERT OR UPDATE OR DELETE ON accounts_expertprofile_skills
    FOR EACH ROW EXECUTE FUNCTION accounts_skills_chosen();
CREATE TRIGGER touch_search AFTER UPDATE ON accounts_skill
    FOR EACH ROW EXECUTE FUNCTION accounts_skill_renamed();

UPDATE accounts_expertprofile SET search_text = '';
"""

DROP = """
DROP TRIGGER touch_search ON accounts_skill;
DROP TRIGGER touch_search ON accounts_expertprofile_skills;
DROP TRIGGER touch_search ON accounts_user;
DROP TRIGGER write_search ON accounts_expertprofile;
DROP FUNCTION accounts_skill_renamed();
DROP FUNCTION accounts_skills_chosen();
DROP FUNCTION accounts_person_renamed();
DROP FUNCTION accounts_write_search();
DROP FUNCTION accounts_plain(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_photos_and_languages")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.AddField(
            model_name="expertprofile",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="expertprofile",
            name="search_vector",
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
        migrations.RunSQL(CREATE, DROP),
        migrations.AddIndex(
            model_name="expertprofile",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                name="accounts_expert_like",
            ),
        ),
        migrations.AddIndex(
            model_name="expertprofile",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_vector"], name="accounts_expert_words"
            ),
        ),
        migrations.AddIndex(
            model_name="expertprofile",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["languages"], name="accounts_expert_languages"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("is_active", True)), fields=["kind", "price"], name="accounts_service_offered"
            ),
        ),
    ]
