-- Looks: what the analysis of an experiment said over time, by the tenant whose results they are. Those of the empty
-- tenant are over all of them, for operators.
SET LOCAL ROLE radiant_owner;
CREATE TABLE experiments.looks (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  comparisons bytea NOT NULL, -- a radiant.experiments.v1.ResultLook without its time
  CONSTRAINT looks_pkey PRIMARY KEY (tenant_id, experiment_id, taken_at)
);
CREATE INDEX looks_readers_idx ON experiments.looks (experiment_id, tenant_id);

ALTER TABLE experiments.looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE experiments.looks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON experiments.looks USING (experiments.may_touch(tenant_id));
GRANT SELECT, INSERT ON experiments.looks TO radiant_experiments, radiant_experimenter;

-- Old looks are thinned across tenants; young ones stay, whoever asks.
CREATE POLICY thinning ON experiments.looks AS RESTRICTIVE FOR DELETE
  USING (taken_at < now() - interval '14 days');
GRANT DELETE ON experiments.looks TO radiant_experimenter;
RESET ROLE;
