-- Everything that is stored of a user here, one record a row: every table that names users, but for work under way.

SET LOCAL ROLE radiant_owner;

DO $$
DECLARE
  parts text;
BEGIN
  SELECT string_agg(format('SELECT %L AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record FROM ingest.%I t', c.relname,
    c.relname), ' UNION ALL ' ORDER BY c.relname) INTO parts
  FROM pg_class c
  WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('learn_queue', 'erasures')
    AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'user_id')) = 2;
  EXECUTE 'CREATE VIEW ingest_api_v1.user_records AS ' || parts;
END
$$;
GRANT SELECT ON ingest_api_v1.user_records TO radiant_ingest;
RESET ROLE;
