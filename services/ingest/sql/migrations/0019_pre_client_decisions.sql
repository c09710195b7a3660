-- Strategy and candidates of the decisions that outputs followed, so that decisions made without the service are
-- evaluated from their manifests.

SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ADD COLUMN decision_strategy text NOT NULL DEFAULT '',
  ADD COLUMN decision_candidates text[] NOT NULL DEFAULT '{}';

CREATE VIEW ingest_api_v1.followed_decisions AS
SELECT m.tenant_id, m.decision_id, m.output_id, m.created_at, m.user_id, m.task_type, m.domain_mode, m.models_used,
       coalesce(m.requested_models, '{}') AS requested_models, m.propensity, m.decision_strategy, m.decision_candidates
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
WHERE m.decision_id <> '';
GRANT SELECT ON ingest_api_v1.followed_decisions TO radiant_neural, radiant_learner;
RESET ROLE;
