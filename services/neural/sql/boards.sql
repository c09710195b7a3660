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
-- Global boards, published rows only, which have noise. All global boards share one revision.
WITH live AS (
  SELECT version, mode, half_life_seconds FROM neural.score_versions WHERE state = 'live'
), keys AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (tenant_id, user_id, task_type, domain_mode)
)
SELECT k.tenant_id, k.user_id, k.task_type, k.domain_mode, live.version, live.mode, live.half_life_seconds,
  coalesce(r.revision, 0) AS board_revision, s.model, s.model_version, 0 AS epoch, s.evidence::text AS evidence,
  s.score_sum::text AS score_sum, s.positive_count, s.negative_count, s.total_count, 0::bigint AS revision,
  s.first_output_at, NULL::text AS companions
FROM live CROSS JOIN keys k
LEFT JOIN neural.board_revisions r ON r.tenant_id = ''
LEFT JOIN neural.published_global_scores s ON s.version = live.version AND s.task_type = k.task_type
  AND s.domain_mode = k.domain_mode;

-- query: dequeue_boards
-- Removes the oldest boards from the publish queue. Several publishers can run at the same time.
DELETE FROM neural.publish_queue WHERE seq IN (
  SELECT seq FROM neural.publish_queue ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING tenant_id, user_id, task_type, domain_mode;

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
