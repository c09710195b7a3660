-- query: boards
-- Boards of one tenant and its users as they stand, each at least one row; a revision that grows with every change.
WITH live AS (
  SELECT version, mode, half_life_seconds FROM neural.score_versions WHERE state = 'live'
), keys AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (tenant_id, user_id, task_type, domain_mode)
)
SELECT k.tenant_id, k.user_id, k.task_type, k.domain_mode, live.version, live.mode, live.half_life_seconds,
  coalesce(r.revision, 0) AS board_revision, s.model, s.model_version, s.epoch, (s.evidence - x.evidence)::text AS evidence,
  (s.score_sum - x.score_sum)::text AS score_sum, s.positive_count, s.negative_count, s.total_count, s.revision,
  coalesce(v.first_output_at, '-infinity') AS first_output_at, c.companions
FROM live CROSS JOIN keys k
LEFT JOIN neural.board_revisions r ON r.tenant_id = k.tenant_id
LEFT JOIN neural.neural_model_scores s ON s.version = live.version AND s.tenant_id = k.tenant_id
  AND s.user_id = k.user_id AND s.task_type = k.task_type AND s.domain_mode = k.domain_mode
LEFT JOIN LATERAL neural.excess_of(s) AS x ON true
LEFT JOIN neural.model_versions v ON v.tenant_id = s.tenant_id AND v.model = s.model
  AND v.model_version = s.model_version
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(m.kind, m.name, m.evidence::text, m.score_sum::text))::text AS companions
  FROM neural.model_companions m
  WHERE k.user_id = '' AND k.domain_mode <> '' AND m.version = live.version AND m.tenant_id = k.tenant_id
    AND m.task_type = k.task_type AND m.domain_mode = k.domain_mode AND m.model = s.model
) AS c ON true;

-- query: global_boards
-- Global boards: what enough tenants and users stand behind. One revision for all of them.
WITH live AS (
  SELECT version, mode, half_life_seconds FROM neural.score_versions WHERE state = 'live'
), keys AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (tenant_id, user_id, task_type, domain_mode)
)
SELECT k.tenant_id, k.user_id, k.task_type, k.domain_mode, live.version, live.mode, live.half_life_seconds,
  coalesce(r.revision, 0) AS board_revision, s.model, s.model_version, 0 AS epoch, s.evidence::text AS evidence,
  s.score_sum::text AS score_sum, s.positive_count, s.negative_count, s.total_count, 0::bigint AS revision,
  coalesce(v.first_output_at, '-infinity') AS first_output_at, NULL::text AS companions
FROM live CROSS JOIN keys k
LEFT JOIN neural.board_revisions r ON r.tenant_id = ''
LEFT JOIN neural.published_global_scores s ON s.version = live.version AND s.task_type = k.task_type
  AND s.domain_mode = k.domain_mode
LEFT JOIN LATERAL (
  SELECT min(first_output_at) AS first_output_at FROM neural.model_versions v
  WHERE v.model = s.model AND v.model_version = s.model_version
) AS v ON true;

