-- query: run
-- The state of a run.
SELECT run_id::text AS run_id, state, done, report::text AS report, error FROM neural.runs WHERE run_id = $1;

-- query: fail_other_runs
-- Marks unfinished runs of other processes as failed.
UPDATE neural.runs SET state = 'failed', finished_at = now(), error = 'another run replaced it'
WHERE state = 'running' AND run_id <> $1;

-- query: begin_run
-- Starts or resumes a run.
INSERT INTO neural.runs AS r (run_id) VALUES ($1) ON CONFLICT (run_id) DO UPDATE SET attempts = r.attempts + 1;

-- query: begin_step
-- Stores the name of the running step.
UPDATE neural.runs SET step = $2 WHERE run_id = $1;

-- query: end_step
-- Stores that a step is done, and its part of the report.
UPDATE neural.runs SET done = done || $2::text, step = '', report = report || $3::text::jsonb WHERE run_id = $1;

-- query: end_run
-- Ends a run: succeeded without an error, else failed.
UPDATE neural.runs SET state = CASE WHEN $2 = '' THEN 'succeeded' ELSE 'failed' END, error = $2, step = '', finished_at = now()
WHERE run_id = $1 AND state = 'running';

-- query: unfinished_run
-- A run that is not finished. Its process may have stopped.
SELECT run_id::text AS run_id FROM neural.runs WHERE state = 'running';

-- query: last_start
-- Start of the latest run; without any run, the start of the first version.
SELECT coalesce((SELECT max(started_at) FROM neural.runs), (SELECT min(started_at) FROM neural.score_versions), now());

-- query: runs_page
-- Runs before a position, newest first, each with the progress of its rebuild.
SELECT r.run_id::text AS run_id, r.state, r.step, r.done, r.attempts, r.error, r.started_at, r.finished_at,
  r.report::text AS report, coalesce(v.units_done, 0) AS units_done, coalesce(v.units_total, 0) AS units_total
FROM neural.runs r LEFT JOIN neural.score_versions v ON v.run_id = r.run_id
WHERE (r.started_at, r.run_id) < ($1::timestamptz, $2::uuid)
ORDER BY r.started_at DESC, r.run_id DESC LIMIT $3;

-- query: variance_sums
-- Sums of squares of units within the cells of users, and of these cells within a context of their tenant.
WITH units AS (
  SELECT c.tenant_id, c.user_id, c.task_type, c.domain_mode, m.model, (c.score_sum / nullif(c.evidence, 0))::float8 AS score
  FROM neural.unit_contributions c CROSS JOIN LATERAL unnest(c.models) AS m (model)
  WHERE c.version = (SELECT version FROM neural.score_versions WHERE state = 'live')
    AND c.created_at > now() - interval '90 days' AND c.evidence > 0
), users AS (
  SELECT tenant_id, user_id, task_type, domain_mode, model, count(*)::float8 AS n, sum(score) AS s, sum(score * score) AS q
  FROM units GROUP BY tenant_id, user_id, task_type, domain_mode, model
), parents AS (
  SELECT tenant_id, count(*) AS cells, sum(n) AS n, sum(q - s * s / n) AS within,
    greatest(sum(s * s / n) - sum(s) * sum(s) / sum(n), 0) AS between, sum(n) - sum(n * n) / sum(n) AS spread
  FROM users GROUP BY tenant_id, task_type, domain_mode, model
)
SELECT tenant_id, 'user' AS level, sum(cells)::bigint AS cells, sum(n)::bigint AS units, sum(within) AS within,
  (sum(n) - sum(cells))::bigint AS within_freedom, sum(between) AS between, (sum(cells) - count(*))::bigint AS between_freedom,
  sum(spread) AS spread
FROM parents GROUP BY tenant_id ORDER BY tenant_id;

-- query: global_cells
-- Evidence and score sum (both in steps of 2^-20 units, with noise) of each tenant in each context of global learning
-- that at least $1 tenants share, and the scale of the noise.
SELECT c.* FROM (
  SELECT g.task_type, g.domain_mode, g.model, sum(g.sums[1])::bigint AS evidence, sum(g.sums[2])::bigint AS score_sum,
    count(*) AS noised, max(m.noise_scale) AS noise_scale,
    count(*) OVER (PARTITION BY g.task_type, g.domain_mode, g.model) AS tenants
  FROM neural.global_contributions g
  JOIN neural.tenant_settings t ON t.tenant_id = g.tenant_id AND t.global_learning
  JOIN neural.global_measurements m ON m.tenant_id = g.tenant_id
  WHERE g.task_type <> '' AND g.domain_mode <> ''
  GROUP BY g.tenant_id, g.task_type, g.domain_mode, g.model
) AS c WHERE c.tenants >= $1 AND c.evidence > 0;

-- query: upsert_strength
-- Inserts or replaces a fitted prior strength.
INSERT INTO neural.prior_strengths (tenant_id, level, strength, cells) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, level) DO UPDATE SET strength = excluded.strength, cells = excluded.cells, fitted_at = now();

-- query: delete_old_strengths
-- Deletes strengths that the latest fit did not replace.
DELETE FROM neural.prior_strengths WHERE fitted_at < $1;

-- query: drift
-- Models whose mean score of the last 7 days differs from the 28 days before by more than $1 standard errors (Welch's
-- test), largest difference first.
WITH units AS (
  SELECT c.tenant_id, c.task_type, c.domain_mode, m.model, (c.score_sum / c.evidence)::float8 AS score,
    c.created_at > now() - interval '7 days' AS recent
  FROM neural.unit_contributions c CROSS JOIN LATERAL unnest(c.models) AS m (model)
  WHERE c.version = (SELECT version FROM neural.score_versions WHERE state = 'live')
    AND c.created_at > now() - interval '35 days' AND c.evidence > 0
), cells AS (
  SELECT tenant_id, task_type, domain_mode, model, count(*) FILTER (WHERE NOT recent) AS units_before,
    avg(score) FILTER (WHERE NOT recent) AS before, var_samp(score) FILTER (WHERE NOT recent) AS var_before,
    count(*) FILTER (WHERE recent) AS units_after, avg(score) FILTER (WHERE recent) AS after,
    var_samp(score) FILTER (WHERE recent) AS var_after
  FROM units GROUP BY tenant_id, task_type, domain_mode, model
), tested AS (
  SELECT *, (after - before) / sqrt(greatest(var_before / units_before + var_after / units_after, 1e-9)) AS errors
  FROM cells WHERE units_before >= 30 AND units_after >= 30
)
SELECT tenant_id, task_type, domain_mode, model, units_before, before, units_after, after, errors FROM tested
WHERE abs(errors) > $1 ORDER BY abs(errors) DESC, tenant_id, task_type, domain_mode, model LIMIT 50;

-- query: drop_decisions
-- Drops the partitions of decisions that ended before a time.
SELECT neural.drop_decisions_before($1);

-- query: delete_old_requests
-- Deletes stored answers after 24 hours.
DELETE FROM neural.requests WHERE created_at < now() - interval '24 hours';

-- query: delete_old_scores
-- Deletes scores that are too old for drift detection.
DELETE FROM neural.recent_units WHERE created_at < now() - interval '30 days';
