-- query: answered_before
-- Whether a request was answered, so that a repeat gets its answer however much its user said since.
SELECT EXISTS (SELECT FROM ingest.requests WHERE tenant_id = $1 AND request_id = $2);

-- query: said_lately
-- How many votes of each user, at most $4, are younger than $3 seconds, and in how many the oldest of them is not.
SELECT k.user_id, count(v.updated_at) AS votes,
  coalesce(extract(epoch FROM min(v.updated_at) - now()) + $3, $3)::float8 AS wait_s
FROM unnest($2::text[]) AS k (user_id)
LEFT JOIN LATERAL (
  SELECT f.updated_at FROM ingest.explicit_feedback f
  WHERE f.tenant_id = $1 AND f.user_id = k.user_id AND f.updated_at > now() - $3::float8 * interval '1 second'
  ORDER BY f.updated_at DESC LIMIT $4
) AS v ON true
GROUP BY k.user_id;
