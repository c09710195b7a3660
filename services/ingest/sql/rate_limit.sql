-- query: answered_before
-- Whether a request was answered, so that a repeat gets its answer however much its user said since.
SELECT EXISTS (SELECT FROM ingest.requests WHERE tenant_id = $1 AND request_id = $2);

-- query: said_lately
-- How many votes and spoken comments of each user, at most $4, are younger than $3 seconds, and in how many the oldest
-- of them is not. A comment is as old as its user's clock says.
SELECT k.user_id, count(s.said_at) AS said,
  coalesce(extract(epoch FROM min(s.said_at) - now()) + $3, $3)::float8 AS wait_s
FROM unnest($2::text[]) AS k (user_id)
LEFT JOIN LATERAL (
  (
    SELECT f.updated_at AS said_at FROM ingest.explicit_feedback f
    WHERE f.tenant_id = $1 AND f.user_id = k.user_id AND f.updated_at > now() - $3::float8 * interval '1 second'
    ORDER BY f.updated_at DESC LIMIT $4
  ) UNION ALL (
    SELECT least(v.created_at, now()) FROM ingest.voice_feedback v
    WHERE v.tenant_id = $1 AND v.user_id = k.user_id AND v.created_at > now() - $3::float8 * interval '1 second'
    ORDER BY v.created_at DESC LIMIT $4
  )
  ORDER BY said_at DESC LIMIT $4
) AS s ON true
GROUP BY k.user_id;
