-- Functions for people and reports: the formulas of the Python code, in SQL. Tests hold both together.
SET LOCAL ROLE radiant_owner;

GRANT SELECT ON neural.published_global_scores TO radiant_learner;

-- Weighted score in [-1, 1] of one unit: its rating (-1, 0, 1), the mean sentiment of its signals, the sentiment of its
-- voice and the rater's trust; NULL for a part that is absent, NULL when all are.
CREATE FUNCTION neural.get_feedback_score(
  rating double precision, implicit double precision, voice double precision, trust double precision DEFAULT 1
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  3 * least(greatest(trust, 0.1), 1) * coalesce(rating, 0) + coalesce(implicit, 0)
  + 2 * least(greatest(trust, 0.1), 1) * coalesce(voice, 0)
) / nullif(
  3 * least(greatest(trust, 0.1), 1) * (rating IS NOT NULL)::int + (implicit IS NOT NULL)::int
  + 2 * least(greatest(trust, 0.1), 1) * (voice IS NOT NULL)::int, 0);

-- The same for what stands of one user on one output; NULL without feedback.
CREATE FUNCTION neural.get_feedback_score(tenant text, output text, rater text) RETURNS double precision
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT neural.get_feedback_score(
    (SELECT f.rating FROM ingest_api_v1.explicit_feedback f
     WHERE f.tenant_id = tenant AND f.output_id = output AND f.user_id = rater)::float8,
    (SELECT avg(s.sentiment) FROM ingest_api_v1.implicit_feedback s
     WHERE s.tenant_id = tenant AND s.output_id = output AND s.user_id = rater),
    (SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
     WHERE v.tenant_id = tenant AND v.output_id = output AND v.user_id = rater),
    coalesce((SELECT t.trust FROM neural.user_trust_scores t WHERE t.tenant_id = tenant AND t.user_id = rater), 1)
  );
END;

-- A sum of fixed-point weights as seen from a moment, in units.
CREATE FUNCTION neural.decayed(total numeric, moment timestamptz, half_life_seconds double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (total / power(2::numeric, 40)
  / power(2::numeric, floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds)::numeric)
)::float8 / power(2::float8,
  extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds
  - floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds));

-- The best model by strategy scope_fallback: at the first scope, from user to global, where any model is confident
-- enough, the one with the best score. No row when no scope is.
CREATE FUNCTION neural.get_neural_recommendation(
  tenant text, rater text, task text, domain text DEFAULT 'general',
  min_samples integer[] DEFAULT '{20,50,100}', threshold double precision DEFAULT 0.5,
  carry_over double precision DEFAULT 0.5
) RETURNS TABLE (model text, score double precision, confidence double precision, scope text, sample_size bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH live AS (
    SELECT v.version, v.half_life_seconds FROM neural.score_versions v WHERE v.state = 'live'
  ), cells AS (
    SELECT 1 AS place, 'user' AS scope, s.model, s.model_version, s.evidence, s.score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = rater AND rater <> ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 2, 'tenant', s.model, s.model_version, s.evidence, s.score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 3, 'global', s.model, s.model_version, s.evidence, s.score_sum, s.total_count,
      (SELECT min(k.first_output_at) FROM neural.model_versions k
       WHERE k.model = s.model AND k.model_version = s.model_version)
    FROM neural.published_global_scores s
    WHERE s.version = (SELECT version FROM live) AND s.task_type = task AND s.domain_mode = domain
  ), shared AS (
    SELECT c.*, power(carry_over, row_number() OVER (PARTITION BY c.place, c.model
      ORDER BY coalesce(c.first_output_at, '-infinity') DESC, c.model_version COLLATE "C" DESC) - 1) AS share,
      neural.decayed(c.evidence, now(), live.half_life_seconds) AS amount
    FROM cells c, live
  ), models AS (
    SELECT s.place, s.scope, s.model, sum(s.share * s.amount) AS evidence,
      sum(s.share * s.amount * (s.score_sum / nullif(s.evidence, 0))::float8) / nullif(sum(s.share * s.amount), 0) AS score,
      sum(s.total_count) AS total
    FROM shared s GROUP BY s.place, s.scope, s.model
  ), confident AS (
    SELECT m.*, least(m.evidence / min_samples[m.place], 1) AS confidence FROM models m
    WHERE least(m.evidence / min_samples[m.place], 1) >= threshold
  )
  SELECT c.model, c.score, c.confidence, c.scope, c.total::bigint FROM confident c
  WHERE c.place = (SELECT min(place) FROM confident) ORDER BY c.score DESC, c.model COLLATE "C" LIMIT 1;
END;

GRANT EXECUTE ON FUNCTION neural.decayed, neural.get_neural_recommendation,
  neural.get_feedback_score(double precision, double precision, double precision, double precision),
  neural.get_feedback_score(text, text, text) TO radiant_neural, radiant_learner;
RESET ROLE;
