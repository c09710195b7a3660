-- Periods of use of model versions: a version replaces another one if it was introduced after the last output of that
-- version, or outlived it by a week. Versions that are used beside each other keep their evidence.

SET LOCAL ROLE radiant_owner;

ALTER TABLE neural.model_versions ADD COLUMN last_output_at timestamptz; -- NULL if an earlier release stored the row
ALTER TABLE neural.global_contributions ADD COLUMN last_output_at timestamptz;
ALTER TABLE neural.global_publications ADD COLUMN last_output_at timestamptz;

CREATE OR REPLACE VIEW neural.published_global_scores AS
SELECT v.version, g.task_type, g.domain_mode, g.model, g.model_version,
  neural.fixed_point(g.sums[1], g.decayed_to, v.half_life_seconds) AS evidence,
  neural.fixed_point(g.sums[2], g.decayed_to, v.half_life_seconds) AS score_sum,
  neural.fixed_point(g.sums[3], g.decayed_to, v.half_life_seconds) AS accuracy_evidence,
  neural.fixed_point(g.sums[4], g.decayed_to, v.half_life_seconds) AS accuracy_sum,
  neural.fixed_point(g.sums[5], g.decayed_to, v.half_life_seconds) AS relevance_evidence,
  neural.fixed_point(g.sums[6], g.decayed_to, v.half_life_seconds) AS relevance_sum,
  neural.fixed_point(g.sums[7], g.decayed_to, v.half_life_seconds) AS speed_evidence,
  neural.fixed_point(g.sums[8], g.decayed_to, v.half_life_seconds) AS speed_sum,
  g.counts[1] AS positive_count, g.counts[2] AS negative_count, g.counts[3] AS neutral_count,
  g.counts[4] AS implicit_positive_count, g.counts[5] AS implicit_negative_count, g.counts[6] AS total_count,
  g.raters, g.tenants, true AS published, 1::bigint AS revision, g.updated_at, g.first_output_at, g.last_output_at
FROM neural.global_publications g CROSS JOIN neural.score_versions v WHERE v.state IN ('live', 'building');

-- Whether a version of a model replaced another one. An unknown last output counts as the first output.
CREATE FUNCTION neural.is_replacement(
  newer_first timestamptz, newer_last timestamptz, older_first timestamptz, older_last timestamptz
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(newer_first > older_first AND (newer_first > coalesce(older_last, older_first)
  OR newer_last - older_last > interval '7 days'), false);

-- For each version, given by its first and latest output, the length of the longest chain of versions that replaced it.
CREATE FUNCTION neural.replacement_counts(firsts timestamptz[], lasts timestamptz[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counts integer[] := array_fill(0, ARRAY[cardinality(firsts)]);
  older integer;
BEGIN
  FOR older IN SELECT i FROM generate_subscripts(firsts, 1) AS i ORDER BY firsts[i] DESC LOOP
    FOR newer IN 1 .. cardinality(firsts) LOOP
      IF neural.is_replacement(firsts[newer], lasts[newer], firsts[older], lasts[older]) THEN
        counts[older] := greatest(counts[older], counts[newer] + 1);
      END IF;
    END LOOP;
  END LOOP;
  RETURN counts;
END
$$;

-- The best model by strategy scope_fallback: at the first scope, from user to global, where any model is confident
-- enough, the one with the best score. No row when no scope is.
CREATE OR REPLACE FUNCTION neural.get_neural_recommendation(
  tenant text, rater text, task text, domain text DEFAULT 'general',
  min_samples integer[] DEFAULT '{20,50,100}', threshold double precision DEFAULT 0.5,
  carry_over double precision DEFAULT 0.5
) RETURNS TABLE (model text, score double precision, confidence double precision, scope text, sample_size bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH live AS (
    SELECT v.version, v.half_life_seconds FROM neural.score_versions v WHERE v.state = 'live'
  ), cells AS (
    SELECT 1 AS place, 'user' AS scope, s.model, s.model_version, s.epoch, s.evidence - x.evidence AS evidence,
      s.score_sum - x.score_sum AS score_sum, s.total_count, k.first_output_at, k.last_output_at
    FROM neural.neural_model_scores s
    CROSS JOIN LATERAL neural.excess_of(s) AS x
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = rater AND rater <> ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 2, 'tenant', s.model, s.model_version, s.epoch, s.evidence - x.evidence AS evidence,
      s.score_sum - x.score_sum AS score_sum, s.total_count, k.first_output_at, k.last_output_at
    FROM neural.neural_model_scores s
    CROSS JOIN LATERAL neural.excess_of(s) AS x
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 3, 'global', s.model, s.model_version, 0, s.evidence, s.score_sum, s.total_count,
      s.first_output_at, s.last_output_at
    FROM neural.published_global_scores s
    WHERE s.version = (SELECT version FROM live) AND s.task_type = task AND s.domain_mode = domain
  ), periods AS (
    SELECT DISTINCT c.place, c.model, c.model_version, coalesce(c.first_output_at, '-infinity') AS first,
      c.last_output_at AS last
    FROM cells c
  ), replaced AS (
    SELECT m.place, m.model, u.model_version, u.replacements
    FROM (
      SELECT p.place, p.model, array_agg(p.model_version ORDER BY p.model_version) AS versions,
        neural.replacement_counts(array_agg(p.first ORDER BY p.model_version), array_agg(p.last ORDER BY p.model_version))
          AS counts
      FROM periods p GROUP BY p.place, p.model
    ) AS m
    CROSS JOIN LATERAL unnest(m.versions, m.counts) AS u (model_version, replacements)
  ), shared AS (
    SELECT c.*, max(c.epoch) OVER (PARTITION BY c.place, c.model) - c.epoch AS shifts,
      power(carry_over, r.replacements) * neural.decayed(c.evidence, now(), live.half_life_seconds) AS whole
    FROM live, cells c JOIN replaced r ON r.place = c.place AND r.model = c.model AND r.model_version = c.model_version
  ), counted AS (
    SELECT s.*, CASE WHEN s.shifts > 0 THEN least(s.whole * power(0.1::float8, s.shifts), 20) ELSE s.whole END AS amount
    FROM shared s
  ), models AS (
    SELECT s.place, s.scope, s.model, sum(s.amount) AS evidence,
      sum(s.amount * (s.score_sum / nullif(s.evidence, 0))::float8) / nullif(sum(s.amount), 0) AS score,
      sum(s.total_count) AS total
    FROM counted s GROUP BY s.place, s.scope, s.model
  ), confident AS (
    SELECT m.*, least(m.evidence / min_samples[m.place], 1) AS confidence FROM models m
    WHERE least(m.evidence / min_samples[m.place], 1) >= threshold
  )
  SELECT c.model, c.score, c.confidence, c.scope, c.total::bigint FROM confident c
  WHERE c.place = (SELECT min(place) FROM confident) ORDER BY c.score DESC, c.model COLLATE "C" LIMIT 1;
END;

REVOKE ALL ON FUNCTION neural.is_replacement, neural.replacement_counts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION neural.is_replacement, neural.replacement_counts TO radiant_neural, radiant_learner;
RESET ROLE;