-- query: take_boards
-- Boards to publish, oldest first; several publishers share them.
DELETE FROM neural.publish_queue WHERE seq IN (
  SELECT seq FROM neural.publish_queue ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING tenant_id, user_id, task_type, domain_mode;

-- query: participants
-- Which of the tenants take part in the global scope, or did.
SELECT tenant_id FROM neural.tenant_settings WHERE tenant_id = ANY($1::text[]) AND global_learning;

-- query: lock_global
-- Global sums are made by one process at a time.
SELECT pg_advisory_xact_lock(72003, 0);

-- query: recompute_global
-- Global cells of the given contexts, from the tenants that take part. $4 tenants and $5 users make a row public.
WITH contexts AS (
  SELECT * FROM unnest($2::text[], $3::text[]) AS c (task_type, domain_mode)
), sums AS (
  SELECT s.task_type, s.domain_mode, s.model, s.model_version,
    sum(s.evidence - s.excess) AS evidence, sum(s.score_sum - s.excess_sum) AS score_sum,
    sum(s.accuracy_evidence) AS accuracy_evidence, sum(s.accuracy_sum) AS accuracy_sum,
    sum(s.relevance_evidence) AS relevance_evidence, sum(s.relevance_sum) AS relevance_sum,
    sum(s.speed_evidence) AS speed_evidence, sum(s.speed_sum) AS speed_sum,
    sum(s.positive_count) AS positive_count, sum(s.negative_count) AS negative_count,
    sum(s.neutral_count) AS neutral_count, sum(s.implicit_positive_count) AS implicit_positive_count,
    sum(s.implicit_negative_count) AS implicit_negative_count, sum(s.total_count) AS total_count,
    sum(s.raters) FILTER (WHERE s.widest) AS raters, count(DISTINCT s.tenant_id) AS tenants
  FROM contexts c
  CROSS JOIN LATERAL (
    SELECT s.*, x.evidence AS excess, x.score_sum AS excess_sum,
      row_number() OVER (PARTITION BY s.tenant_id, s.model, s.model_version ORDER BY s.raters DESC, s.epoch) = 1 AS widest
    FROM neural.neural_model_scores s
    CROSS JOIN LATERAL neural.excess_of(s) AS x
    WHERE s.version = $1 AND s.user_id = '' AND s.task_type = c.task_type AND s.domain_mode = c.domain_mode
      AND s.total_count > 0
  ) AS s
  JOIN neural.tenant_settings t ON t.tenant_id = s.tenant_id AND t.global_learning
  GROUP BY s.task_type, s.domain_mode, s.model, s.model_version
), orphans AS (
  UPDATE neural.global_model_scores g SET published = false, evidence = 0, score_sum = 0, accuracy_evidence = 0,
    accuracy_sum = 0, relevance_evidence = 0, relevance_sum = 0, speed_evidence = 0, speed_sum = 0, positive_count = 0,
    negative_count = 0, neutral_count = 0, implicit_positive_count = 0, implicit_negative_count = 0, total_count = 0,
    raters = 0, tenants = 0, revision = revision + 1, updated_at = now()
  FROM contexts c
  WHERE g.version = $1 AND g.task_type = c.task_type AND g.domain_mode = c.domain_mode AND NOT EXISTS (
    SELECT FROM sums s WHERE s.task_type = g.task_type AND s.domain_mode = g.domain_mode AND s.model = g.model
      AND s.model_version = g.model_version)
)
INSERT INTO neural.global_model_scores AS g (version, task_type, domain_mode, model, model_version, evidence, score_sum,
  accuracy_evidence, accuracy_sum, relevance_evidence, relevance_sum, speed_evidence, speed_sum, positive_count,
  negative_count, neutral_count, implicit_positive_count, implicit_negative_count, total_count, raters, tenants,
  published)
SELECT $1, s.*, s.tenants >= $4 AND s.raters >= $5 FROM sums s
ON CONFLICT (version, task_type, domain_mode, model, model_version) DO UPDATE SET
  evidence = excluded.evidence, score_sum = excluded.score_sum, accuracy_evidence = excluded.accuracy_evidence,
  accuracy_sum = excluded.accuracy_sum, relevance_evidence = excluded.relevance_evidence,
  relevance_sum = excluded.relevance_sum, speed_evidence = excluded.speed_evidence, speed_sum = excluded.speed_sum,
  positive_count = excluded.positive_count, negative_count = excluded.negative_count,
  neutral_count = excluded.neutral_count, implicit_positive_count = excluded.implicit_positive_count,
  implicit_negative_count = excluded.implicit_negative_count, total_count = excluded.total_count,
  raters = excluded.raters, tenants = excluded.tenants, published = excluded.published,
  revision = g.revision + 1, updated_at = now();

-- query: tenant_contexts
-- Contexts in which a tenant has scores.
SELECT DISTINCT task_type, domain_mode FROM neural.neural_model_scores
WHERE version = $1 AND tenant_id = $2 AND user_id = '';

-- query: all_contexts
-- Contexts in which any tenant has scores.
SELECT DISTINCT task_type, domain_mode FROM neural.neural_model_scores WHERE version = $1 AND user_id = '';

-- query: contexts_of
-- Contexts of a tenant and of some of its users that hold feedback, roll-ups included.
SELECT DISTINCT user_id, task_type, domain_mode FROM neural.neural_model_scores
WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND tenant_id = $1
  AND (user_id = '' OR user_id = ANY($2::text[])) AND (task_type = '' OR $3::text[] = '{}' OR task_type = ANY($3))
  AND total_count > 0
LIMIT $4;

-- query: change_settings
-- Whether a tenant's feedback adds to the global scope, and what its outputs may cost a day.
INSERT INTO neural.tenant_settings AS t (tenant_id, global_learning, daily_budget_usd) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET global_learning = excluded.global_learning,
  daily_budget_usd = excluded.daily_budget_usd, updated_at = now();

-- query: settings
-- A tenant's settings (none means the defaults) and where its spending of the day stands. Always one row.
SELECT coalesce(t.global_learning, false) AS global_learning, coalesce(t.daily_budget_usd, 0) AS daily_budget_usd,
  s.spent, s.outputs, coalesce(p.cost_weight, 0) AS cost_weight, p.updated_at AS paced_at
FROM (SELECT $1::text AS tenant_id) AS k
LEFT JOIN neural.tenant_settings t ON t.tenant_id = k.tenant_id
LEFT JOIN neural.budget_pacers p ON p.tenant_id = k.tenant_id AND t.daily_budget_usd > 0
CROSS JOIN LATERAL (
  SELECT coalesce(sum(s.cost), 0) AS spent, coalesce(sum(s.outputs), 0)::bigint AS outputs FROM neural.spending s
  WHERE s.tenant_id = k.tenant_id AND s.hour >= date_trunc('day', now(), 'UTC')
    AND s.hour < date_trunc('day', now(), 'UTC') + interval '24 hours'
) AS s;

-- query: stored_answer
-- The answer that a request got before.
SELECT method, fingerprint, answer FROM neural.requests WHERE tenant_id = $1 AND request_id = $2;

-- query: store_answer
-- Kept in the transaction of the change; nothing is returned when another process was faster.
INSERT INTO neural.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;
