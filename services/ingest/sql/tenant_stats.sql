-- query: tenant_stats
-- Statistics of the outputs of a time range and their feedback: by day and in total (day NULL), by model, by category and by
-- signal type. One statement, so that all parts are from the same snapshot. Each user counts once per day and once in total.
WITH outputs AS MATERIALIZED (
  SELECT m.output_id, (m.created_at AT TIME ZONE 'UTC')::date AS day, m.models_used, m.decision_id <> '' AS followed,
    coalesce(m.outcome, r.outcome, 'ok') = 'ok' AS answered, c.cost, l.latency_ms,
    CASE WHEN coalesce(m.outcome, r.outcome, 'ok') = 'ok' THEN c.cost END AS answer_cost,
    CASE WHEN coalesce(m.outcome, r.outcome, 'ok') = 'ok' THEN l.latency_ms END AS answer_latency_ms
  FROM ingest.execution_manifests m
  LEFT JOIN ingest.outcomes r USING (tenant_id, output_id)
  CROSS JOIN LATERAL (SELECT coalesce(m.total_cost, r.total_cost) AS known) AS k
  -- the limit keeps sums finite; least() alone would turn an unknown value into the limit
  CROSS JOIN LATERAL (SELECT CASE WHEN k.known IS NOT NULL THEN least(k.known, 1e300) END AS cost) AS c
  CROSS JOIN LATERAL (SELECT coalesce(m.total_latency_ms, r.total_latency_ms) AS latency_ms) AS l
  WHERE m.tenant_id = $1 AND m.created_at >= $2::timestamptz AND m.created_at < $3::timestamptz
), votes AS MATERIALIZED (
  SELECT o.output_id, o.day, f.user_id, f.rating, f.categories, f.comment <> '' AS commented
  FROM outputs o JOIN ingest.standing_votes f ON f.tenant_id = $1 AND f.output_id = o.output_id
), signals AS MATERIALIZED (
  SELECT o.output_id, o.day, s.user_id, s.signal_type, count(*) AS occurrences
  FROM outputs o JOIN ingest.standing_signals s ON s.tenant_id = $1 AND s.output_id = o.output_id
  GROUP BY o.output_id, o.day, s.user_id, s.signal_type
), units AS MATERIALIZED (
  SELECT output_id, day, user_id, rating, commented::int AS comments, 0 AS signals, 0 AS voice FROM votes
  UNION ALL
  SELECT output_id, day, user_id, NULL, 0, occurrences, 0 FROM signals
  UNION ALL
  SELECT DISTINCT o.output_id, o.day, v.user_id, NULL::smallint, 0, 0, 1
  FROM outputs o JOIN ingest.standing_voice v ON v.tenant_id = $1 AND v.output_id = o.output_id AND v.sentiment IS NOT NULL
), feedback_by_day AS (
  SELECT day, count(DISTINCT output_id) AS outputs_with_feedback, count(DISTINCT user_id) AS users,
    count(*) FILTER (WHERE rating = 1) AS positive, count(*) FILTER (WHERE rating = 0) AS neutral,
    count(*) FILTER (WHERE rating = -1) AS negative, sum(comments) AS comments, sum(signals) AS signals, sum(voice) AS voice
  FROM units GROUP BY GROUPING SETS ((day), ())
), outputs_by_day AS (
  SELECT day, count(*) AS outputs, count(*) FILTER (WHERE followed) AS outputs_followed, sum(cost) AS cost_usd,
    count(cost) AS cost_count, avg(answer_latency_ms) AS latency_ms_mean, count(answer_latency_ms) AS latency_count,
    count(*) FILTER (WHERE NOT answered) AS outputs_failed
  FROM outputs GROUP BY GROUPING SETS ((day), ())
), days AS (
  SELECT m.day, m.outputs, coalesce(g.outputs_with_feedback, 0) AS outputs_with_feedback, m.outputs_followed,
    coalesce(m.cost_usd, 0) AS cost_usd, m.cost_count, m.latency_ms_mean, m.latency_count, m.outputs_failed, coalesce(g.users, 0) AS users, coalesce(g.positive, 0) AS positive,
    coalesce(g.neutral, 0) AS neutral, coalesce(g.negative, 0) AS negative, coalesce(g.comments, 0) AS comments,
    coalesce(g.signals, 0) AS signals, coalesce(g.voice, 0) AS voice
  FROM outputs_by_day m LEFT JOIN feedback_by_day g ON coalesce(g.day, '-infinity') = coalesce(m.day, '-infinity')
), votes_by_output AS (
  SELECT output_id, count(*) FILTER (WHERE rating = 1) AS positive, count(*) FILTER (WHERE rating = -1) AS negative
  FROM units GROUP BY output_id
), models AS (
  SELECT model, count(*) AS outputs, count(j.output_id) AS outputs_with_feedback,
    coalesce(sum(j.positive), 0)::bigint AS positive, coalesce(sum(j.negative), 0)::bigint AS negative,
    count(*) FILTER (WHERE NOT o.answered) AS outputs_failed, avg(o.answer_cost) AS cost_usd_mean,
    count(o.answer_cost) AS cost_count, avg(o.answer_latency_ms) AS latency_ms_mean,
    count(o.answer_latency_ms) AS latency_count
  FROM outputs o CROSS JOIN LATERAL unnest(o.models_used) AS model LEFT JOIN votes_by_output j USING (output_id)
  GROUP BY model ORDER BY outputs DESC, model LIMIT $4
), categories AS (
  SELECT category, count(*) FILTER (WHERE rating = 1) AS positive, count(*) FILTER (WHERE rating = 0) AS neutral,
    count(*) FILTER (WHERE rating = -1) AS negative
  FROM votes CROSS JOIN LATERAL unnest(categories) AS category GROUP BY category
), types AS (
  SELECT signal_type, sum(occurrences)::bigint AS occurrences, count(DISTINCT user_id) AS users FROM signals GROUP BY signal_type
)
SELECT
  (SELECT jsonb_agg(to_jsonb(d) ORDER BY d.day NULLS FIRST) FROM days d)::text AS days,
  (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.outputs DESC, m.model), '[]') FROM models m)::text AS models,
  (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.category), '[]') FROM categories c)::text AS categories,
  (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.signal_type), '[]') FROM types t)::text AS signals;
