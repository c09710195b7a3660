-- Reading all rows at once, as a rebuild does: who asks is looked at once a statement, not once a row.

SET LOCAL ROLE radiant_owner;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['outputs', 'execution_manifests', 'explicit_feedback', 'implicit_signals', 'voice_feedback',
                              'retractions']
  LOOP
    EXECUTE format('ALTER POLICY tenant_isolation ON ingest.%I USING ('
      '(SELECT current_user IN (''radiant_learner'', ''radiant_experimenter'')) '
      'OR tenant_id = current_setting(''app.current_tenant_id'', true))', name);
  END LOOP;
END
$$;

-- Manifests without the way by which single ones are found: every manifest has its row in ingest.outputs.
CREATE VIEW ingest_api_v1.all_manifests AS
SELECT tenant_id, output_id, created_at, task_type, domain_mode, models_used, model_versions, orchestration_id, services_used
FROM ingest.execution_manifests;
GRANT SELECT ON ingest_api_v1.all_manifests TO radiant_learner;

-- Identifiers of all outputs in order.
CREATE VIEW ingest_api_v1.outputs AS SELECT tenant_id, output_id FROM ingest.outputs;
GRANT SELECT ON ingest_api_v1.outputs TO radiant_learner;
RESET ROLE;
