-- What outputs cost, and the weight of cost that keeps a tenant's daily budget.
SET LOCAL ROLE radiant_owner;

ALTER TABLE neural.tenant_settings ADD COLUMN daily_budget_usd double precision NOT NULL DEFAULT 0
  CONSTRAINT tenant_settings_daily_budget_check CHECK (daily_budget_usd BETWEEN 0 AND 1e9);

-- By the hour in which outputs were created, and by their model; '' stands for outputs of several models. US dollars.
CREATE TABLE neural.spending (
  tenant_id text NOT NULL,
  hour timestamptz NOT NULL,
  model text NOT NULL,
  outputs bigint NOT NULL,
  cost double precision NOT NULL,
  CONSTRAINT spending_pkey PRIMARY KEY (tenant_id, hour, model)
);

-- What of neural.spending is each output's, for as long as an output may still be counted: what makes it count once.
CREATE TABLE neural.counted_outputs (
  hour timestamptz NOT NULL,
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  model text NOT NULL,
  cost double precision NOT NULL,
  CONSTRAINT counted_outputs_pkey PRIMARY KEY (hour, tenant_id, output_id)
);

-- Where each budget stands (see neural.pacing), written by whichever process looks at it.
CREATE TABLE neural.budget_pacers (
  tenant_id text NOT NULL CONSTRAINT budget_pacers_pkey PRIMARY KEY,
  cost_weight double precision NOT NULL DEFAULT 0
    CONSTRAINT budget_pacers_cost_weight_check CHECK (cost_weight BETWEEN 0 AND 1), -- in force
  steady_weight double precision NOT NULL DEFAULT 0
    CONSTRAINT budget_pacers_steady_weight_check CHECK (steady_weight BETWEEN 0 AND 1), -- where a new day begins
  spent double precision NOT NULL DEFAULT 0, -- on the UTC day of updated_at
  rate double precision NOT NULL DEFAULT 0, -- US dollars a second, lately
  model_costs jsonb NOT NULL DEFAULT '{}', -- mean cost of an output by model, over the last days
  updated_at timestamptz NOT NULL DEFAULT 'epoch'
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['spending', 'counted_outputs', 'budget_pacers'] LOOP
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', name);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, DELETE ON neural.counted_outputs TO radiant_learner;
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.spending, neural.budget_pacers TO radiant_learner;
GRANT SELECT ON neural.spending, neural.budget_pacers TO radiant_neural;
RESET ROLE;
