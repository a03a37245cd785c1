"""A skill that is being chosen cannot be renamed at the same moment, nor the other way round.

Whoever comes second waits, and then sees what the other has done. Before, each saw only the old state: the
expert was not yet among those of the skill, and the skill did not yet have its new name.
"""

from django.db import migrations

CHOSEN = """
CREATE OR REPLACE FUNCTION accounts_skills_chosen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id = OLD.expertprofile_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN%s
        UPDATE accounts_expertprofile SET search_text = '' WHERE user_id = NEW.expertprofile_id;
    END IF;
    RETURN NULL;
END $$;
"""
LOCK = """
        PERFORM FROM accounts_skill WHERE id = NEW.skill_id FOR SHARE;"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_looking_up_words")]
    operations = [migrations.RunSQL(CHOSEN % LOCK, CHOSEN % "")]
