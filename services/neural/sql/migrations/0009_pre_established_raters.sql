-- Established raters: raters without established trust count jointly for a limited share of a cell, and do not take part
-- in the detection of quality shifts.

SET LOCAL ROLE radiant_owner;

-- Tables of a version that is being built are not partitions yet. Its run starts a new version.
UPDATE neural.score_versions SET state = 'failed', finished_at = now(), error = 'an upgrade replaced it'
WHERE state = 'building';

ALTER TABLE neural.user_trust_scores ADD COLUMN established boolean NOT NULL DEFAULT false;
-- When feedback of a user without votes was first seen.
ALTER TABLE neural.user_trust_scores ADD COLUMN first_seen_at timestamptz;

-- Contributions and sums of raters who are not established. Earlier contributions count as established until they are
-- learned again.
ALTER TABLE neural.unit_contributions ADD COLUMN established boolean NOT NULL DEFAULT true;
ALTER TABLE neural.neural_model_scores ADD COLUMN new_evidence numeric NOT NULL DEFAULT 0;
ALTER TABLE neural.neural_model_scores ADD COLUMN new_score_sum numeric NOT NULL DEFAULT 0;
ALTER TABLE neural.heavy_raters ADD COLUMN new_evidence numeric NOT NULL DEFAULT 0;

-- Raters with an account age of 7 days, and users without votes, are established. The owner of the tables is subject to
-- row-level security, which is lifted until the end of the statements.
ALTER TABLE neural.user_trust_scores NO FORCE ROW LEVEL SECURITY;
ALTER TABLE neural.neural_model_scores NO FORCE ROW LEVEL SECURITY;
UPDATE neural.user_trust_scores SET established = true
WHERE NOT outlier AND coalesce((factors -> 'account_age' ->> 'value')::float8, 0) >= 1;
INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust, established, first_seen_at)
SELECT s.tenant_id, s.user_id, 1, true, now() - interval '7 days' FROM neural.neural_model_scores s
WHERE s.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live') AND s.user_id <> ''
  AND s.task_type = '' AND s.domain_mode = ''
GROUP BY s.tenant_id, s.user_id
HAVING sum(s.total_count) > 0 AND sum(s.positive_count + s.negative_count + s.neutral_count) = 0
ON CONFLICT (tenant_id, user_id) DO NOTHING;
ALTER TABLE neural.neural_model_scores FORCE ROW LEVEL SECURITY;
ALTER TABLE neural.user_trust_scores FORCE ROW LEVEL SECURITY;

-- The part of a tenant's cell that does not count:
-- 1. With at least 20 raters, one rater counts for at most a tenth of the cell or 20 units.
-- 2. With the remaining evidence E of established raters and N of other raters, N counts for at most E / 4, or for 100
--    average units less 4 E, so that a tenant with new raters only learns.
CREATE OR REPLACE FUNCTION neural.excess_of(cell neural.neural_model_scores) RETURNS TABLE (evidence numeric, score_sum numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT heavy.evidence + fresh.excess,
    heavy.score_sum + CASE WHEN fresh.excess > 0 THEN div(fresh.score_sum * fresh.excess, fresh.evidence) ELSE 0 END
  FROM (
    SELECT coalesce(sum(x.evidence), 0) AS evidence, coalesce(sum(x.score_sum), 0) AS score_sum,
      coalesce(sum(div(x.evidence * h.new_evidence, h.evidence)), 0) AS new_evidence,
      coalesce(sum(div(x.score_sum * h.new_evidence, h.evidence)), 0) AS new_score_sum
    FROM neural.heavy_raters h
    CROSS JOIN LATERAL (
      SELECT greatest(div(cell.evidence, 10), div(h.evidence * 20, h.total_count::numeric)) AS counted
    ) AS k
    CROSS JOIN LATERAL (
      SELECT h.evidence - k.counted AS evidence, div(h.score_sum * (h.evidence - k.counted), h.evidence) AS score_sum
    ) AS x
    WHERE cell.user_id = '' AND cell.raters >= 20 AND h.version = cell.version AND h.tenant_id = cell.tenant_id
      AND h.task_type = cell.task_type AND h.domain_mode = cell.domain_mode AND h.model = cell.model
      AND h.model_version = cell.model_version AND h.epoch = cell.epoch AND h.evidence > k.counted
  ) AS heavy
  CROSS JOIN LATERAL (
    SELECT r.evidence, r.score_sum, CASE WHEN cell.user_id = '' AND cell.total_count > 0 THEN greatest(r.evidence - greatest(
      div(r.established, 4), div(cell.evidence * 100, cell.total_count::numeric) - 4 * r.established, 0), 0) ELSE 0 END AS excess
    FROM (
      SELECT cell.new_evidence - heavy.new_evidence AS evidence, cell.new_score_sum - heavy.new_score_sum AS score_sum,
        greatest(cell.evidence - heavy.evidence - (cell.new_evidence - heavy.new_evidence), 0) AS established
    ) AS r
  ) AS fresh;
END;

-- Weighted score in [-1, 1] of the feedback of one user on one output; NULL without feedback. A rater without a trust
-- score has the trust 0.5.
CREATE OR REPLACE FUNCTION neural.get_feedback_score(tenant text, output text, rater text) RETURNS double precision
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT neural.get_feedback_score(
    (SELECT f.rating FROM ingest_api_v1.explicit_feedback f
     WHERE f.tenant_id = tenant AND f.output_id = output AND f.user_id = rater)::float8,
    (SELECT avg(s.sentiment) FROM ingest_api_v1.implicit_feedback s
     WHERE s.tenant_id = tenant AND s.output_id = output AND s.user_id = rater),
    (SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
     WHERE v.tenant_id = tenant AND v.output_id = output AND v.user_id = rater),
    coalesce((SELECT t.trust FROM neural.user_trust_scores t WHERE t.tenant_id = tenant AND t.user_id = rater), 0.5)
  );
END;
RESET ROLE;
