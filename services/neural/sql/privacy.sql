-- query: can_erase
-- Whether the queue of a tenant is learned up to $2, and no rebuild or nightly run is in progress.
SELECT NOT EXISTS (SELECT FROM ingest_api_v1.learn_queue WHERE tenant_id = $1 AND seq <= $2)
  AND NOT EXISTS (SELECT FROM neural.score_versions WHERE state = 'building')
  AND NOT EXISTS (SELECT FROM neural.runs WHERE state = 'running');

-- query: delete_trust
-- Deletes the trust score of a user, and queues the user's units of feedback after the erasure.
WITH deleted AS (
  DELETE FROM neural.user_trust_scores WHERE tenant_id = $1 AND user_id = $2
)
SELECT ingest_api_v1.enqueue_units(array_agg(c.tenant_id), array_agg(c.output_id), array_agg(c.user_id))
FROM neural.unit_contributions c
WHERE c.version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND c.tenant_id = $1 AND c.user_id = $2
HAVING count(*) > 0;

-- query: delete_user_rows
-- Deletes a user's rows of old versions and the user's empty cells.
SELECT neural.forget_user_rows($1, $2);

-- query: delete_user_scores
-- Deletes recent scores of a user that have no contribution.
DELETE FROM neural.recent_units r WHERE r.tenant_id = $1 AND r.user_id = $2 AND NOT EXISTS (
  SELECT FROM neural.unit_contributions c WHERE c.version = (SELECT version FROM neural.score_versions WHERE state = 'live')
    AND c.tenant_id = $1 AND c.user_id = $2 AND c.output_id = r.output_id);

-- query: delete_user_rebuild_queue
-- Deletes a user's units from the queue of the rebuild.
DELETE FROM neural.rebuild_queue WHERE tenant_id = $1 AND user_id = $2;

-- query: delete_user_publish_queue
-- Deletes boards of a user without cells from the publish queue. Waits for a publisher that has locked some of them.
DELETE FROM neural.publish_queue q WHERE q.tenant_id = $1 AND q.user_id = $2 AND NOT EXISTS (
  SELECT FROM neural.neural_model_scores s WHERE s.version = (SELECT version FROM neural.score_versions WHERE state = 'live')
    AND s.tenant_id = $1 AND s.user_id = $2);

-- query: delete_user_from_reports
-- Removes a user's cells from the stored reports of the table {table}.
UPDATE neural.{table} v SET report = jsonb_set(v.report, '{largest_changes}', (
  SELECT coalesce(jsonb_agg(c.each), '[]') FROM jsonb_array_elements(v.report -> 'largest_changes') AS c (each)
  WHERE c.each ->> 'tenant_id' <> $1 OR c.each ->> 'user_id' <> $2))
WHERE v.report -> 'largest_changes' @> jsonb_build_array(jsonb_build_object('tenant_id', $1::text, 'user_id', $2::text));

-- query: delete_output_marks
-- Deletes the marks of erased outputs. Their cost stays in the spending.
DELETE FROM neural.counted_outputs c USING ingest_api_v1.erased_outputs($1, $2::uuid) AS o
WHERE c.hour = date_trunc('hour', o.created_at, 'UTC') AND c.tenant_id = $1 AND c.output_id = o.output_id;

-- query: delete_output_versions
-- Recomputes when versions of models were first and last used, without the erased outputs. Returns the models whose
-- versions may have changed places.
WITH erased AS (
  SELECT v.model, v.model_version, min(o.created_at) AS created_at, max(o.created_at) AS latest
  FROM ingest_api_v1.erased_outputs($1, $2::uuid) AS o
  CROSS JOIN LATERAL unnest(o.models, o.model_versions) AS v (model, model_version)
  GROUP BY v.model, v.model_version
), affected AS (
  SELECT k.model, k.model_version, g.latest FROM erased g
  JOIN neural.model_versions k ON k.tenant_id = $1 AND k.model = g.model AND k.model_version = g.model_version
    AND (k.first_output_at >= g.created_at OR k.last_output_at <= g.latest)
), firsts AS (
  SELECT t.model, t.model_version, t.latest, min(m.created_at) AS first_output_at, max(m.created_at) AS last_output_at
  FROM affected t
  LEFT JOIN (
    SELECT m.created_at, v.model, v.model_version FROM ingest_api_v1.manifests m
    CROSS JOIN LATERAL unnest(m.models_used, m.model_versions) AS v (model, model_version)
    WHERE m.tenant_id = $1 AND m.models_used && (SELECT array_agg(model) FROM affected)
  ) AS m USING (model, model_version)
  GROUP BY t.model, t.model_version, t.latest
), dropped AS (
  DELETE FROM neural.model_versions k USING firsts f
  WHERE k.tenant_id = $1 AND k.model = f.model AND k.model_version = f.model_version AND f.first_output_at IS NULL
  RETURNING k.model
), moved AS (
  UPDATE neural.model_versions k SET first_output_at = greatest(k.first_output_at, f.first_output_at),
    last_output_at = CASE WHEN k.last_output_at <= f.latest THEN f.last_output_at ELSE k.last_output_at END
  FROM firsts f
  WHERE k.tenant_id = $1 AND k.model = f.model AND k.model_version = f.model_version
    AND (f.first_output_at > k.first_output_at OR (k.last_output_at <= f.latest AND f.last_output_at <> k.last_output_at))
  RETURNING k.model
)
SELECT model FROM dropped UNION SELECT model FROM moved;

-- query: lock_decisions
-- Waits for decisions that are being written, and keeps writers out until the end of the transaction.
SELECT pg_advisory_xact_lock(72010, hashtext($1));

-- query: delete_user_decisions
-- Deletes the decisions for a user made before the erasure. Allows for clock differences of 10 s.
DELETE FROM neural.neural_routing_recommendations
WHERE tenant_id = $1 AND user_id = $2 AND decided_at < $3::timestamptz + interval '10 seconds';

-- query: clear_user_answers
-- Clears stored answers that name a user. A repeated request then gets an empty answer.
UPDATE neural.requests SET answer = '' WHERE tenant_id = $1 AND method IN ('PinTrustScore', 'ClearTrustScore')
  AND position($2::bytea IN answer) > 0;
