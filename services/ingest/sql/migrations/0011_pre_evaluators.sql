-- Registered evaluators: programs whose explicit feedback has a higher limit per hour than that of users.

SET LOCAL ROLE radiant_owner;

CREATE TABLE ingest.evaluators (
  tenant_id text NOT NULL,
  name text NOT NULL, -- the user_id of its feedback is 'evaluator:' and the name
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT evaluators_pkey PRIMARY KEY (tenant_id, name)
);
ALTER TABLE ingest.evaluators ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.evaluators FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.evaluators TO radiant_ingest
  USING (tenant_id = current_setting('app.current_tenant_id', true));
GRANT SELECT, INSERT, DELETE ON ingest.evaluators TO radiant_ingest;
RESET ROLE;
