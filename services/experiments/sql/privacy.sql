-- query: erase_assignments
-- Deletes the assignments of a user.
DELETE FROM experiments.ab_experiment_assignments
WHERE tenant_id = $1 AND user_id = $2 AND hashtext(tenant_id || '/' || user_id) = hashtext($1 || '/' || $2);

-- query: erase_exposures
-- Deletes the exposures of a user.
DELETE FROM experiments.exposures
WHERE tenant_id = $1 AND user_id = $2 AND hashtext(tenant_id || '/' || user_id) = hashtext($1 || '/' || $2);

-- query: erase_exposures_of_outputs
-- Deletes the exposures to outputs of an erasure.
DELETE FROM experiments.exposures x USING ingest_api_v1.erased_outputs($1, $2::uuid) AS o
WHERE x.tenant_id = $1 AND x.output_id = o.output_id AND x.output_id <> '';

-- query: erase_forced_variant
-- Removes a user from the forced variants of the experiments of a tenant, with a new etag.
UPDATE experiments.ab_experiments SET definition = definition #- ARRAY['forced', $2], etag = etag + 1, updated_at = now()
WHERE tenant_id = $1 AND definition -> 'forced' ? $2;

-- query: erase_forced_variant_of_epochs
-- Removes a user from the forced variants of the epochs of a tenant.
UPDATE experiments.epochs SET definition = definition #- ARRAY['forced', $2]
WHERE tenant_id = $1 AND definition -> 'forced' ? $2;

-- query: erase_answers
-- Empties stored answers that contain the user, for example as a tester. A repeat of the request gets an empty answer.
UPDATE experiments.requests SET answer = '' WHERE tenant_id = $1 AND position($2::bytea IN answer) > 0;
