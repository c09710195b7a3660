-- query: outcomes
-- Outcomes of exposed units as sums over users, per epoch, variant and metric. A unit is one output and the user who
-- received it; its weight is the trust of the rater. Each unit counts once: by its manifest rather than by an exposure,
-- and in the first of several epochs. Client metrics with a name in $3 are ignored, as these are built in. Users in $4
-- are testers and excluded. Values are limited to 1e30, so that sums of squares stay finite. x is the mean weighted
-- score of a user in the 28 days before the start of the experiment, $5; 0 without one.
WITH exposed AS (
  SELECT m.tenant_id, m.output_id, m.user_id, m.experiment_epoch AS epoch, m.variant, m.total_cost, m.total_latency_ms,
    coalesce(x.metrics, '{}') AS metrics
  FROM ingest_api_v1.manifests m
  LEFT JOIN experiments.exposures x ON x.tenant_id = m.tenant_id AND x.experiment_id = m.experiment_id
    AND x.epoch = m.experiment_epoch AND x.user_id = m.user_id AND x.output_id = m.output_id
  WHERE m.experiment_id = $1 AND ($2 = '' OR m.tenant_id = $2)
  UNION ALL
  SELECT x.tenant_id, x.output_id, x.user_id, x.epoch, x.variant, m.total_cost, m.total_latency_ms, x.metrics
  FROM experiments.exposures x
  LEFT JOIN LATERAL (
    SELECT m.total_cost, m.total_latency_ms, m.experiment_id FROM ingest_api_v1.manifests m
    WHERE m.tenant_id = x.tenant_id AND m.output_id = x.output_id AND x.output_id <> ''
  ) AS m ON true
  WHERE x.experiment_id = $1 AND ($2 = '' OR x.tenant_id = $2) AND m.experiment_id IS DISTINCT FROM $1
    AND (x.output_id = '' OR NOT EXISTS (
      SELECT FROM experiments.exposures b
      WHERE b.tenant_id = x.tenant_id AND b.experiment_id = x.experiment_id AND b.user_id = x.user_id
        AND b.output_id = x.output_id AND b.epoch < x.epoch
    ))
), units AS (
  SELECT e.*, greatest(least(coalesce(t.trust, 1), 1), 0.1) AS weight,
    neural_api_v1.get_feedback_score(f.rating, i.sentiment, v.sentiment, coalesce(t.trust, 1)) AS score
  FROM exposed e
  LEFT JOIN LATERAL (
    SELECT f.rating FROM ingest_api_v1.explicit_feedback f
    WHERE f.tenant_id = e.tenant_id AND f.output_id = e.output_id AND f.user_id = e.user_id
  ) AS f ON true
  LEFT JOIN LATERAL (
    SELECT avg(s.sentiment) AS sentiment FROM ingest_api_v1.implicit_feedback s
    WHERE s.tenant_id = e.tenant_id AND s.output_id = e.output_id AND s.user_id = e.user_id
  ) AS i ON true
  LEFT JOIN LATERAL (
    SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
    WHERE v.tenant_id = e.tenant_id AND v.output_id = e.output_id AND v.user_id = e.user_id
  ) AS v ON true
  LEFT JOIN neural_api_v1.trust t ON t.tenant_id = e.tenant_id AND t.user_id = e.user_id
  WHERE e.user_id <> ALL($4::text[])
), measured AS (
  SELECT u.epoch, u.variant, u.tenant_id, u.user_id, m.metric, m.weight,
    CASE WHEN abs(m.value) < 1e-30 THEN 0 ELSE greatest(least(m.value, 1e30), -1e30) END AS value
  FROM units u
  CROSS JOIN LATERAL (
    SELECT 'positive_rate', (u.score > 0)::int::float8, u.weight WHERE u.score IS NOT NULL
    UNION ALL SELECT 'mean_score', (u.score + 1) / 2, u.weight WHERE u.score IS NOT NULL
    UNION ALL SELECT 'cost', u.total_cost, 1 WHERE u.total_cost IS NOT NULL
    UNION ALL SELECT 'latency_ms', u.total_latency_ms, 1 WHERE u.total_latency_ms IS NOT NULL
    UNION ALL SELECT c.key, c.value::float8, 1 FROM jsonb_each_text(u.metrics) AS c WHERE c.key <> ALL($3::text[])
  ) AS m (metric, value, weight)
), before AS (
  SELECT m.tenant_id, m.user_id, avg(s.score) AS x
  FROM ingest_api_v1.manifests m
  JOIN (SELECT DISTINCT tenant_id, user_id FROM units) AS k USING (tenant_id, user_id)
  CROSS JOIN LATERAL (
    SELECT neural_api_v1.get_feedback_score(
      (SELECT f.rating FROM ingest_api_v1.explicit_feedback f
       WHERE f.tenant_id = m.tenant_id AND f.output_id = m.output_id AND f.user_id = m.user_id)::float8,
      (SELECT avg(s.sentiment) FROM ingest_api_v1.implicit_feedback s
       WHERE s.tenant_id = m.tenant_id AND s.output_id = m.output_id AND s.user_id = m.user_id),
      (SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
       WHERE v.tenant_id = m.tenant_id AND v.output_id = m.output_id AND v.user_id = m.user_id)) AS score
  ) AS s
  WHERE m.created_at >= $5::timestamptz - interval '28 days' AND m.created_at < $5::timestamptz
  GROUP BY m.tenant_id, m.user_id
), users AS (
  SELECT epoch, variant, metric, tenant_id, user_id, sum(weight * value) AS y, sum(weight) AS m, sum(weight * value * value) AS squares,
    count(*) AS units, count(*) FILTER (WHERE value > 0) AS positive
  FROM measured GROUP BY epoch, variant, metric, tenant_id, user_id
)
SELECT epoch, variant, metric, count(*) AS users, sum(y)::float8 AS sum_y, sum(m)::float8 AS sum_m,
  sum(y * y)::float8 AS sum_yy, sum(m * m)::float8 AS sum_mm, sum(y * m)::float8 AS sum_ym,
  sum(squares)::float8 AS sumsq, sum(units)::bigint AS units, sum(positive)::bigint AS positive,
  coalesce(sum(b.x), 0)::float8 AS sum_x, coalesce(sum(b.x * b.x), 0)::float8 AS sum_xx,
  coalesce(sum(b.x * y), 0)::float8 AS sum_xy, coalesce(sum(b.x * m), 0)::float8 AS sum_xm
FROM users LEFT JOIN before b USING (tenant_id, user_id)
GROUP BY epoch, variant, metric ORDER BY epoch, variant, metric;

-- query: exposed_users
-- Number of exposed users per epoch and variant, with or without feedback. Users in $3 are testers and excluded.
SELECT epoch, variant, count(DISTINCT (tenant_id, user_id)) AS users
FROM (
  SELECT m.tenant_id, m.user_id, m.experiment_epoch AS epoch, m.variant FROM ingest_api_v1.manifests m
  WHERE m.experiment_id = $1 AND ($2 = '' OR m.tenant_id = $2)
  UNION ALL
  SELECT x.tenant_id, x.user_id, x.epoch, x.variant FROM experiments.exposures x
  WHERE x.experiment_id = $1 AND ($2 = '' OR x.tenant_id = $2)
) AS seen
WHERE user_id <> ALL($3::text[])
GROUP BY epoch, variant ORDER BY epoch, variant;
