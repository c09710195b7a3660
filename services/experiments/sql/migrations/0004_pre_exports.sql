-- Everything that is stored of a user here, one record a row, for whoever asks what is known of them.

SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA experiments_api_v1 TO radiant_ingest;
GRANT USAGE ON SCHEMA experiments TO radiant_ingest; -- for the view's own security function

CREATE VIEW experiments_api_v1.user_records AS
SELECT 'ab_experiment_assignments' AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record
FROM experiments.ab_experiment_assignments t
UNION ALL
SELECT 'exposures', t.tenant_id, t.user_id, to_jsonb(t) FROM experiments.exposures t
UNION ALL
SELECT 'ab_experiments', t.tenant_id, f.key, jsonb_build_object('tenant_id', t.tenant_id, 'experiment_id', t.experiment_id,
  'user_id', f.key, 'forced_variant', f.value)
FROM experiments.ab_experiments t CROSS JOIN LATERAL jsonb_each_text(t.definition -> 'forced') AS f (key, value);
GRANT SELECT ON experiments_api_v1.user_records TO radiant_ingest;
RESET ROLE;
