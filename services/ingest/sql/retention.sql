-- query: lock_retention
-- Tries to take the lock that lets one process at a time delete old rows.
SELECT pg_try_advisory_xact_lock(72011, 0);

-- query: expire_signals
-- Deletes signals older than $1, at most $2, and queues their units.
WITH old AS (
  SELECT tenant_id, output_id, user_id, signal_id, occurred_at FROM ingest.implicit_signals WHERE occurred_at < $1 LIMIT $2
), deleted AS (
  DELETE FROM ingest.implicit_signals s USING old o
  WHERE s.occurred_at < $1 AND s.tenant_id = o.tenant_id AND s.output_id = o.output_id AND s.user_id = o.user_id
    AND s.signal_id = o.signal_id AND s.occurred_at = o.occurred_at
  RETURNING s.tenant_id, s.output_id, s.user_id
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT DISTINCT ingest.shard_of(tenant_id, user_id), tenant_id, output_id, user_id FROM deleted
)
SELECT count(*) FROM deleted;

-- query: expire_voice
-- Deletes voice comments older than $1 whose audio is deleted, at most $2, and queues their units.
WITH old AS (
  SELECT tenant_id, output_id, user_id, voice_id, created_at FROM ingest.voice_feedback
  WHERE created_at < $1 AND audio_key = '' AND status NOT IN ('pending', 'processing') LIMIT $2
), deleted AS (
  DELETE FROM ingest.voice_feedback v USING old o
  WHERE v.created_at < $1 AND v.tenant_id = o.tenant_id AND v.output_id = o.output_id AND v.user_id = o.user_id
    AND v.voice_id = o.voice_id AND v.created_at = o.created_at
  RETURNING v.tenant_id, v.output_id, v.user_id
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT DISTINCT ingest.shard_of(tenant_id, user_id), tenant_id, output_id, user_id FROM deleted
)
SELECT count(*) FROM deleted;

-- query: expire_votes
-- Deletes votes older than $1, at most $2, and queues their units. A vote that was replaced meanwhile is kept.
WITH old AS (
  SELECT tenant_id, output_id, user_id FROM ingest.explicit_feedback WHERE client_time < $1 LIMIT $2
), deleted AS (
  DELETE FROM ingest.explicit_feedback f USING old o
  WHERE f.client_time < $1 AND f.tenant_id = o.tenant_id AND f.output_id = o.output_id AND f.user_id = o.user_id
  RETURNING f.tenant_id, f.output_id, f.user_id
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of(tenant_id, user_id), tenant_id, output_id, user_id FROM deleted
)
SELECT count(*) FROM deleted;

-- query: expire_outputs
-- Deletes outputs older than $1 with their manifests, at most $2, and queues the units of all their feedback.
WITH old AS (
  SELECT tenant_id, output_id, created_at FROM ingest.execution_manifests WHERE created_at < $1 LIMIT $2
), units AS (
  SELECT tenant_id, output_id, user_id FROM old JOIN ingest.explicit_feedback USING (tenant_id, output_id)
  UNION SELECT tenant_id, output_id, user_id FROM old JOIN ingest.implicit_signals USING (tenant_id, output_id)
  UNION SELECT tenant_id, output_id, user_id FROM old
    JOIN (SELECT tenant_id, output_id, user_id FROM ingest.voice_feedback) AS v USING (tenant_id, output_id)
), scores AS (
  DELETE FROM ingest.evaluation_scores s USING old o CROSS JOIN LATERAL ingest.scores_of_output(o.tenant_id, o.output_id) k
  WHERE s.tenant_id = o.tenant_id AND s.output_id = k.sent_name AND s.score_id = k.sent_id
), aliases AS (
  DELETE FROM ingest.output_aliases a USING old o WHERE a.tenant_id = o.tenant_id AND a.output_id = o.output_id
), named AS (
  DELETE FROM ingest.outputs t USING old o WHERE t.tenant_id = o.tenant_id AND t.output_id = o.output_id
), completed AS (
  DELETE FROM ingest.outcomes r USING old o WHERE r.tenant_id = o.tenant_id AND r.output_id = o.output_id
), deleted AS (
  DELETE FROM ingest.execution_manifests m USING old o
  WHERE m.created_at < $1 AND m.tenant_id = o.tenant_id AND m.output_id = o.output_id AND m.created_at = o.created_at
  RETURNING 1
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of(tenant_id, user_id), tenant_id, output_id, user_id FROM units
)
SELECT count(*) FROM deleted;

