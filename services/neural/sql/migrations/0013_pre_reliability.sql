-- Costs that are unknown are not 0, failed calls are no answers, and models have an error rate. Rows of earlier versions
-- count as answered outputs with a known cost.
SET LOCAL ROLE radiant_owner;

ALTER TABLE neural.spending
  ADD COLUMN unmeasured bigint NOT NULL DEFAULT 0, -- outputs with an unknown cost
  ADD COLUMN failed_measured bigint NOT NULL DEFAULT 0, -- failed outputs with a known cost, and that cost
  ADD COLUMN failed_cost double precision NOT NULL DEFAULT 0;

-- NULL stands for an unknown cost, and for an outcome that an earlier version did not count.
ALTER TABLE neural.counted_outputs
  ALTER COLUMN cost DROP NOT NULL,
  ADD COLUMN outcome text;

-- Mean cost of all answered outputs of a tenant with a known cost, over the last days; NULL without one.
ALTER TABLE neural.budget_pacers ADD COLUMN mean_cost double precision;

-- Calls by their outcome, of outputs of one model, in periods of 10 minutes. provider is '' if the manifest does not name
-- exactly one.
CREATE TABLE neural.call_outcomes (
  tenant_id text NOT NULL,
  period timestamptz NOT NULL,
  model text NOT NULL,
  task_type text NOT NULL,
  provider text NOT NULL,
  answered bigint NOT NULL,
  errors bigint NOT NULL,
  timeouts bigint NOT NULL,
  cancelled bigint NOT NULL,
  CONSTRAINT call_outcomes_pkey PRIMARY KEY (tenant_id, period, model, task_type, provider)
);
CREATE INDEX call_outcomes_period_idx ON neural.call_outcomes (period);
ALTER TABLE neural.call_outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE neural.call_outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON neural.call_outcomes USING (neural.may_touch(tenant_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.call_outcomes TO radiant_learner;
GRANT UPDATE ON neural.counted_outputs TO radiant_learner;
GRANT SELECT ON neural.call_outcomes TO radiant_neural;
RESET ROLE;
