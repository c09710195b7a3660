-- query: active_tenants
-- Tenants with a cell that changed after a time.
SELECT DISTINCT tenant_id FROM neural.neural_model_scores
WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live')
  AND user_id = '' AND task_type = '' AND domain_mode = '' AND updated_at > $1
ORDER BY tenant_id;

-- query: population
-- Votes of all raters of a tenant by task and model. The votes of one rater count for at most $2.
SELECT c.task_type, c.model, count(*) AS raters, sum(c.votes)::bigint AS votes,
  sum(c.up * least(1, $2::float8 / greatest(c.up + c.down, 1)))::float8 AS up,
  sum(c.down * least(1, $2::float8 / greatest(c.up + c.down, 1)))::float8 AS down
FROM (
  SELECT user_id, task_type, model, sum(positive_count) AS up, sum(negative_count) AS down,
    sum(positive_count + negative_count + neutral_count) AS votes
  FROM neural.neural_model_scores
  WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND tenant_id = $1
    AND user_id <> '' AND task_type <> '' AND domain_mode = ''
  GROUP BY user_id, task_type, model
) AS c
WHERE c.votes > 0
GROUP BY c.task_type, c.model;

-- query: count_raters
-- Number of users of a tenant with votes.
SELECT count(DISTINCT user_id) FROM neural.neural_model_scores
WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND tenant_id = $1
  AND user_id <> '' AND task_type = '' AND domain_mode = '' AND positive_count + negative_count + neutral_count > 0;

-- query: candidates
-- Up to $3 users of a tenant with at least $2 votes and a recent unit, in the order of their first feedback.
SELECT v.user_id
FROM (
  SELECT s.user_id FROM neural.neural_model_scores s
  WHERE s.version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND s.tenant_id = $1
    AND s.user_id IN (SELECT user_id FROM neural.recent_units WHERE tenant_id = $1) AND s.task_type = '' AND s.domain_mode = ''
  GROUP BY s.user_id HAVING sum(s.positive_count + s.negative_count + s.neutral_count) >= $2
) AS v
LEFT JOIN neural.user_trust_scores t ON t.tenant_id = $1 AND t.user_id = v.user_id
ORDER BY least(t.first_seen_at, (
  SELECT min(f.recorded_at) FROM ingest_api_v1.explicit_feedback f WHERE f.tenant_id = $1 AND f.user_id = v.user_id
)), v.user_id
LIMIT $3;

-- query: raters_page
-- The next users of a tenant with votes, or with a trust score that was computed from votes.
SELECT user_id FROM (
  SELECT user_id FROM neural.neural_model_scores
  WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND tenant_id = $1
    AND user_id > $2 AND task_type = '' AND domain_mode = '' AND positive_count + negative_count + neutral_count > 0
  UNION
  SELECT user_id FROM neural.user_trust_scores WHERE tenant_id = $1 AND user_id > $2 AND factors <> '{}'
) AS raters ORDER BY user_id LIMIT $3;

-- query: votes_of_raters
-- Votes of raters by task and model.
SELECT s.user_id, s.task_type, s.model, sum(s.positive_count)::bigint AS up, sum(s.negative_count)::bigint AS down,
  sum(s.neutral_count)::bigint AS neutral
FROM neural.neural_model_scores s
WHERE s.version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND s.tenant_id = $1
  AND s.user_id = ANY($2::text[]) AND s.task_type <> '' AND s.domain_mode = ''
GROUP BY s.user_id, s.task_type, s.model
HAVING sum(s.positive_count + s.negative_count + s.neutral_count) > 0
ORDER BY s.user_id, s.task_type, s.model;

-- query: first_feedback
-- When the first valid vote of each rater was recorded, or earlier feedback was first seen.
SELECT k.user_id, least(t.first_seen_at, (
  SELECT min(f.recorded_at) FROM ingest_api_v1.explicit_feedback f WHERE f.tenant_id = $1 AND f.user_id = k.user_id
)) AS since
FROM unnest($2::text[]) AS k (user_id)
LEFT JOIN neural.user_trust_scores t ON t.tenant_id = $1 AND t.user_id = k.user_id;

-- query: insert_silent_raters
-- Inserts trust $2 for users of a tenant with feedback but without votes, and stores when they were first seen.
INSERT INTO neural.user_trust_scores AS t (tenant_id, user_id, trust, first_seen_at)
SELECT $1, s.user_id, $2, now() FROM neural.neural_model_scores s
WHERE s.version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND s.tenant_id = $1 AND s.user_id <> ''
  AND s.task_type = '' AND s.domain_mode = ''
GROUP BY s.user_id HAVING sum(s.total_count) > 0 AND sum(s.positive_count + s.negative_count + s.neutral_count) = 0
ORDER BY s.user_id
ON CONFLICT (tenant_id, user_id) DO UPDATE SET first_seen_at = excluded.first_seen_at WHERE t.first_seen_at IS NULL;

-- query: silent_raters
-- Up to $4 users after $3 without votes who were first seen before $2 and are not established.
SELECT user_id FROM neural.user_trust_scores
WHERE tenant_id = $1 AND first_seen_at <= $2 AND user_id > $3 AND factors = '{}' AND NOT established AND NOT pinned
ORDER BY user_id LIMIT $4;

-- query: establish_raters
-- Gives users without votes full trust. Returns those that changed.
UPDATE neural.user_trust_scores SET trust = 1, established = true, updated_at = now()
WHERE tenant_id = $1 AND user_id = ANY($2::text[]) AND factors = '{}' AND NOT established AND NOT pinned
RETURNING user_id;

-- query: lock_trust
-- Locks the trust scores of raters until the end of the transaction.
SELECT user_id, trust, established, pinned FROM neural.user_trust_scores WHERE tenant_id = $1 AND user_id = ANY($2::text[])
ORDER BY user_id FOR UPDATE;

-- query: upsert_trust
-- Inserts or replaces trust scores. Only an operator ($3) replaces a pinned score. updated_at changes only with trust
-- or pinned.
INSERT INTO neural.user_trust_scores AS t (tenant_id, user_id, trust, factors, outlier, outlier_reason, pinned, established)
SELECT $1, j.user_id, j.trust, j.factors, j.outlier_reason <> '', j.outlier_reason, j.pinned, j.established
FROM jsonb_to_recordset($2::text::jsonb) AS j (user_id text, trust float8, factors jsonb, outlier_reason text,
  pinned boolean, established boolean)
ORDER BY j.user_id
ON CONFLICT (tenant_id, user_id) DO UPDATE SET trust = excluded.trust, factors = excluded.factors,
  outlier = excluded.outlier, outlier_reason = excluded.outlier_reason, pinned = excluded.pinned,
  established = excluded.established,
  updated_at = CASE WHEN t.trust = excluded.trust AND t.pinned = excluded.pinned THEN t.updated_at ELSE now() END
WHERE $3 OR NOT t.pinned;

-- query: enqueue_raters
-- Queues all units of raters for learning.
SELECT ingest_api_v1.enqueue_units(array_agg(c.tenant_id), array_agg(c.output_id), array_agg(c.user_id))
FROM neural.unit_contributions c
WHERE c.version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND c.tenant_id = $1
  AND c.user_id = ANY($2::text[])
HAVING count(*) > 0;

-- query: trust_score
-- The trust score of one rater.
SELECT user_id, trust, factors::text AS factors, outlier, outlier_reason, pinned, updated_at
FROM neural.user_trust_scores WHERE tenant_id = $1 AND user_id = $2;
