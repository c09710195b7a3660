-- Rows that were stored under a user id that is not its user key: earlier versions stored ids as they were sent. Erasure,
-- export and lists find such rows by the key.

SET LOCAL ROLE radiant_owner;

-- The key of a user id, as splits.user_keys computes it.
CREATE FUNCTION ingest_api_v1.user_key(user_id text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(user_id) = length(user_id) THEN btrim(user_id)
  ELSE btrim(normalize(regexp_replace(normalize(user_id, NFKC),
    '[\u0080-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800'
    '\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
    '', 'g'), NFKC), U&' \1680') END;

-- An index and a part of the view for every table that names users, except for queues. The indexes are empty when all ids
-- are keys. The planner expects few rows for the comparison with 0, and most rows for <>.
DO $$
DECLARE
  name text;
  parts text[] := '{}';
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('learn_queue', 'erasures')
      AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'user_id')) = 2
    ORDER BY c.relname
  LOOP
    EXECUTE format('CREATE INDEX %I ON ingest.%I (tenant_id, user_id) WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0',
      name || '_spellings_idx', name);
    parts := parts || format('SELECT tenant_id, ingest_api_v1.user_key(user_id) AS user_key, user_id FROM ingest.%I '
      'WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0', name);
  END LOOP;
  EXECUTE 'CREATE VIEW ingest_api_v1.user_spellings AS ' || array_to_string(parts, ' UNION ');
END
$$;
GRANT SELECT ON ingest_api_v1.user_spellings TO radiant_ingest, radiant_voice;
RESET ROLE;
