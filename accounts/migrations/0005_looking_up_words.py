"""Words are looked up by a function of the database, because of what the planner does not know.

It takes looking how much alike two texts are for cheap (it is not), and with a limit in sight reads the whole table
in the hope of a quick end: seconds for a word that nobody has. So inside the function nothing but bitmaps of the
two indexes is allowed; and typing errors are forgiven only where few are found without, which is also what people
expect. The limits keep a word that half a million experts use from becoming a list of half a million.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_experts_with(words text[], ways text[], enough text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
DECLARE
    begun text;
    alike text;
    found bigint[];
    more bigint[];
BEGIN
    PERFORM set_config('pg_trgm.word_similarity_threshold', enough, true);
    SELECT string_agg(format('search_vector @@ %L::tsquery', query), ' AND '),
           string_agg(format('(search_vector @@ %L::tsquery OR search_text %%> %L)', query, word), ' AND ')
        INTO begun, alike FROM (
            SELECT to_tsquery('simple', accounts_plain(way)) AS query, accounts_plain(asked.word) AS word
            FROM unnest(words, ways) AS asked(word, way)
        ) AS plain;
    EXECUTE 'SELECT array(SELECT user_id FROM accounts_expertprofile WHERE ' || begun || ' LIMIT 20000)' INTO found;
    IF cardinality(found) < 200 THEN
        EXECUTE 'SELECT array(SELECT user_id FROM accounts_expertprofile WHERE ' || alike || ' LIMIT 2000)' INTO more;
    END IF;
    RETURN QUERY SELECT unnest(found || more);
END $$;
"""

DROP = "DROP FUNCTION accounts_experts_with(text[], text[], text);"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_finding_experts")]
    operations = [migrations.RunSQL(CREATE, DROP)]
