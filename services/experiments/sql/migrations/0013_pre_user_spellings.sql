-- Rows that were stored under a user id that is not its user key. Erasure and export find such rows by the key.

SET LOCAL ROLE radiant_owner;

CREATE INDEX ab_experiment_assignments_spellings_idx ON experiments.ab_experiment_assignments (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;
CREATE INDEX exposures_spellings_idx ON experiments.exposures (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;

CREATE VIEW experiments_api_v1.user_spellings AS
SELECT tenant_id, ingest_api_v1.user_key(user_id) AS user_key, user_id FROM experiments.ab_experiment_assignments
WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0
UNION
SELECT tenant_id, ingest_api_v1.user_key(user_id), user_id FROM experiments.exposures
WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0
UNION
SELECT t.tenant_id, ingest_api_v1.user_key(f.key), f.key FROM experiments.ab_experiments t
CROSS JOIN LATERAL jsonb_object_keys(t.definition -> 'forced') AS f (key)
WHERE (f.key = ingest_api_v1.user_key(f.key))::int = 0;
GRANT SELECT ON experiments_api_v1.user_spellings TO radiant_ingest;
RESET ROLE;
