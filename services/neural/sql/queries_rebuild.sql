-- query: try_lock_rebuild
-- One rebuild at a time, held by the connection that runs it.
SELECT pg_try_advisory_lock(72004, 0);

-- query: unlock_rebuild
-- Lets the next rebuild begin.
SELECT pg_advisory_unlock(72004, 0);

-- query: run_by_id
-- A run that a repeated request asks for again.
SELECT version, state, report::text AS report, coalesce(error, '') AS error FROM neural.score_versions WHERE run_id = $1;

-- query: abandon
-- Versions whose rebuild died are given up.
UPDATE neural.score_versions SET state = 'failed', finished_at = now(), error = 'the process that ran it ended'
WHERE state = 'building' RETURNING version;

-- query: fail
-- A rebuild that could not be finished leaves the live version as it was.
UPDATE neural.score_versions SET state = 'failed', finished_at = now(), error = $2
WHERE version = $1 AND state = 'building';

-- query: drop_partitions
-- The rows of a version that nobody reads any more.
SELECT neural.drop_version_partitions($1);

-- query: droppable
-- Retired versions but for the latest, which is kept for comparison, and failed ones that still have rows.
SELECT v.version FROM neural.score_versions v
WHERE to_regclass('neural.unit_contributions_v' || v.version) IS NOT NULL AND (v.state = 'failed' OR (
  v.state = 'retired' AND v.version < (SELECT max(version) FROM neural.score_versions WHERE state = 'retired')));

-- query: count_outputs
-- How much there is to read.
SELECT count(*) FROM ingest_api_v1.manifests;

-- query: page_of_units
-- Units of the next outputs after a place.
SELECT o.tenant_id, o.output_id, u.user_id
FROM (
  SELECT m.tenant_id, m.output_id FROM ingest_api_v1.manifests m
  WHERE (m.tenant_id, m.output_id) > ($1, $2) ORDER BY m.tenant_id, m.output_id LIMIT $3
) AS o
LEFT JOIN LATERAL (
  SELECT u.user_id FROM ingest_api_v1.units u WHERE u.tenant_id = o.tenant_id AND u.output_id = o.output_id
) AS u ON true
ORDER BY o.tenant_id, o.output_id;

-- query: progress
-- How far a rebuild is.
UPDATE neural.score_versions SET units_done = units_done + $2 WHERE version = $1;

-- query: take_changed
-- Units that changed since the rebuild read them.
DELETE FROM neural.rebuild_queue WHERE seq IN (SELECT seq FROM neural.rebuild_queue ORDER BY seq LIMIT $1)
RETURNING tenant_id, output_id, user_id;

-- query: forget_changed
-- What a rebuild that died left behind.
DELETE FROM neural.rebuild_queue;

-- query: retire
-- The version that was live.
UPDATE neural.score_versions SET state = 'retired' WHERE state = 'live' RETURNING version;

-- query: go_live
-- The version that was built, with its report; nothing is returned when it was given up meanwhile.
UPDATE neural.score_versions SET state = 'live', finished_at = now(), units_done = $2, report = $3::text::jsonb
WHERE version = $1 AND state = 'building' RETURNING true;

-- query: compare
-- Cells that differ between two versions, the largest change first; scores of empty cells are taken as absent.
WITH before AS (
  SELECT *, score_sum / nullif(evidence, 0) AS score FROM neural.neural_model_scores WHERE version = $1 AND total_count > 0
), after AS (
  SELECT *, score_sum / nullif(evidence, 0) AS score FROM neural.neural_model_scores WHERE version = $2 AND total_count > 0
), pairs AS (
  SELECT coalesce(a.tenant_id, b.tenant_id) AS tenant_id, coalesce(a.user_id, b.user_id) AS user_id,
    coalesce(a.task_type, b.task_type) AS task_type, coalesce(a.domain_mode, b.domain_mode) AS domain_mode,
    coalesce(a.model, b.model) AS model, coalesce(a.model_version, b.model_version) AS model_version,
    b.score::float8 AS before, a.score::float8 AS after, b.total_count AS before_total, a.total_count AS after_total,
    coalesce(abs(a.score - b.score), 1)::float8 AS change
  FROM before b
  FULL JOIN after a USING (tenant_id, user_id, task_type, domain_mode, model, model_version)
)
SELECT *, count(*) OVER () AS changed FROM pairs WHERE change > 1e-9 ORDER BY change DESC, tenant_id, model LIMIT 20;

-- query: count_version
-- Size of a version.
SELECT (SELECT count(*) FROM neural.unit_contributions WHERE version = $1) AS units,
  (SELECT count(*) FROM neural.neural_model_scores WHERE version = $1 AND total_count > 0) AS cells;
