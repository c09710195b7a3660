-- Which experiment an output was part of, recorded with its manifest.
-- Roles radiant_experiments and radiant_neural exist before this runs.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_experimenter') THEN
    CREATE ROLE radiant_experimenter NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;

-- Work across tenants (experiments over all of them, the rollout worker) happens in its own role, taken per transaction.
GRANT radiant_experimenter TO radiant_experiments;
SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ADD COLUMN experiment_id uuid,
  ADD COLUMN variant text NOT NULL DEFAULT '',
  ADD COLUMN experiment_epoch integer NOT NULL DEFAULT 0;
CREATE INDEX execution_manifests_experiment_idx
  ON ingest.execution_manifests (tenant_id, experiment_id, experiment_epoch) WHERE experiment_id IS NOT NULL;

CREATE OR REPLACE VIEW ingest_api_v1.manifests AS
SELECT m.tenant_id, m.output_id, m.created_at, m.user_id, m.conversation_id, m.task_type, m.domain_mode,
       m.models_used, m.model_versions, m.orchestration_id, m.services_used, m.total_latency_ms, m.total_cost,
       m.decision_id, m.propensity, m.experiment_id, m.variant, m.experiment_epoch
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at);

-- Experiments over all tenants are analysed in a role of their own, as learning is.
CREATE OR REPLACE FUNCTION ingest.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true)
  OR current_user IN ('radiant_learner', 'radiant_experimenter');
GRANT USAGE ON SCHEMA ingest_api_v1, ingest TO radiant_experiments, radiant_experimenter;
GRANT SELECT ON ingest_api_v1.manifests, ingest_api_v1.explicit_feedback, ingest_api_v1.implicit_feedback,
  ingest_api_v1.voice_feedback TO radiant_experiments, radiant_experimenter;
RESET ROLE;