-- query: expire_outcomes
-- Deletes outcomes older than $1 without a manifest, at most $2.
WITH old AS (
  SELECT r.tenant_id, r.output_id FROM ingest.outcomes r
  WHERE r.recorded_at < $1
    AND NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = r.tenant_id AND o.output_id = r.output_id)
  LIMIT $2
), deleted AS (
  DELETE FROM ingest.outcomes r USING old o WHERE r.tenant_id = o.tenant_id AND r.output_id = o.output_id RETURNING 1
)
SELECT count(*) FROM deleted;

-- query: expire_scores
-- Deletes evaluation scores older than $1, at most $2.
WITH old AS (
  SELECT tenant_id, output_id, score_id FROM ingest.evaluation_scores WHERE observed_at < $1 LIMIT $2
), deleted AS (
  DELETE FROM ingest.evaluation_scores s USING old o
  WHERE s.tenant_id = o.tenant_id AND s.output_id = o.output_id AND s.score_id = o.score_id
  RETURNING 1
)
SELECT count(*) FROM deleted;

-- query: expire_retractions
-- Deletes retractions of times before $1 that no longer match any feedback, at most $2.
WITH old AS (
  SELECT r.tenant_id, r.output_id, r.user_id FROM ingest.retractions r
  WHERE greatest(r.explicit_until, r.implicit_until, r.voice_until) < $1
    AND NOT EXISTS (SELECT FROM ingest.explicit_feedback f
      WHERE f.tenant_id = r.tenant_id AND f.output_id = r.output_id AND f.user_id = r.user_id)
    AND NOT EXISTS (SELECT FROM ingest.implicit_signals f
      WHERE f.tenant_id = r.tenant_id AND f.output_id = r.output_id AND f.user_id = r.user_id)
    AND NOT EXISTS (SELECT FROM ingest.voice_feedback f
      WHERE f.tenant_id = r.tenant_id AND f.output_id = r.output_id AND f.user_id = r.user_id)
  LIMIT $2
), deleted AS (
  DELETE FROM ingest.retractions r USING old o
  WHERE r.tenant_id = o.tenant_id AND r.output_id = o.output_id AND r.user_id = o.user_id
    AND greatest(r.explicit_until, r.implicit_until, r.voice_until) < $1
  RETURNING 1
)
SELECT count(*) FROM deleted;

-- query: expire_unmatched
-- Deletes the feedback under output ids that have no manifest since $1, at most $2 ids. Recordings whose audio is stored
-- stay until it is deleted.
WITH old AS (
  SELECT u.tenant_id, u.output_id FROM ingest.unmatched_feedback u
  WHERE u.first_seen_at < $1 ORDER BY u.first_seen_at LIMIT $2
), absent AS (
  SELECT o.* FROM old o
  WHERE NOT EXISTS (SELECT FROM ingest.outputs t WHERE t.tenant_id = o.tenant_id AND t.output_id = o.output_id)
), votes AS (
  DELETE FROM ingest.explicit_feedback f USING absent a WHERE f.tenant_id = a.tenant_id AND f.output_id = a.output_id
), signals AS (
  DELETE FROM ingest.implicit_signals f USING absent a WHERE f.tenant_id = a.tenant_id AND f.output_id = a.output_id
), voice AS (
  DELETE FROM ingest.voice_feedback f USING absent a WHERE f.tenant_id = a.tenant_id AND f.output_id = a.output_id
    AND f.audio_key = '' AND f.status NOT IN ('pending', 'processing')
), deleted AS (
  DELETE FROM ingest.unmatched_feedback u USING old o WHERE u.tenant_id = o.tenant_id AND u.output_id = o.output_id
  RETURNING 1
)
SELECT count(*) FROM deleted;

-- query: drop_empty_partitions
-- Drops the empty partitions of a table that end by $2.
SELECT ingest.drop_empty_months($1, $2);
