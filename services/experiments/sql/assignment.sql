-- query: running_signature
-- Digest that changes whenever a running experiment starts, ends or is edited.
SELECT coalesce(md5(string_agg(experiment_id::text || ':' || etag::text, ',' ORDER BY experiment_id)), '') AS signature
FROM experiments_api_v1.running;

-- query: running_experiments
-- Every running experiment of all tenants.
SELECT tenant_id, experiment_id::text AS experiment_id, 'running' AS state, definition::text AS definition, epoch, etag,
  started_at FROM experiments_api_v1.running ORDER BY tenant_id, experiment_id;

-- query: insert_assignments
-- Inserts assignments; those that are already stored do not change.
INSERT INTO experiments.ab_experiment_assignments (tenant_id, experiment_id, epoch, user_id, variant, analysed, reason)
SELECT $1, $2, $3, a.user_id, a.variant, a.analysed, a.reason
FROM unnest($4::text[], $5::text[], $6::boolean[], $7::text[]) AS a (user_id, variant, analysed, reason)
ORDER BY a.user_id
ON CONFLICT DO NOTHING;

-- query: stored_assignments
-- Stored assignments of users.
SELECT user_id, variant, analysed, reason FROM experiments.ab_experiment_assignments
WHERE tenant_id = $1 AND experiment_id = $2 AND epoch = $3 AND user_id = ANY($4::text[]);
