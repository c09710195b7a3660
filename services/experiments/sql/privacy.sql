-- query: forget_assignments
-- What was served to a user.
DELETE FROM experiments.ab_experiment_assignments
WHERE tenant_id = $1 AND user_id = $2 AND hashtext(tenant_id || '/' || user_id) = hashtext($1 || '/' || $2);

-- query: forget_exposures
-- What a user saw.
DELETE FROM experiments.exposures
WHERE tenant_id = $1 AND user_id = $2 AND hashtext(tenant_id || '/' || user_id) = hashtext($1 || '/' || $2);

-- query: forget_outputs
-- What was reported of outputs that are erased.
DELETE FROM experiments.exposures x USING ingest_api_v1.erased_outputs($1, $2::uuid) AS o
WHERE x.tenant_id = $1 AND x.output_id = o.output_id AND x.output_id <> '';

-- query: forget_tester
-- The tenant's experiments no longer name a tester; who runs them sees the change.
UPDATE experiments.ab_experiments SET definition = definition #- ARRAY['forced', $2], etag = etag + 1, updated_at = now()
WHERE tenant_id = $1 AND definition -> 'forced' ? $2;

-- query: forget_tester_of_epochs
-- Nor do their epochs.
UPDATE experiments.epochs SET definition = definition #- ARRAY['forced', $2]
WHERE tenant_id = $1 AND definition -> 'forced' ? $2;

-- query: forget_answers
-- Answers that may name the user as a tester; a repeat of their requests gets an empty one.
UPDATE experiments.requests SET answer = '' WHERE tenant_id = $1 AND position($2::bytea IN answer) > 0;
