-- query: is_output_known
-- Whether an output has a manifest.
SELECT EXISTS (SELECT FROM ingest.outputs WHERE tenant_id = $1 AND output_id = $2);

-- query: output_counts
-- Counts of standing feedback by output, and the sum of the weighted scores of its users with trust 1. Each signal type counts
-- once per user, and so does the latest voice comment, as in ingest_api_v1. The lateral joins read only the rows of the outputs.
WITH wanted AS (
  SELECT unnest($2::text[]) AS output_id
), explicit AS (
  SELECT output_id, user_id, rating, comment FROM ingest.standing_votes JOIN wanted USING (output_id) WHERE tenant_id = $1
), implicit AS (
  SELECT w.output_id, t.user_id, avg(t.sentiment) AS sentiment, sum(t.occurrences) AS occurrences
  FROM wanted w CROSS JOIN LATERAL (
    SELECT s.user_id, s.signal_type, min(s.sentiment) AS sentiment, count(*) AS occurrences
    FROM ingest.standing_signals s WHERE s.tenant_id = $1 AND s.output_id = w.output_id GROUP BY s.user_id, s.signal_type
  ) AS t
  GROUP BY w.output_id, t.user_id
), voice AS (
  SELECT w.output_id, l.user_id, l.sentiment
  FROM wanted w CROSS JOIN LATERAL (
    SELECT DISTINCT ON (v.user_id) v.user_id, v.sentiment
    FROM ingest.standing_voice v WHERE v.tenant_id = $1 AND v.output_id = w.output_id AND v.sentiment IS NOT NULL
    ORDER BY v.user_id, v.created_at DESC, v.voice_id DESC
  ) AS l
), units AS (
  SELECT output_id, user_id, e.rating, e.comment, i.occurrences, v.sentiment AS voice,
    (3 * coalesce(e.rating, 0) + coalesce(i.sentiment, 0) + 2 * coalesce(v.sentiment, 0))
    / (3 * (e.rating IS NOT NULL)::int + (i.sentiment IS NOT NULL)::int + 2 * (v.sentiment IS NOT NULL)::int)
      AS weighted_score
  FROM explicit e
  FULL JOIN implicit i USING (output_id, user_id)
  FULL JOIN voice v USING (output_id, user_id)
)
SELECT output_id,
  count(*) FILTER (WHERE rating = 1) AS positive,
  count(*) FILTER (WHERE rating = 0) AS neutral,
  count(*) FILTER (WHERE rating = -1) AS negative,
  count(*) FILTER (WHERE comment <> '') AS comments,
  coalesce(sum(occurrences), 0)::bigint AS signals,
  count(voice) AS voice,
  count(*) AS users,
  sum(weighted_score)::float8 AS score_sum
FROM units GROUP BY output_id;

-- query: category_counts
-- Standing votes on an output by category.
SELECT category, count(*) FILTER (WHERE rating = 1) AS positive, count(*) FILTER (WHERE rating = 0) AS neutral,
  count(*) FILTER (WHERE rating = -1) AS negative
FROM ingest_api_v1.explicit_feedback, unnest(categories) AS category
WHERE tenant_id = $1 AND output_id = $2
GROUP BY category ORDER BY category;

-- query: signal_counts
-- Standing signals on an output by type.
SELECT signal_type, sum(occurrences)::bigint AS occurrences, count(*) AS users
FROM ingest_api_v1.implicit_feedback
WHERE tenant_id = $1 AND output_id = $2
GROUP BY signal_type ORDER BY signal_type;

-- query: conversation_outputs
-- A page of the outputs of a conversation after a key, oldest first.
SELECT o.output_id, (extract(epoch FROM o.created_at) * 1000000)::bigint AS created_us, m.models_used
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
WHERE o.tenant_id = $1 AND o.conversation_id = $2
  AND (o.created_at, o.output_id) > (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4)
ORDER BY o.created_at, o.output_id
LIMIT $5;

-- query: conversation_ids
-- Identifiers of the outputs of a conversation, at most $3.
SELECT output_id FROM ingest.outputs WHERE tenant_id = $1 AND conversation_id = $2 LIMIT $3;

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
    coalesce(m.cost_usd, 0) AS cost_usd, m.cost_count, m.latency_ms_mean, m.latency_count,
    m.outputs_failed, coalesce(g.users, 0) AS users, coalesce(g.positive, 0) AS positive,
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
