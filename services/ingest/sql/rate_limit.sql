-- query: recent_submissions
-- Number of votes and voice comments of each user in the last $3 seconds, counted up to $4, and the seconds until the oldest
-- counted one leaves this window. The age of a voice comment is computed from its client time.
SELECT k.user_id, count(s.submitted_at) AS submissions,
  coalesce(extract(epoch FROM min(s.submitted_at) - now()) + $3, $3)::float8 AS wait_s
FROM unnest($2::text[]) AS k (user_id)
LEFT JOIN LATERAL (
  (
    SELECT f.updated_at AS submitted_at FROM ingest.explicit_feedback f
    WHERE f.tenant_id = $1 AND f.user_id = k.user_id AND f.updated_at > now() - $3::float8 * interval '1 second'
    ORDER BY f.updated_at DESC LIMIT $4
  ) UNION ALL (
    SELECT least(v.created_at, now()) FROM ingest.voice_feedback v
    WHERE v.tenant_id = $1 AND v.user_id = k.user_id AND v.created_at > now() - $3::float8 * interval '1 second'
    ORDER BY v.created_at DESC LIMIT $4
  )
  ORDER BY submitted_at DESC LIMIT $4
) AS s ON true
GROUP BY k.user_id;
