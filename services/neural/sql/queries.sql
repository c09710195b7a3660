-- query: score_keys
-- A page of cells of a tenant (empty user), of a user, or (empty tenant) of the global scope, grouped by model.
SELECT DISTINCT task_type, domain_mode, model FROM (
  SELECT task_type, domain_mode, model FROM neural.neural_model_scores
  WHERE version = $1 AND tenant_id = $2 AND user_id = $3 AND total_count > 0
  UNION ALL
  SELECT task_type, domain_mode, model FROM neural.published_global_scores WHERE version = $1 AND $2 = '' AND $3 = ''
) AS cells
WHERE ($4 = '' OR model = $4) AND ($5 = '' OR task_type = $5) AND ($6 = '' OR domain_mode = $6)
  AND ($7 OR domain_mode <> '') AND (task_type, domain_mode, model) > ($8, $9, $10)
ORDER BY task_type, domain_mode, model LIMIT $11;

-- query: score_cells
-- All cells of a page of keys.
WITH keys AS (
  SELECT * FROM unnest($4::text[], $5::text[], $6::text[]) AS k (task_type, domain_mode, model)
)
SELECT c.task_type, c.domain_mode, c.model, c.model_version, c.epoch, c.evidence::text, c.score_sum::text,
  c.accuracy_evidence::text, c.accuracy_sum::text, c.relevance_evidence::text, c.relevance_sum::text,
  c.speed_evidence::text, c.speed_sum::text, c.positive_count, c.negative_count, c.neutral_count,
  c.implicit_positive_count, c.implicit_negative_count, c.total_count, c.updated_at,
  coalesce(c.first_output_at, '-infinity') AS first_output_at, c.last_output_at
FROM (
  SELECT s.task_type, s.domain_mode, s.model, s.model_version, s.epoch, s.evidence - x.evidence AS evidence,
    s.score_sum - x.score_sum AS score_sum, s.accuracy_evidence, s.accuracy_sum, s.relevance_evidence, s.relevance_sum,
    s.speed_evidence, s.speed_sum, s.positive_count, s.negative_count, s.neutral_count, s.implicit_positive_count,
    s.implicit_negative_count, s.total_count, s.updated_at, v.first_output_at, v.last_output_at
  FROM keys k
  JOIN neural.neural_model_scores s ON s.version = $1 AND s.tenant_id = $2 AND s.user_id = $3
    AND s.task_type = k.task_type AND s.domain_mode = k.domain_mode AND s.model = k.model AND s.total_count > 0
  CROSS JOIN LATERAL neural.excess_of(s) AS x
  LEFT JOIN neural.model_versions v ON v.tenant_id = s.tenant_id AND v.model = s.model
    AND v.model_version = s.model_version
  UNION ALL
  SELECT s.task_type, s.domain_mode, s.model, s.model_version, 0, s.evidence, s.score_sum, s.accuracy_evidence,
    s.accuracy_sum, s.relevance_evidence, s.relevance_sum, s.speed_evidence, s.speed_sum, s.positive_count,
    s.negative_count, s.neutral_count, s.implicit_positive_count, s.implicit_negative_count, s.total_count,
    s.updated_at, s.first_output_at, s.last_output_at
  FROM keys k
  JOIN neural.published_global_scores s ON s.version = $1 AND $2 = '' AND $3 = '' AND s.task_type = k.task_type
    AND s.domain_mode = k.domain_mode AND s.model = k.model
) AS c
ORDER BY c.task_type, c.domain_mode, c.model;

-- query: trust_scores
-- A page of raters, lowest trust first.
SELECT user_id, trust, factors::text AS factors, outlier, outlier_reason, pinned, updated_at
FROM neural.user_trust_scores
WHERE tenant_id = $1 AND (NOT $2 OR outlier) AND (trust, user_id) > ($3, $4)
ORDER BY trust, user_id LIMIT $5;

-- query: queue_state
-- Number of queued units of one tenant or (empty) of all, and the age of the oldest in milliseconds.
SELECT count(*) AS units, coalesce(extract(epoch FROM now() - min(enqueued_at)) * 1000, 0)::float8 AS lag_ms
FROM ingest_api_v1.learn_queue WHERE $1 = '' OR tenant_id = $1;

-- query: count_learned
-- Number of units in a version, of one tenant or (empty) of all.
SELECT count(*) FROM neural.unit_contributions WHERE version = $1 AND ($2 = '' OR tenant_id = $2);

-- query: upsert_settings
-- Stores the settings of a tenant.
INSERT INTO neural.tenant_settings AS t (tenant_id, global_learning, daily_budget_usd) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET global_learning = excluded.global_learning,
  daily_budget_usd = excluded.daily_budget_usd, updated_at = now();

-- query: settings
-- The settings of a tenant, defaults included, and its spending of the current UTC day. Always one row.
SELECT coalesce(t.global_learning, false) AS global_learning, coalesce(t.daily_budget_usd, 0) AS daily_budget_usd,
  s.spent, s.outputs, s.unmeasured, coalesce(p.cost_weight, 0) AS cost_weight, p.updated_at AS weight_updated_at
FROM (SELECT $1::text AS tenant_id) AS k
LEFT JOIN neural.tenant_settings t ON t.tenant_id = k.tenant_id
LEFT JOIN neural.budget_pacers p ON p.tenant_id = k.tenant_id AND t.daily_budget_usd > 0
CROSS JOIN LATERAL (
  SELECT coalesce(sum(s.cost), 0) AS spent, coalesce(sum(s.outputs), 0)::bigint AS outputs,
    coalesce(sum(s.unmeasured), 0)::bigint AS unmeasured
  FROM neural.spending s
  WHERE s.tenant_id = k.tenant_id AND s.hour >= date_trunc('day', now(), 'UTC')
    AND s.hour < date_trunc('day', now(), 'UTC') + interval '24 hours'
) AS s;

-- query: model_calls
-- Calls by outcome within the last $2: by model, by model and task, and by model and provider. Empty filters select all.
SELECT model, coalesce(task_type, '') AS task_type, coalesce(provider, '') AS provider, sum(answered)::bigint AS answered,
  sum(errors)::bigint AS errors, sum(timeouts)::bigint AS timeouts, sum(cancelled)::bigint AS cancelled
FROM neural.call_outcomes
WHERE tenant_id = $1 AND period > now() - $2::interval AND ($3 = '' OR model = $3) AND ($4 = '' OR task_type = $4)
GROUP BY GROUPING SETS ((model), (model, task_type), (model, provider))
HAVING GROUPING(provider) = 1 OR provider <> ''
ORDER BY model, task_type NULLS FIRST, provider NULLS FIRST LIMIT $5;
