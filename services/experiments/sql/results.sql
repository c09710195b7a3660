-- query: outcomes
-- Outcomes as sums over users, per epoch, variant, stratum and metric. A unit is one output and the user who received it;
-- its weight is the trust of the rater. A rater without a trust score has the trust 0.5, as neural (TRUST_NEUTRAL,
-- neural.get_feedback_score). Each unit counts once: by its manifest rather than by an exposure, and in the first of
-- several epochs; in later ones its user is only exposed. Users in $4 are testers and excluded. The metric '' counts users
-- and outputs, with or without feedback. Client metrics with a name in $3 are ignored, as these are built in.
--
-- Calls that did not answer have no score, cost or latency, and an unknown cost or latency counts in no mean. The metric
-- '#answered' counts the manifests of answered outputs, so that the measured share of a metric can be stated, and '#calls'
-- those of all outputs whose call was not cancelled, so that the answered share can be stated.
--
-- A unit counts only if the rules in $6 give its user the variant that it names; otherwise `ignored` is the reason, and
-- only the metric '' is returned. Buckets are compared as bytes of equal length, which is the order of the integers.
-- A user with a unit of another variant in an epoch is contaminated: none of the user's units of that epoch count.
--
-- Two limits apply to all variants alike, per epoch, metric and tenant. The weight of a user is at most the 99th
-- percentile of the weights. The absolute mean of a user is at most the 99th percentile of the absolute means that are
-- not 0; metrics in [0, 1] need no such limit. A tenant with fewer than 100 users for a percentile has that of all users
-- that are read. No tenant changes the limits of a larger one. Values are also limited to 1e30, so that sums of squares
-- stay finite.
--
-- Squares are summed of numbers minus their mean in the group, the shift, so that a small spread around a large mean keeps
-- its digits. The shift is 0 for outcomes that are all 0 or 1. Within a user, the weight is constant.
--
-- The stratum is the tenant, or one of 64 groups of tenants if there are more. x is the mean weighted score of a user in
-- the 28 days before the start of the experiment, $5; 0 without one.
WITH rules AS (
  SELECT r.*, decode(r.slot_start, 'hex') AS slot_from, decode(r.slot_end, 'hex') AS slot_to,
    decode(r.holdout, 'hex') AS holdout_to, decode(r.start, 'hex') AS bucket_from, decode(r.stop, 'hex') AS bucket_to,
    decode(r.second_start, 'hex') AS second_from, decode(r.second_stop, 'hex') AS second_to
  FROM jsonb_to_recordset($6::text::jsonb) AS r (epoch integer, variant text, opens timestamptz, closes timestamptz,
    layer text, slot_start text, slot_end text, holdout text, start text, stop text, second_start text,
    second_stop text, tenant_ids text[], task_types text[], domain_modes text[])
), seen AS (
  SELECT m.tenant_id, m.output_id, m.user_id, m.experiment_epoch AS epoch, m.variant, m.total_cost, m.total_latency_ms,
    m.answered, m.outcome, coalesce(x.metrics, '{}') AS metrics, m.created_at AS seen_at, m.task_type, m.domain_mode,
    false AS is_repeated
  FROM ingest_api_v1.executions m
  LEFT JOIN experiments.exposures x ON x.tenant_id = m.tenant_id AND x.experiment_id = m.experiment_id
    AND x.epoch = m.experiment_epoch AND x.user_id = m.user_id AND x.output_id = m.output_id AND x.variant = m.variant
  WHERE m.experiment_id = $1 AND ($2 = '' OR m.tenant_id = $2)
  UNION ALL
  SELECT x.tenant_id, x.output_id, x.user_id, x.epoch, x.variant, m.total_cost, m.total_latency_ms, m.answered, m.outcome,
    x.metrics, x.occurred_at, m.task_type, m.domain_mode, x.output_id <> '' AND EXISTS (
      SELECT FROM experiments.exposures b
      WHERE b.tenant_id = x.tenant_id AND b.experiment_id = x.experiment_id AND b.user_id = x.user_id
        AND b.output_id = x.output_id AND b.epoch < x.epoch
    )
  FROM experiments.exposures x
  LEFT JOIN LATERAL (
    SELECT m.total_cost, m.total_latency_ms, m.answered, m.outcome, m.experiment_id, m.variant, m.task_type, m.domain_mode
    FROM ingest_api_v1.executions m
    WHERE m.tenant_id = x.tenant_id AND m.output_id = x.output_id AND x.output_id <> '' LIMIT 1 -- one lookup each
  ) AS m ON true
  WHERE x.experiment_id = $1 AND ($2 = '' OR x.tenant_id = $2)
    AND (m.experiment_id IS DISTINCT FROM $1 OR m.variant <> x.variant) -- another variant than the manifest contaminates
), assigned AS MATERIALIZED ( -- the reason is computed once per unit
  SELECT s.*, CASE
    WHEN s.user_id = ANY($7::text[]) THEN 'no_user'
    WHEN s.seen_at NOT BETWEEN e.opens AND e.closes OR e.opens IS NULL THEN 'not_running'
    WHEN a.variant = s.variant AND a.analysed THEN ''
    WHEN a.variant IS NOT NULL THEN 'other_variant'
    WHEN NOT (r.tenant_ids = '{}' OR s.tenant_id = ANY(r.tenant_ids))
      OR NOT (r.task_types = '{}' OR coalesce(s.task_type = ANY(r.task_types), true))
      OR NOT (r.domain_modes = '{}' OR coalesce(s.domain_mode = ANY(r.domain_modes), true)) THEN 'not_covered'
    WHEN h.bucket >= r.bucket_from AND h.bucket < r.bucket_to AND h.second >= r.second_from AND h.second < r.second_to
      AND (r.holdout_to = '\x000000000000000000' OR experiments.bucket('holdout:'
        || CASE r.layer WHEN '' THEN s.tenant_id ELSE r.layer END || ':' || s.user_id) >= r.holdout_to)
      AND (r.layer = '' OR experiments.bucket(r.layer || ':' || s.user_id) BETWEEN r.slot_from AND r.slot_to
        AND experiments.bucket(r.layer || ':' || s.user_id) <> r.slot_to) THEN ''
    ELSE 'other_variant' END AS reason
  FROM seen s
  LEFT JOIN (SELECT DISTINCT epoch, opens, closes FROM rules) AS e ON e.epoch = s.epoch
  LEFT JOIN rules r ON r.epoch = s.epoch AND r.variant = s.variant
  LEFT JOIN experiments.ab_experiment_assignments a ON a.tenant_id = s.tenant_id AND a.experiment_id = $1
    AND a.epoch = s.epoch AND a.user_id = s.user_id
  CROSS JOIN LATERAL (
    SELECT sha256(convert_to($1::uuid::text || ':' || s.user_id, 'UTF8')) AS digest OFFSET 0 -- one hash per unit
  ) AS d
  CROSS JOIN LATERAL (
    SELECT '\x00'::bytea || substr(d.digest, 1, 8) AS bucket, '\x00'::bytea || substr(d.digest, 9, 8) AS second
  ) AS h
  WHERE s.user_id <> ALL($4::text[])
), checked AS MATERIALIZED (
  SELECT *, CASE WHEN reason = '' AND bool_or(reason = 'other_variant') OVER (PARTITION BY tenant_id, user_id, epoch)
    THEN 'contaminated' ELSE reason END AS ignored
  FROM assigned
), units AS (
  SELECT c.tenant_id, c.user_id, c.ignored, c.total_cost, c.total_latency_ms, c.metrics,
    c.ignored = '' AND NOT c.is_repeated AS is_counted, -- without a manifest, nothing is stated about the call
    c.ignored = '' AND NOT c.is_repeated AND coalesce(c.answered, true) AS is_answer,
    c.answered IS NOT NULL AS has_manifest, c.outcome IS DISTINCT FROM 'cancelled' AS is_judged,
    CASE c.ignored WHEN '' THEN c.epoch ELSE 0 END AS epoch, CASE c.ignored WHEN '' THEN c.variant ELSE '' END AS variant,
    greatest(least(coalesce(t.trust, 0.5), 1), 0.1) AS weight,
    neural_api_v1.get_feedback_score(f.rating, i.sentiment, v.sentiment, coalesce(t.trust, 0.5)) AS score
  FROM checked c
  LEFT JOIN LATERAL (
    SELECT f.rating FROM ingest_api_v1.explicit_feedback f
    WHERE f.tenant_id = c.tenant_id AND f.output_id = c.output_id AND f.user_id = c.user_id AND c.ignored = '' AND NOT c.is_repeated
  ) AS f ON true
  LEFT JOIN LATERAL (
    SELECT avg(s.sentiment) AS sentiment FROM ingest_api_v1.implicit_feedback s
    WHERE s.tenant_id = c.tenant_id AND s.output_id = c.output_id AND s.user_id = c.user_id AND c.ignored = '' AND NOT c.is_repeated
  ) AS i ON true
  LEFT JOIN LATERAL (
    SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
    WHERE v.tenant_id = c.tenant_id AND v.output_id = c.output_id AND v.user_id = c.user_id AND c.ignored = '' AND NOT c.is_repeated
  ) AS v ON true
  LEFT JOIN neural_api_v1.trust t ON t.tenant_id = c.tenant_id AND t.user_id = c.user_id
), measured AS (
  SELECT u.epoch, u.variant, u.ignored, u.tenant_id, u.user_id, m.metric, m.weight,
    CASE WHEN abs(m.value) < 1e-30 THEN 0 ELSE greatest(least(m.value, 1e30), -1e30) END AS value
  FROM units u
  CROSS JOIN LATERAL (
    SELECT '', 0::float8, 1::float8
    UNION ALL SELECT 'positive_rate', (u.score > 0)::int::float8, u.weight WHERE u.score IS NOT NULL AND u.is_answer
    UNION ALL SELECT 'mean_score', (u.score + 1) / 2, u.weight WHERE u.score IS NOT NULL AND u.is_answer
    UNION ALL SELECT '#answered', 0, 1 WHERE u.has_manifest AND u.is_answer
    UNION ALL SELECT '#calls', 0, 1 WHERE u.has_manifest AND u.is_counted AND u.is_judged
    UNION ALL SELECT 'cost', u.total_cost, 1 WHERE u.total_cost IS NOT NULL AND u.is_answer
    UNION ALL SELECT 'latency_ms', u.total_latency_ms, 1 WHERE u.total_latency_ms IS NOT NULL AND u.is_answer
    UNION ALL SELECT c.key, c.value::float8, 1 FROM jsonb_each_text(u.metrics) AS c
    WHERE c.key <> ALL($3::text[]) AND u.is_counted
  ) AS m (metric, value, weight)
), before AS (
  SELECT m.tenant_id, m.user_id, avg(s.score) AS x
  FROM ingest_api_v1.executions m
  JOIN (SELECT DISTINCT tenant_id, user_id FROM units WHERE ignored = '') AS k USING (tenant_id, user_id)
  CROSS JOIN LATERAL (
    SELECT neural_api_v1.get_feedback_score(
      (SELECT f.rating FROM ingest_api_v1.explicit_feedback f
       WHERE f.tenant_id = m.tenant_id AND f.output_id = m.output_id AND f.user_id = m.user_id)::float8,
      (SELECT avg(s.sentiment) FROM ingest_api_v1.implicit_feedback s
       WHERE s.tenant_id = m.tenant_id AND s.output_id = m.output_id AND s.user_id = m.user_id),
      (SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
       WHERE v.tenant_id = m.tenant_id AND v.output_id = m.output_id AND v.user_id = m.user_id)) AS score
  ) AS s
  WHERE m.created_at >= $5::timestamptz - interval '28 days' AND m.created_at < $5::timestamptz AND m.answered
  GROUP BY m.tenant_id, m.user_id
), users AS (
  SELECT epoch, variant, ignored, metric, tenant_id, user_id, sum(weight * value) AS y, sum(weight) AS m,
    min(weight) * regr_sxx(value, value) AS spread, count(*) AS units, count(*) FILTER (WHERE value > 0) AS positive
  FROM measured GROUP BY epoch, variant, ignored, metric, tenant_id, user_id
), limits AS (
  SELECT epoch, metric, tenant_id, -- tenant_id is NULL over all tenants
    CASE WHEN tenant_id IS NULL OR count(*) >= 100
      THEN percentile_disc(0.99) WITHIN GROUP (ORDER BY m) END AS weight_max,
    CASE WHEN tenant_id IS NULL OR count(*) FILTER (WHERE y <> 0) >= 100
      THEN percentile_disc(0.99) WITHIN GROUP (ORDER BY abs(y / m)) FILTER (WHERE y <> 0) END AS mean_max
  FROM users WHERE ignored = '' AND metric <> '' GROUP BY GROUPING SETS ((epoch, metric), (epoch, metric, tenant_id))
), factors AS (
  SELECT u.*, least(1, coalesce(o.weight_max, l.weight_max) / u.m) AS share,
    CASE WHEN u.y = 0 OR u.metric IN ('positive_rate', 'mean_score') THEN 1
      ELSE least(1, coalesce(o.mean_max, l.mean_max) / abs(u.y / u.m)) END AS scale
  FROM users u
  LEFT JOIN limits l ON l.epoch = u.epoch AND l.metric = u.metric AND l.tenant_id IS NULL
  LEFT JOIN limits o ON o.epoch = u.epoch AND o.metric = u.metric AND o.tenant_id = u.tenant_id
), limited AS (
  SELECT f.epoch, f.variant, f.ignored, f.metric, f.tenant_id, f.user_id, f.units, f.positive,
    f.y * f.share * f.scale AS y, f.m * f.share AS m, f.spread * f.share * f.scale * f.scale AS spread,
    CASE WHEN f.ignored <> '' THEN ''
      WHEN (SELECT count(DISTINCT tenant_id) FROM checked WHERE ignored = '') <= 64 THEN f.tenant_id
      ELSE 'group ' || get_byte(sha256(convert_to(f.tenant_id, 'UTF8')), 0) % 64 END AS stratum
  FROM factors f
), centred AS ( -- a window, because the planner would join the aggregate by a nested loop
  SELECT *, CASE WHEN bool_and(y = 0 OR y = m) OVER g THEN 0 ELSE sum(y) OVER g / sum(m) OVER g END AS shift
  FROM limited WINDOW g AS (PARTITION BY epoch, variant, ignored, stratum, metric)
), shifted AS (
  SELECT epoch, variant, ignored, stratum, metric, tenant_id, user_id, units, positive, shift, y - shift * m AS y, m, spread
  FROM centred
)
SELECT epoch, variant, ignored, stratum, metric, count(*) AS users, sum(y)::float8 AS sum_y, sum(m)::float8 AS sum_m,
  sum(y * y)::float8 AS sum_yy, sum(m * m)::float8 AS sum_mm, sum(y * m)::float8 AS sum_ym,
  sum(spread + y * y / m)::float8 AS sumsq, min(shift)::float8 AS shift,
  sum(units)::bigint AS units, sum(positive)::bigint AS positive,
  coalesce(sum(b.x), 0)::float8 AS sum_x, coalesce(sum(b.x * b.x), 0)::float8 AS sum_xx,
  coalesce(sum(b.x * y), 0)::float8 AS sum_xy, coalesce(sum(b.x * m), 0)::float8 AS sum_xm
FROM shifted LEFT JOIN before b USING (tenant_id, user_id)
GROUP BY epoch, variant, ignored, stratum, metric ORDER BY epoch, variant, ignored, stratum, metric;
