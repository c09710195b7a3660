-- Scores of evaluations that are no votes, because the range of the score is unknown. They do not affect learning.

SET LOCAL ROLE radiant_owner;

CREATE TABLE ingest.evaluation_scores (
  tenant_id text NOT NULL,
  output_id text NOT NULL, -- name of the output in the evaluation; ingest.scores_of_output applies aliases
  score_id bytea NOT NULL, -- SHA-256 of the evaluation as it was sent
  user_id text NOT NULL, -- empty if the evaluation states none
  name text NOT NULL,
  score double precision NOT NULL,
  observed_at timestamptz NOT NULL,
  CONSTRAINT evaluation_scores_pkey PRIMARY KEY (tenant_id, output_id, score_id)
);
CREATE INDEX evaluation_scores_observed_at_idx ON ingest.evaluation_scores (observed_at);
CREATE INDEX evaluation_scores_user_key_idx ON ingest.evaluation_scores (hashtext(tenant_id || '/' || user_id));
CREATE INDEX evaluation_scores_spellings_idx ON ingest.evaluation_scores (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;

ALTER TABLE ingest.evaluation_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.evaluation_scores FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.evaluation_scores USING (ingest.may_touch(tenant_id));
CREATE POLICY retention ON ingest.evaluation_scores TO radiant_archivist USING (true);
GRANT SELECT, INSERT, DELETE ON ingest.evaluation_scores TO radiant_ingest;
GRANT SELECT, DELETE ON ingest.evaluation_scores TO radiant_archivist;

-- Keys of the scores of an output: under its id, and under its aliases. As with feedback, an alias of the user applies first,
-- and an alias of all users applies unless an output has the name as its id. Scores may arrive before the output, because
-- names are resolved when scores are read.
CREATE FUNCTION ingest.scores_of_output(tenant text, output text) RETURNS TABLE (sent_name text, sent_id bytea)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.output_id, s.score_id
  FROM (
    SELECT output AS name
    UNION SELECT a.alias FROM ingest.output_aliases a WHERE a.tenant_id = tenant AND a.output_id = output
  ) AS n
  JOIN ingest.evaluation_scores s ON s.tenant_id = tenant AND s.output_id = n.name
  WHERE output = coalesce((
    SELECT a.output_id FROM ingest.output_aliases a
    WHERE a.tenant_id = tenant AND a.alias = s.output_id AND a.user_id IN (s.user_id, '')
      AND (a.user_id <> ''
        OR NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = tenant AND o.output_id = s.output_id))
    ORDER BY a.user_id DESC LIMIT 1), s.output_id);
END;
REVOKE ALL ON FUNCTION ingest.scores_of_output FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.scores_of_output TO radiant_ingest, radiant_archivist;

-- The views over all tables with users contain the new table.
DO $$
DECLARE
  name text;
  records text[] := '{}';
  spellings text[] := '{}';
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('learn_queue', 'erasures')
      AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'user_id')) = 2
    ORDER BY c.relname
  LOOP
    records := records || format('SELECT %L AS kind, t.tenant_id, t.user_id, hashtext(t.tenant_id || ''/'' || t.user_id) '
      'AS user_key, to_jsonb(t) AS record FROM ingest.%I t', name, name);
    spellings := spellings || format('SELECT tenant_id, ingest_api_v1.user_key(user_id) AS user_key, user_id FROM ingest.%I '
      'WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0', name);
  END LOOP;
  EXECUTE 'CREATE OR REPLACE VIEW ingest_api_v1.user_records AS ' || array_to_string(records, ' UNION ALL ');
  EXECUTE 'CREATE OR REPLACE VIEW ingest_api_v1.user_spellings AS ' || array_to_string(spellings, ' UNION ');
END
$$;
RESET ROLE;
