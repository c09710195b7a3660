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
  coalesce(v.first_output_at, '-infinity') AS first_output_at, v.last_output_at, c.companions
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
  s.first_output_at, s.last_output_at, NULL::text AS companions
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

-- query: lock_global_scores
-- Waits until no other transaction computes global scores, and locks others out until this one ends.
SELECT pg_advisory_xact_lock(72003, 0);

-- query: noise_key
-- The secret from which the noise of global scores is computed.
SELECT key FROM neural.noise_keys WHERE name = 'global_scores';

-- query: participants
-- The tenants among $1 that take part in global learning.
SELECT tenant_id FROM neural.tenant_settings WHERE tenant_id = ANY($1::text[]) AND global_learning;

-- query: due_tenants
-- Tenants in global learning that were not measured since $2, or with noise of another scale than $1.
SELECT t.tenant_id FROM neural.tenant_settings t LEFT JOIN neural.global_measurements m USING (tenant_id)
WHERE t.global_learning AND (m.tenant_id IS NULL OR m.noise_scale <> $1 OR ($1 > 0 AND m.period_start < $2))
ORDER BY t.tenant_id;

-- query: rater_limited_sums
-- Sums of the cells of tenants $2. A rater counts for at most $3 of the evidence of a cell.
SELECT r.tenant_id, r.task_type, r.domain_mode, r.model, r.model_version, sum(least(r.evidence, l.evidence))::text AS evidence,
  sum(CASE WHEN r.evidence > l.evidence THEN div(r.score_sum * l.evidence, r.evidence) ELSE r.score_sum END)::text AS score_sum,
  coalesce(min(v.first_output_at), 'epoch') AS first_output_at, max(v.last_output_at) AS last_output_at
FROM (
  SELECT tenant_id, user_id, task_type, domain_mode, model, model_version, sum(evidence) AS evidence, sum(score_sum) AS score_sum
  FROM neural.neural_model_scores
  WHERE version = $1 AND tenant_id = ANY($2::text[]) AND user_id <> '' AND total_count > 0
  GROUP BY tenant_id, user_id, task_type, domain_mode, model, model_version
) AS r
CROSS JOIN (SELECT $3::text::numeric AS evidence) AS l
LEFT JOIN neural.model_versions v ON v.tenant_id = r.tenant_id AND v.model = r.model AND v.model_version = r.model_version
GROUP BY r.tenant_id, r.task_type, r.domain_mode, r.model, r.model_version
ORDER BY r.tenant_id, r.task_type, r.domain_mode, r.model, r.model_version;

-- query: tenant_sums
-- Exact sums of the cells of all tenants in global learning, in the contexts ($2, $3).
SELECT s.tenant_id, s.task_type, s.domain_mode, s.model, s.model_version,
  ARRAY[sum(s.evidence - s.excess), sum(s.score_sum - s.excess_sum), sum(s.accuracy_evidence), sum(s.accuracy_sum),
    sum(s.relevance_evidence), sum(s.relevance_sum), sum(s.speed_evidence), sum(s.speed_sum)]::text[] AS sums,
  ARRAY[sum(s.positive_count), sum(s.negative_count), sum(s.neutral_count), sum(s.implicit_positive_count),
    sum(s.implicit_negative_count), sum(s.total_count)]::bigint[] AS counts,
  max(s.raters) AS raters, coalesce(min(v.first_output_at), 'epoch') AS first_output_at,
  max(v.last_output_at) AS last_output_at
FROM unnest($2::text[], $3::text[]) AS c (task_type, domain_mode)
CROSS JOIN LATERAL (
  SELECT s.*, x.evidence AS excess, x.score_sum AS excess_sum
  FROM neural.neural_model_scores s CROSS JOIN LATERAL neural.excess_of(s) AS x
  WHERE s.version = $1 AND s.user_id = '' AND s.task_type = c.task_type AND s.domain_mode = c.domain_mode
    AND s.total_count > 0
) AS s
JOIN neural.tenant_settings t ON t.tenant_id = s.tenant_id AND t.global_learning
LEFT JOIN neural.model_versions v ON v.tenant_id = s.tenant_id AND v.model = s.model AND v.model_version = s.model_version
GROUP BY s.tenant_id, s.task_type, s.domain_mode, s.model, s.model_version;

