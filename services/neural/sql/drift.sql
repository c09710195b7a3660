-- query: latest_scores
-- The latest scores of each model in a context since its last shift, with the trust of their raters, oldest first: at most
-- $4 per model of established raters, and at most $4 of other raters. $5 is the trust of raters without a score.
SELECT m.model, r.created_at, r.score, r.user_id, r.trust, r.established, m.shifts
FROM (
  SELECT k.model, count(q.shifted_at) AS shifts, max(q.shifted_at) AS shifted_at
  FROM (
    SELECT DISTINCT model FROM neural.recent_units WHERE tenant_id = $1 AND task_type = $2 AND domain_mode = $3
  ) AS k
  LEFT JOIN neural.quality_shifts q ON q.tenant_id = $1 AND q.task_type = $2 AND q.domain_mode = $3 AND q.model = k.model
  GROUP BY k.model
) AS m
CROSS JOIN (VALUES (true), (false)) AS e (established)
CROSS JOIN LATERAL (
  SELECT u.created_at, u.output_id, u.user_id, u.score, coalesce(t.trust, $5) AS trust, e.established
  FROM neural.recent_units u
  LEFT JOIN neural.user_trust_scores t ON t.tenant_id = u.tenant_id AND t.user_id = u.user_id
  WHERE u.tenant_id = $1 AND u.task_type = $2 AND u.domain_mode = $3 AND u.model = m.model
    AND u.created_at >= coalesce(m.shifted_at, '-infinity') AND coalesce(t.established, false) = e.established
  ORDER BY u.created_at DESC, u.output_id DESC, u.user_id DESC LIMIT $4
) AS r
ORDER BY m.model, r.created_at, r.output_id, r.user_id;

-- query: prune_scores
-- Deletes scores of models in a context that are older than the latest $5 of established raters, or of other raters.
DELETE FROM neural.recent_units r
USING unnest($4::text[]) AS m (model)
CROSS JOIN (VALUES (true), (false)) AS e (established)
CROSS JOIN LATERAL (
  SELECT u.created_at FROM neural.recent_units u
  LEFT JOIN neural.user_trust_scores t ON t.tenant_id = u.tenant_id AND t.user_id = u.user_id
  WHERE u.tenant_id = $1 AND u.task_type = $2 AND u.domain_mode = $3 AND u.model = m.model
    AND coalesce(t.established, false) = e.established
  ORDER BY u.created_at DESC OFFSET $5 LIMIT 1
) AS last
WHERE r.tenant_id = $1 AND r.task_type = $2 AND r.domain_mode = $3 AND r.model = m.model AND r.created_at < last.created_at
  AND e.established = coalesce((
    SELECT t.established FROM neural.user_trust_scores t WHERE t.tenant_id = r.tenant_id AND t.user_id = r.user_id), false);

-- query: insert_shift
-- Inserts a shift, unless the number of shifts differs from the $8 that were read.
INSERT INTO neural.quality_shifts (tenant_id, task_type, domain_mode, model, shifted_at, mean_before, mean_after)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE $8 = (SELECT count(*) FROM neural.quality_shifts WHERE tenant_id = $1 AND task_type = $2 AND domain_mode = $3 AND model = $4)
ON CONFLICT DO NOTHING RETURNING true;

-- query: enqueue_new_epoch
-- Queues the units of the new epoch for learning.
SELECT ingest_api_v1.enqueue_units(array_agg(tenant_id), array_agg(output_id), array_agg(user_id))
FROM neural.recent_units
WHERE tenant_id = $1 AND task_type = $2 AND domain_mode = $3 AND model = $4 AND created_at >= $5 HAVING count(*) > 0;

-- query: upsert_recent_scores
-- Inserts or updates the scores of units from the last 30 days.
INSERT INTO neural.recent_units (tenant_id, task_type, domain_mode, model, created_at, output_id, user_id, score)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::float8[])
  AS u (tenant_id, task_type, domain_mode, model, created_at, output_id, user_id, score)
WHERE created_at > now() - interval '30 days'
ORDER BY tenant_id, task_type, domain_mode, model, created_at, output_id, user_id
ON CONFLICT (tenant_id, task_type, domain_mode, model, created_at, output_id, user_id) DO UPDATE SET score = excluded.score;

-- query: delete_recent_scores
-- Deletes the scores of units that no longer contribute.
DELETE FROM neural.recent_units r
USING unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
  AS u (tenant_id, task_type, domain_mode, model, created_at, output_id, user_id)
WHERE r.tenant_id = u.tenant_id AND r.task_type = u.task_type AND r.domain_mode = u.domain_mode AND r.model = u.model
  AND r.created_at = u.created_at AND r.output_id = u.output_id AND r.user_id = u.user_id;
