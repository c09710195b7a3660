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
