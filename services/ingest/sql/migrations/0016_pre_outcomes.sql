-- Values of a manifest that are unknown are NULL, and outputs have an outcome. Rows of earlier versions keep their zeros: a
-- stored 0 does not tell whether the value was stated.
SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ALTER COLUMN input_tokens DROP NOT NULL,
  ALTER COLUMN output_tokens DROP NOT NULL,
  ALTER COLUMN total_latency_ms DROP NOT NULL,
  ALTER COLUMN total_cost DROP NOT NULL,
  ADD COLUMN outcome text, -- as in ingest.outcomes; NULL if the manifest states none. A check would scan the table
  ADD COLUMN error_type text,
  ADD COLUMN error_message text;

-- Outcomes that RecordOutcome stated, before or after the manifest. They complete the values that the manifest does not
-- state. The two are joined when they are read, so that their order does not matter.
CREATE TABLE ingest.outcomes (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  outcome text NOT NULL CONSTRAINT outcomes_outcome_check CHECK (outcome IN ('ok', 'error', 'cancelled', 'timeout')),
  error_type text NOT NULL,
  error_message text NOT NULL,
  input_tokens integer,
  output_tokens integer,
  total_latency_ms double precision,
  time_to_first_token_ms double precision,
  total_cost double precision,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT outcomes_pkey PRIMARY KEY (tenant_id, output_id)
);
CREATE INDEX outcomes_recorded_at_idx ON ingest.outcomes (recorded_at);
ALTER TABLE ingest.outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.outcomes USING (
  (SELECT current_user IN ('radiant_learner', 'radiant_experimenter'))
  OR tenant_id = current_setting('app.current_tenant_id', true));
CREATE POLICY retention ON ingest.outcomes TO radiant_archivist USING (true);
GRANT SELECT, INSERT, UPDATE ON ingest.outcomes TO radiant_ingest;
GRANT SELECT, DELETE ON ingest.outcomes TO radiant_archivist;

-- Manifests, completed by their outcomes. Unknown values are NULL. An output without a stated outcome is 'ok'. The
-- manifest's own statement takes precedence. `answered` is false for calls that did not answer.
CREATE VIEW ingest_api_v1.executions AS
SELECT m.tenant_id, m.output_id, m.created_at, m.user_id, m.conversation_id, m.task_type, m.domain_mode, m.models_used,
  m.model_versions, m.orchestration_id, m.services_used,
  CASE (SELECT count(*) FROM jsonb_object_keys(m.provider_health))
    WHEN 1 THEN (SELECT k FROM jsonb_object_keys(m.provider_health) AS k)
    WHEN 0 THEN CASE cardinality(m.services_used) WHEN 1 THEN m.services_used[1] ELSE '' END
    ELSE '' END AS provider, -- '' if the manifest does not name exactly one
  coalesce(m.input_tokens, r.input_tokens) AS input_tokens, coalesce(m.output_tokens, r.output_tokens) AS output_tokens,
  coalesce(m.total_latency_ms, r.total_latency_ms) AS total_latency_ms,
  coalesce(m.time_to_first_token_ms, r.time_to_first_token_ms) AS time_to_first_token_ms,
  coalesce(m.total_cost, r.total_cost) AS total_cost, m.decision_id, m.propensity, m.experiment_id, m.variant,
  m.experiment_epoch, coalesce(m.outcome, r.outcome, 'ok') AS outcome,
  coalesce(m.outcome, r.outcome, 'ok') = 'ok' AS answered
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
LEFT JOIN ingest.outcomes r USING (tenant_id, output_id);
GRANT SELECT ON ingest_api_v1.executions TO radiant_neural, radiant_learner, radiant_experiments, radiant_experimenter;

-- For earlier versions of the other services, which expect numbers: unknown values are 0 here, as before.
CREATE OR REPLACE VIEW ingest_api_v1.manifests AS
SELECT m.tenant_id, m.output_id, m.created_at, m.user_id, m.conversation_id, m.task_type, m.domain_mode,
       m.models_used, m.model_versions, m.orchestration_id, m.services_used,
       coalesce(m.total_latency_ms, 0) AS total_latency_ms, coalesce(m.total_cost, 0) AS total_cost,
       m.decision_id, m.propensity, m.experiment_id, m.variant, m.experiment_epoch
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at);

CREATE OR REPLACE VIEW ingest_api_v1.all_manifests AS
SELECT m.tenant_id, m.output_id, m.created_at, m.task_type, m.domain_mode, m.models_used, m.model_versions,
  m.orchestration_id, m.services_used, coalesce(m.outcome, r.outcome, 'ok') = 'ok' AS answered
FROM ingest.execution_manifests m
LEFT JOIN ingest.outcomes r USING (tenant_id, output_id);
RESET ROLE;
