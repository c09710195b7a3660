-- query: outputs
-- $1 outputs within 60 days, in the order of time, with increasing IDs. Nine tenants; the first has 20 % of the outputs.
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
SELECT 'tenant-' || greatest(n * 7919 % 10, 1), to_char(n, 'FM000000000000'),
  timestamptz '2026-06-01' + n * interval '60 days' / $1::bigint, '', '\x00'
FROM generate_series(1, $1::bigint) AS n;

-- query: manifests
-- 50,000 users, each with three task types in two domains; eight models with two versions each.
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id, orchestration_name,
  services_used, thermal_states, provider_health, brain_reasoning, was_user_override, output_tokens, total_latency_ms,
  total_cost, was_streamed, steps, decision_id)
SELECT o.tenant_id, o.output_id, o.created_at, 'user-' || u.who, '', '', 'chat',
  'task-' || (u.who + hashint8(n + 7) % 3 + 2) % 10, 'domain-' || (u.who + (hashint8(n + 8) & 1)) % 4, 100,
  ARRAY['model-' || (hashint8(n) & 7)], ARRAY['v' || (n * 2 / ($1::bigint + 1))], '', '', '{}', '{}', '{}', '', false, 200, 800,
  0.002, true, '[]', ''
FROM ingest.outputs o
CROSS JOIN LATERAL (SELECT o.output_id::bigint AS n) AS i
CROSS JOIN LATERAL (SELECT n * 48271 % 50000 AS who) AS u;

-- query: votes
-- A vote on every third output. Better models get more positive votes.
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, user_agent,
  client_time, request_id)
SELECT m.tenant_id, m.output_id, m.user_id,
  CASE WHEN hashint8(n + 1) & 15 = 0 THEN 0 WHEN (hashint8(n + 2) & 15) < 4 + (hashint8(n) & 7) THEN 1 ELSE -1 END,
  CASE hashint8(n + 3) & 7 WHEN 0 THEN '{accuracy}'::text[] WHEN 1 THEN '{speed,relevance}' ELSE '{}' END,
  '', 'thinktank', '', m.created_at + interval '1 minute', gen_random_uuid()
FROM ingest.execution_manifests m
CROSS JOIN LATERAL (SELECT m.output_id::bigint AS n) AS i
WHERE n % 3 = 0;

-- query: signals
-- Three signals of nine types on each output.
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
SELECT m.tenant_id, m.output_id, m.user_id, uuidv7(), m.created_at + interval '1 minute',
  k.names[place], ingest_api_v1.get_implicit_sentiment(k.names[place])
FROM ingest.execution_manifests m
CROSS JOIN generate_series(0, 2) AS s
CROSS JOIN LATERAL (SELECT ARRAY['copy_response', 'share_response', 'regenerate', 'scroll_bounce', 'scroll_to_end',
  'export_response', 'abandon_mid_response', 'continue_conversation', 'favorite_added'] AS names) AS k
CROSS JOIN LATERAL (SELECT 1 + (hashint8(m.output_id::bigint * 3 + s) & 1023) % 9 AS place) AS p;

-- query: raw_rows
-- Number of votes and signals.
SELECT (SELECT count(*) FROM ingest.explicit_feedback) + (SELECT count(*) FROM ingest.implicit_signals);

-- query: tune
-- As much memory as all statements of a rebuild together, and two parallel workers.
SELECT set_config('work_mem', '256MB', false), set_config('max_parallel_workers_per_gather', '2', false),
  set_config('jit', 'off', false);

-- query: aggregate
-- The same cells in one statement with floating point arithmetic, as superuser without row-level security. It has no
-- trust, no withdrawals and no contributions that could be replaced later.
CREATE TABLE bench_cells AS
WITH implicit AS (
  SELECT tenant_id, output_id, user_id, avg(sentiment) AS sentiment
  FROM (
    SELECT tenant_id, output_id, user_id, signal_type, min(sentiment) AS sentiment FROM ingest.implicit_signals
    GROUP BY tenant_id, output_id, user_id, signal_type
  ) AS s
  GROUP BY tenant_id, output_id, user_id
), scored AS (
  SELECT tenant_id, user_id, m.task_type, m.domain_mode, v.model, v.model_version, e.rating, e.categories, i.sentiment,
    ((3 * coalesce(e.rating, 0) + coalesce(i.sentiment, 0))
      / (3 * (e.rating IS NOT NULL)::int + (i.sentiment IS NOT NULL)::int) + 1) / 2 AS score,
    power(2::float8, extract(epoch FROM m.created_at - now())::float8 / 2592000) / cardinality(m.models_used) AS weight
  FROM ingest.explicit_feedback e
  FULL JOIN implicit i USING (tenant_id, output_id, user_id)
  JOIN (SELECT tenant_id, output_id, created_at, task_type, domain_mode, models_used, model_versions
        FROM ingest.execution_manifests) AS m USING (tenant_id, output_id)
  CROSS JOIN LATERAL unnest(m.models_used, m.model_versions) AS v (model, model_version)
)
SELECT tenant_id, user_id, task_type, domain_mode, model, model_version, sum(weight) AS evidence,
  sum(weight * score) AS score_sum,
  sum(weight) FILTER (WHERE 'accuracy' = ANY(categories)) AS accuracy_evidence,
  sum(weight * score) FILTER (WHERE 'accuracy' = ANY(categories)) AS accuracy_sum,
  sum(weight) FILTER (WHERE 'relevance' = ANY(categories)) AS relevance_evidence,
  sum(weight * score) FILTER (WHERE 'relevance' = ANY(categories)) AS relevance_sum,
  sum(weight) FILTER (WHERE 'speed' = ANY(categories)) AS speed_evidence,
  sum(weight * score) FILTER (WHERE 'speed' = ANY(categories)) AS speed_sum,
  count(*) FILTER (WHERE rating = 1) AS positive_count, count(*) FILTER (WHERE rating = -1) AS negative_count,
  count(*) FILTER (WHERE rating = 0) AS neutral_count, count(*) FILTER (WHERE sentiment > 0) AS implicit_positive_count,
  count(*) FILTER (WHERE sentiment < 0) AS implicit_negative_count, count(*) AS total_count,
  count(DISTINCT user_id) AS raters
FROM scored
GROUP BY GROUPING SETS (
  (tenant_id, user_id, task_type, domain_mode, model, model_version), (tenant_id, user_id, task_type, model, model_version),
  (tenant_id, user_id, model, model_version), (tenant_id, task_type, domain_mode, model, model_version),
  (tenant_id, task_type, model, model_version), (tenant_id, model, model_version));

-- query: create_index
-- The same unique index as on the cells of a rebuild.
CREATE UNIQUE INDEX ON bench_cells (tenant_id, user_id, task_type, domain_mode, model, model_version);

-- query: drop_cells
-- Drops the cells of an earlier run.
DROP TABLE IF EXISTS bench_cells;

-- query: differences
-- Number of cells that differ by more than 1e-6 or exist on one side only.
SELECT count(*) FROM bench_cells b FULL JOIN (
  SELECT * FROM neural.neural_model_scores WHERE version = $1 AND total_count > 0
) AS s ON s.tenant_id = b.tenant_id AND s.user_id = coalesce(b.user_id, '') AND s.task_type = coalesce(b.task_type, '')
  AND s.domain_mode = coalesce(b.domain_mode, '') AND s.model = b.model AND s.model_version = b.model_version
WHERE b.tenant_id IS NULL OR s.tenant_id IS NULL OR b.total_count <> s.total_count
  OR abs(b.score_sum / b.evidence - (s.score_sum / s.evidence)::float8) > 1e-6;
