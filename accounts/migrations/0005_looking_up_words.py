"""Words are looked up by a function of the database, because of what the planner does not know.

It takes looking how much alike two texts are for cheap (it is not), and with a limit in sight reads the whole table
in the hope of a quick end: seconds for a word that nobody has. Inside the function there is no limit, reading the
whole table is out of the question.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_experts_with(words text[], ways text[], enough text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
DECLARE
    condition text;
BEGIN
    PERFORM set_config('pg_trgm.word_similarity_threshold', enough, true);
    SELECT string_agg(
        format('(search_vector @@ %L::tsquery OR search_text %%> %L)',
               to_tsquery('simple', accounts_plain(way)), accounts_plain(word)), ' AND '
    ) INTO condition FROM unnest(words, ways) AS asked(word, way);
    RETURN QUERY EXECUTE 'SELECT user_id FROM accounts_expertprofile WHERE ' || condition;
END $$;
"""

DROP = "DROP FUNCTION accounts_experts_with(text[], text[], text);"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_finding_experts")]
    operations = [migrations.RunSQL(CREATE, DROP)]
