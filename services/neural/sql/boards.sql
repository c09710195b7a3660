-- query: boards
-- Boards of one tenant and its users, at least one row per board. The sum of revisions grows with every change.
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
-- Global boards, published rows only. All global boards share one revision.
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

-- query: dequeue_boards
-- Removes the oldest boards from the publish queue. Several publishers can run at the same time.
DELETE FROM neural.publish_queue WHERE seq IN (
  SELECT seq FROM neural.publish_queue ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING tenant_id, user_id, task_type, domain_mode;

-- query: participants
-- The tenants among $1 that take part in global learning.
SELECT tenant_id FROM neural.tenant_settings WHERE tenant_id = ANY($1::text[]) AND global_learning;

-- query: lock_global_scores
-- Waits until no other transaction computes global scores, and locks others out until this one ends.
SELECT pg_advisory_xact_lock(72003, 0);

-- query: recompute_global
-- Recomputes the global cells of the given contexts from the tenants that take part. A row is published if at least $4
-- tenants and $5 users contributed to it.
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

-- query: score_contexts
-- Contexts in which one tenant or (empty) any tenant has scores.
SELECT DISTINCT task_type, domain_mode FROM neural.neural_model_scores
WHERE version = $1 AND ($2 = '' OR tenant_id = $2) AND user_id = '';

-- query: enqueue_boards
-- Queues boards for publication.
INSERT INTO neural.publish_queue (version, tenant_id, user_id, task_type, domain_mode)
SELECT $1, k.tenant_id, k.user_id, k.task_type, k.domain_mode
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS k (tenant_id, user_id, task_type, domain_mode);

-- query: enqueue_boards_of_models
-- Queues all boards with a row of one of the given models.
INSERT INTO neural.publish_queue (version, tenant_id, user_id, task_type, domain_mode)
SELECT DISTINCT s.version, s.tenant_id, s.user_id, s.task_type, s.domain_mode
FROM unnest($2::text[], $3::text[]) AS k (tenant_id, model)
JOIN neural.neural_model_scores s ON s.version = $1 AND s.tenant_id = k.tenant_id AND s.model = k.model;

-- query: increment_board_revisions
-- Increments the board revision of tenants, for changes outside of their cells.
INSERT INTO neural.board_revisions AS r (tenant_id) SELECT t FROM unnest($1::text[]) AS t ORDER BY t
ON CONFLICT (tenant_id) DO UPDATE SET revision = r.revision + 1;
