"""How operators find people by name and address: looked up, never read through.

Names and addresses are kept in an index three letters at a time, in lower case and without accents. As in
migration 0005 the looking up is a function, in which the planner cannot choose to read the whole table in the
hope of a quick end.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_findable(first_name text, last_name text, email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || lower(public.unaccent('public.unaccent'::regdictionary, $1 || ' ' || $2 || ' ' || $3))
$$;

CREATE INDEX accounts_people_like ON accounts_user
    USING gin (accounts_findable(first_name, last_name, email) gin_trgm_ops);

CREATE FUNCTION accounts_people_with(words text[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 100
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
DECLARE
    fitting text;
BEGIN
    SELECT string_agg(
        format(
            'accounts_findable(first_name, last_name, email) LIKE %L',
            CASE WHEN length(word) > 2 THEN '%' ELSE '% ' END
                || regexp_replace(accounts_plain(word), '([%_\\\\])', '\\\\\\1', 'g') || '%'
        ), ' AND '
    ) INTO fitting FROM unnest(words) AS word;
    RETURN QUERY EXECUTE 'SELECT id::bigint FROM accounts_user WHERE ' || fitting || ' LIMIT ' || most;
END $$;
"""

DROP = """
DROP FUNCTION accounts_people_with(text[], integer);
DROP INDEX accounts_people_like;
DROP FUNCTION accounts_findable(text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_confirmed_addresses")]
    operations = [migrations.RunSQL(CREATE, DROP)]
