-- query: prompt_context
-- Facts about a user and an output: the rating that stands, whether the user ever gave explicit or voice feedback on the output,
-- its manifest, and whether it is one of the user's first $4 outputs.
SELECT
  (SELECT rating FROM ingest.standing_votes WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2) AS rating,
  EXISTS (SELECT FROM ingest.explicit_feedback WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2)
    OR EXISTS (SELECT FROM ingest.voice_feedback WHERE tenant_id = $1 AND output_id = $3 AND user_id = $2) AS is_answered,
  m.output_id IS NOT NULL AS is_manifest_known, coalesce(m.verification_failed, false) AS is_verification_failed,
  coalesce(m.contradiction_found, false) AS has_contradiction, m.brain_confidence AS confidence,
  coalesce(m.user_id = $2, false) AND $4::int > (
    SELECT count(*) FROM (
      SELECT FROM ingest.execution_manifests e
      WHERE e.tenant_id = $1 AND e.user_id = $2 AND (e.created_at, e.output_id) < (m.created_at, m.output_id) LIMIT $4
    ) AS earlier
  ) AS is_first_output
FROM (SELECT) AS always
LEFT JOIN (
  SELECT e.* FROM ingest.outputs o JOIN ingest.execution_manifests e USING (tenant_id, output_id, created_at)
  WHERE o.tenant_id = $1 AND o.output_id = $3
) AS m ON true;

-- query: lock_user_prompts
-- Serializes the decisions for one user, so that two concurrent decisions do not both use the last prompt of a day.
SELECT pg_advisory_xact_lock(72012, hashtext($1 || '/' || $2));

-- query: prompt_history
-- The decision stored for this output, if any, and the user's latest $4 prompts, newest first, with whether each was answered.
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
  ARRAY(SELECT asked_at FROM latest ORDER BY asked_at DESC, output_id DESC) AS prompted_at,
  ARRAY(SELECT answered FROM latest ORDER BY asked_at DESC, output_id DESC) AS answered
FROM (SELECT) AS always
LEFT JOIN ingest.feedback_asks d ON d.tenant_id = $1 AND d.user_id = $2 AND d.output_id = $3;

-- query: store_decision
-- Stores a decision: a prompt, or a prompt that a limit prevented.
INSERT INTO ingest.feedback_asks (tenant_id, user_id, output_id, asked_at, reason, probability) VALUES ($1, $2, $3, $4, $5, $6);

-- query: purge_decisions
-- Deletes decisions older than 30 days, at most $1 of them, and returns how many it deleted.
WITH old AS (
  SELECT tenant_id, user_id, output_id FROM ingest.feedback_asks WHERE asked_at < now() - interval '30 days' LIMIT $1
), deleted AS (
  DELETE FROM ingest.feedback_asks a USING old
  WHERE a.tenant_id = old.tenant_id AND a.user_id = old.user_id AND a.output_id = old.output_id RETURNING 1
)
SELECT count(*) FROM deleted;