-- query: upsert_measurements
-- Stores the period in which tenants were measured, and the scale of the noise.
INSERT INTO neural.global_measurements AS m (tenant_id, period_start, noise_scale)
SELECT t, $2, $3 FROM unnest($1::text[]) AS t ORDER BY t
ON CONFLICT (tenant_id) DO UPDATE SET period_start = excluded.period_start, noise_scale = excluded.noise_scale;

-- query: delete_contributions
-- Deletes the contributions of tenants, and returns their contexts.
WITH deleted AS (
  DELETE FROM neural.global_contributions WHERE tenant_id = ANY($1::text[]) RETURNING task_type, domain_mode
)
SELECT DISTINCT task_type, domain_mode FROM deleted;

-- query: delete_contributions_of_others
-- Deletes contributions, measured before $1, of tenants that no longer take part.
DELETE FROM neural.global_contributions g USING neural.global_measurements m
WHERE m.tenant_id = g.tenant_id AND m.period_start < $1 AND NOT EXISTS (
  SELECT FROM neural.tenant_settings t WHERE t.tenant_id = g.tenant_id AND t.global_learning);

-- query: delete_contributions_of_contexts
-- Deletes the contributions of all tenants in the contexts ($1, $2).
DELETE FROM neural.global_contributions g USING unnest($1::text[], $2::text[]) AS c (task_type, domain_mode)
WHERE g.task_type = c.task_type AND g.domain_mode = c.domain_mode;

-- query: insert_contributions
-- Inserts contributions of tenants.
INSERT INTO neural.global_contributions (tenant_id, task_type, domain_mode, model, model_version, sums, counts, raters,
  first_output_at, last_output_at, decayed_to)
SELECT c.tenant_id, c.task_type, c.domain_mode, c.model, c.model_version, c.sums, c.counts, c.raters, c.first_output_at,
  c.last_output_at, $2
FROM jsonb_to_recordset($1::text::jsonb) AS c (tenant_id text, task_type text, domain_mode text, model text,
  model_version text, sums bigint[], counts bigint[], raters bigint, first_output_at timestamptz,
  last_output_at timestamptz);

-- query: contributions
-- Contributions in the contexts ($2, $3) of the tenants that take part now and were measured with noise of scale $1.
SELECT g.* FROM neural.global_contributions g
JOIN unnest($2::text[], $3::text[]) AS c (task_type, domain_mode) USING (task_type, domain_mode)
JOIN neural.tenant_settings t ON t.tenant_id = g.tenant_id AND t.global_learning
JOIN neural.global_measurements m ON m.tenant_id = g.tenant_id AND m.noise_scale = $1;

-- query: delete_publications
-- Deletes the published cells of contexts.
DELETE FROM neural.global_publications g USING unnest($1::text[], $2::text[]) AS c (task_type, domain_mode)
WHERE g.task_type = c.task_type AND g.domain_mode = c.domain_mode;

-- query: insert_publications
-- Inserts published cells.
INSERT INTO neural.global_publications (task_type, domain_mode, model, model_version, sums, counts, raters, tenants,
  first_output_at, last_output_at, decayed_to)
SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS c (task_type text, domain_mode text, model text, model_version text,
  sums bigint[], counts bigint[], raters bigint, tenants bigint, first_output_at timestamptz, last_output_at timestamptz,
  decayed_to timestamptz);

-- query: published_contexts
-- Contexts with a published cell.
SELECT DISTINCT task_type, domain_mode FROM neural.global_publications;

-- query: delete_earlier_scores
-- Deletes global scores of earlier releases of the service, which have no noise.
DELETE FROM neural.global_model_scores;
