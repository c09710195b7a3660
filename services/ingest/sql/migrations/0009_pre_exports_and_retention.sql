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

-- Facts that are too old: they go batch by batch, and with them what was learned from them, so that live scores stay those
-- of a rebuild. Work across tenants happens in a role of its own, taken per transaction.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_archivist') THEN
    CREATE ROLE radiant_archivist NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;
GRANT radiant_archivist TO radiant_ingest;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA ingest TO radiant_archivist;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['outputs', 'execution_manifests', 'explicit_feedback', 'implicit_signals', 'voice_feedback',
                              'retractions'] LOOP
    EXECUTE format('CREATE POLICY retention ON ingest.%I TO radiant_archivist USING (true)', name);
    EXECUTE format('GRANT SELECT, DELETE ON ingest.%I TO radiant_archivist', name);
  END LOOP;
END
$$;
CREATE POLICY retention ON ingest.learn_queue FOR INSERT TO radiant_archivist WITH CHECK (true);
GRANT INSERT ON ingest.learn_queue TO radiant_archivist;

-- Drops months that ended before a moment and take no room any more; returns how many. Whether a month is empty is told by
-- its size, for the owner sees no rows.
CREATE FUNCTION ingest.drop_empty_months(parent text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  child text;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ingest.ensure_partitions', 0));
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('ingest.' || parent) AND c.relname ~ '_y\d{4}m\d{2}$' AND pg_relation_size(c.oid) = 0
      AND (to_timestamp(substring(c.relname FROM '_y(\d{4}m\d{2})$'), 'YYYY"m"MM')::timestamp AT TIME ZONE 'UTC')
        + interval '1 month' <= before
  LOOP
    EXECUTE format('LOCK TABLE ingest.%I IN ACCESS EXCLUSIVE MODE', child);
    IF pg_relation_size(to_regclass('ingest.' || child)) = 0 THEN
      EXECUTE format('DROP TABLE ingest.%I', child);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
  RETURN 0; -- next time
END
$$;
REVOKE ALL ON FUNCTION ingest.drop_empty_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.drop_empty_months TO radiant_ingest;
RESET ROLE;
