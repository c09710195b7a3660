-- query: question
-- What a widget and the rules of asking need to know of a user and an output: the thumb that stands, whether anything was ever
-- said, the manifest, and whether it is one of the user's first $4 outputs.
SELECT
  (SELECT rating FROM ingest.standing_votes WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2) AS rating,
  EXISTS (SELECT FROM ingest.explicit_feedback WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2)
    OR EXISTS (SELECT FROM ingest.voice_feedback WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2) AS answered,
  m.output_id IS NOT NULL AS known, coalesce(m.verification_failed, false) AS verification_failed,
  coalesce(m.contradiction_found, false) AS contradiction_found, m.brain_confidence AS confidence,
  coalesce(m.user_id = $2, false) AND $4::int > (
    SELECT count(*) FROM (
      SELECT FROM ingest.execution_manifests e
      WHERE e.tenant_id = $1 AND e.user_id = $2 AND (e.created_at, e.output_id) < (m.created_at, m.output_id) LIMIT $4
    ) AS earlier
  ) AS first
FROM (SELECT) AS always
LEFT JOIN (
  SELECT e.* FROM ingest.outputs o JOIN ingest.execution_manifests e USING (tenant_id, output_id, created_at)
  WHERE o.tenant_id = $1 AND o.output_id = $3
) AS m ON true;

-- query: one_at_a_time
-- Questions to one user are decided one after the other, so that no two of them take the last ask of a day.
SELECT pg_advisory_xact_lock(72009, hashtext($1 || '/' || $2));

-- query: history
-- What was decided of this output before, and the user's latest asks, newest first, with whether each was answered.
WITH latest AS (
  SELECT a.asked_at, a.output_id,
    EXISTS (SELECT FROM ingest.explicit_feedback f
      WHERE f.tenant_id = $1 AND f.output_id = a.output_id AND f.user_id = $2)
    OR EXISTS (SELECT FROM ingest.voice_feedback v
      WHERE v.tenant_id = $1 AND v.output_id = a.output_id AND v.user_id = $2) AS answered
  FROM ingest.feedback_asks a WHERE a.tenant_id = $1 AND a.user_id = $2 AND a.reason <> 'fatigue'
  ORDER BY a.asked_at DESC, a.output_id DESC LIMIT $4
)
SELECT clock_timestamp() AS now, d.reason, d.probability,
  ARRAY(SELECT asked_at FROM latest ORDER BY asked_at DESC, output_id DESC) AS asked_at,
  ARRAY(SELECT answered FROM latest ORDER BY asked_at DESC, output_id DESC) AS answered
FROM (SELECT) AS always
LEFT JOIN ingest.feedback_asks d ON d.tenant_id = $1 AND d.user_id = $2 AND d.output_id = $3;

-- query: remember_ask
-- A user is asked, or spared.
INSERT INTO ingest.feedback_asks (tenant_id, user_id, output_id, asked_at, reason, probability) VALUES ($1, $2, $3, $4, $5, $6);

-- query: purge_asks
-- What was asked more than 30 days ago goes, a bounded number at a time.
WITH old AS (
  SELECT tenant_id, user_id, output_id FROM ingest.feedback_asks WHERE asked_at < now() - interval '30 days' LIMIT $1
), gone AS (
  DELETE FROM ingest.feedback_asks a USING old
  WHERE a.tenant_id = old.tenant_id AND a.user_id = old.user_id AND a.output_id = old.output_id RETURNING 1
)
SELECT count(*) FROM gone;
