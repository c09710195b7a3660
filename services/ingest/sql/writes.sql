-- query: begin_writes
-- Sets the tenant of the transaction and takes a shared lock on each user that it writes about, until it ends.
SELECT set_config('app.current_tenant_id', $1, true), ingest.hold_users($1, $2::text[]);

-- query: stored_responses
-- Stored responses of the given requests.
SELECT request_id::text AS request_id, method, fingerprint, answer
FROM ingest.requests WHERE tenant_id = $1 AND request_id = ANY($2::uuid[]);

-- query: store_responses
-- Stores the responses of a group and returns how many are new. A missing one is being stored by a concurrent transaction.
WITH stored AS (
  INSERT INTO ingest.requests (tenant_id, request_id, method, fingerprint, answer)
  SELECT $1, r.request_id, r.method, r.fingerprint, r.answer
  FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[]) AS r (request_id, method, fingerprint, answer)
  ORDER BY r.request_id
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM stored;

-- query: claim_outputs
-- Claims the identifiers of outputs for their first manifest and returns the newly claimed ones.
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
SELECT $1, o.output_id, timestamptz 'epoch' + o.created_us * interval '1 microsecond', o.conversation_id, o.fingerprint
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[]) AS o (output_id, created_us, conversation_id, fingerprint)
ORDER BY o.output_id
ON CONFLICT DO NOTHING
RETURNING output_id;

-- query: stored_outputs
-- Fingerprints and creation times of outputs, to tell a repeated manifest from a different one.
SELECT output_id, fingerprint, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM ingest.outputs WHERE tenant_id = $1 AND output_id = ANY($2::text[]);

-- query: insert_manifests
-- Inserts the manifests of claimed outputs and queues each output for all its users, whose feedback may have arrived first.
WITH manifests AS (
  SELECT * FROM jsonb_populate_recordset(NULL::ingest.execution_manifests, $2::text::jsonb)
), inserted AS (
  INSERT INTO ingest.execution_manifests (
    tenant_id, output_id, created_at, user_id, conversation_id, message_id, request_type, task_type, domain_mode,
    input_prompt_hash, input_tokens, input_language, models_used, model_versions, orchestration_id,
    orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, brain_confidence,
    was_user_override, output_tokens, total_latency_ms, time_to_first_token_ms, total_cost, was_streamed, steps,
    decision_id, propensity, experiment_id, variant, experiment_epoch, verification_failed, contradiction_found,
    outcome, error_type, error_message, requested_models, output_aliases, output_id_foreign, decision_strategy,
    decision_candidates)
  SELECT $1, output_id, created_at, user_id, conversation_id, message_id, request_type, task_type, domain_mode,
    input_prompt_hash, input_tokens, input_language, models_used, model_versions, orchestration_id,
    orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, brain_confidence,
    was_user_override, output_tokens, total_latency_ms, time_to_first_token_ms, total_cost, was_streamed, steps,
    decision_id, propensity, experiment_id, variant, experiment_epoch, verification_failed, contradiction_found,
    outcome, error_type, error_message, requested_models, output_aliases, coalesce(output_id_foreign, false),
    decision_strategy, decision_candidates
  FROM manifests
)
INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
SELECT ingest.shard_of($1, output_id), $1, output_id, '' FROM manifests;

-- query: standing_votes
-- Votes that stand before the group is stored.
SELECT f.output_id, f.user_id, f.rating, f.categories, f.comment, coalesce(f.comment_language, '') AS comment_language,
       f.source, f.user_agent, (extract(epoch FROM f.client_time) * 1000000)::bigint AS time_us,
       f.request_id::text AS request_id
FROM ingest.explicit_feedback f
JOIN unnest($2::text[], $3::text[]) AS k (output_id, user_id) USING (output_id, user_id)
WHERE f.tenant_id = $1;

-- query: upsert_votes
-- Stores votes unless a later one stands, and queues their units. is_new_row is false for a vote that replaced another.
WITH upserted AS (
  INSERT INTO ingest.explicit_feedback AS f (tenant_id, output_id, user_id, rating, categories, comment,
    comment_language, source, user_agent, client_time, request_id)
  SELECT $1, v.output_id, v.user_id, v.rating, v.categories, v.comment, nullif(v.comment_language, ''), v.source,
    v.user_agent, timestamptz 'epoch' + v.time_us * interval '1 microsecond', v.request_id
  FROM jsonb_to_recordset($2::text::jsonb) AS v (output_id text, user_id text, rating smallint, categories text[],
    comment text, comment_language text, source text, user_agent text, time_us bigint, request_id uuid)
  ORDER BY v.output_id, v.user_id
  ON CONFLICT (tenant_id, output_id, user_id) DO UPDATE SET
    rating = excluded.rating, categories = excluded.categories, comment = excluded.comment,
    comment_language = excluded.comment_language, source = excluded.source, user_agent = excluded.user_agent,
    client_time = excluded.client_time, request_id = excluded.request_id, updated_at = now()
  WHERE (excluded.client_time, excluded.request_id) > (f.client_time, f.request_id)
  RETURNING f.output_id, f.user_id, xmax = 0 AS is_new_row
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of($1, user_id), $1, output_id, user_id FROM upserted
)
SELECT output_id, user_id, is_new_row FROM upserted;

-- query: insert_signals
-- Inserts signals that are not stored yet, queues their units and returns how many are new. The caller removes ON CONFLICT DO
-- NOTHING for a large group: the check for duplicates costs as much as the insert.
WITH inserted AS (
  INSERT INTO ingest.implicit_signals
    (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment, signal_value)
  SELECT $1, s.output_id, s.user_id, s.signal_id, timestamptz 'epoch' + s.time_us * interval '1 microsecond',
    s.signal_type, s.sentiment, s.value::jsonb
  FROM unnest(string_to_array($2, $9), string_to_array($3, $9), string_to_array($4, $9)::uuid[],
    string_to_array($5, $9)::bigint[], string_to_array($6, $9), string_to_array($7, $9)::float8[],
    string_to_array($8, $9, '')) AS s (output_id, user_id, signal_id, time_us, signal_type, sentiment, value)
  ON CONFLICT DO NOTHING
  RETURNING output_id, user_id
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of($1, u.user_id), $1, u.output_id, u.user_id
  FROM (SELECT DISTINCT output_id, user_id FROM inserted) AS u
)
SELECT count(*) FROM inserted;

-- query: stored_signal_positions
-- Positions, from 1, of the signals that an earlier transaction stored.
SELECT s.position
FROM unnest(string_to_array($2, $6), string_to_array($3, $6), string_to_array($4, $6)::uuid[],
  string_to_array($5, $6)::bigint[]) WITH ORDINALITY
  AS s (output_id, user_id, signal_id, time_us, position)
JOIN ingest.implicit_signals t ON t.tenant_id = $1 AND t.output_id = s.output_id AND t.user_id = s.user_id
  AND t.signal_id = s.signal_id AND t.occurred_at = timestamptz 'epoch' + s.time_us * interval '1 microsecond'
WHERE t.xmin::text::bigint <> pg_current_xact_id()::text::bigint & 4294967295;

-- query: insert_recordings
-- Inserts voice comments that wait for transcription. A stored one is left unchanged, even if its response was purged.
INSERT INTO ingest.voice_feedback
  (tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format, audio_bytes, source)
SELECT $1, v.output_id, v.user_id, v.voice_id, timestamptz 'epoch' + v.created_us * interval '1 microsecond', v.audio_key,
  v.audio_format, v.audio_bytes, v.source
FROM jsonb_to_recordset($2::text::jsonb) AS v (output_id text, user_id text, voice_id uuid, created_us bigint,
  audio_key text, audio_format text, audio_bytes bigint, source text)
WHERE NOT EXISTS (SELECT FROM ingest.voice_feedback o WHERE o.tenant_id = $1 AND o.voice_id = v.voice_id)
ON CONFLICT DO NOTHING;

-- query: is_recording_stored
-- Whether a voice comment has a row.
SELECT EXISTS (SELECT FROM ingest.voice_feedback WHERE tenant_id = $1 AND voice_id = $2);

-- query: retract
-- Extends the retraction to a later time, queues the unit and counts the newly retracted feedback.
WITH old AS (
  SELECT coalesce(max(explicit_until), '-infinity') AS explicit_until,
         coalesce(max(implicit_until), '-infinity') AS implicit_until,
         coalesce(max(voice_until), '-infinity') AS voice_until
  FROM ingest.retractions WHERE tenant_id = $1 AND output_id = $2 AND user_id = $3
), new AS (
  SELECT timestamptz 'epoch' + $4::bigint * interval '1 microsecond' AS until
), moved AS (
  INSERT INTO ingest.retractions AS r (tenant_id, output_id, user_id, explicit_until, implicit_until, voice_until)
  SELECT $1, $2, $3, CASE WHEN $5 THEN until ELSE '-infinity' END, CASE WHEN $6 THEN until ELSE '-infinity' END,
    CASE WHEN $7 THEN until ELSE '-infinity' END
  FROM new
  ON CONFLICT (tenant_id, output_id, user_id) DO UPDATE SET
    explicit_until = greatest(r.explicit_until, excluded.explicit_until),
    implicit_until = greatest(r.implicit_until, excluded.implicit_until),
    voice_until = greatest(r.voice_until, excluded.voice_until)
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  VALUES (ingest.shard_of($1, $3), $1, $2, $3)
)
SELECT
  $5 AND EXISTS (SELECT FROM ingest.explicit_feedback f WHERE f.tenant_id = $1 AND f.output_id = $2
    AND f.user_id = $3 AND f.client_time > old.explicit_until AND f.client_time <= new.until) AS explicit,
  CASE WHEN $6 THEN (SELECT count(*) FROM ingest.implicit_signals s WHERE s.tenant_id = $1 AND s.output_id = $2
    AND s.user_id = $3 AND s.occurred_at > old.implicit_until AND s.occurred_at <= new.until) ELSE 0 END AS signals,
  CASE WHEN $7 THEN (SELECT count(*) FROM ingest.voice_feedback v WHERE v.tenant_id = $1 AND v.output_id = $2
    AND v.user_id = $3 AND v.created_at > old.voice_until AND v.created_at <= new.until) ELSE 0 END AS voice
FROM old, new;

-- query: ensure_partitions
-- Creates the partitions of the coming months.
SELECT ingest.ensure_partitions();

-- query: purge_responses
-- Deletes stored responses older than a day, at most $1 of them, and returns how many it deleted.
SELECT ingest.purge_answers($1);

-- query: store_outcomes
-- Stores the outcomes of different outputs, or completes stored ones, and queues the outputs for the learner. Returns the
-- outputs that changed. An outcome that contradicts the stored one or the manifest, or adds nothing, is left out.
WITH stated AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb) AS s (output_id text, outcome text, error_type text,
    error_message text, input_tokens integer, output_tokens integer, total_latency_ms float8,
    time_to_first_token_ms float8, total_cost float8)
), stored AS (
  INSERT INTO ingest.outcomes AS r (tenant_id, output_id, outcome, error_type, error_message, input_tokens, output_tokens,
    total_latency_ms, time_to_first_token_ms, total_cost)
  SELECT $1, s.output_id, s.outcome, s.error_type, s.error_message, s.input_tokens, s.output_tokens, s.total_latency_ms,
    s.time_to_first_token_ms, s.total_cost
  FROM stated s
  WHERE NOT EXISTS (
    SELECT FROM ingest.outputs o JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
    WHERE o.tenant_id = $1 AND o.output_id = s.output_id
      AND (m.outcome <> s.outcome OR m.error_type <> s.error_type OR m.error_message <> s.error_message)
  )
  ORDER BY s.output_id
  ON CONFLICT (tenant_id, output_id) DO UPDATE SET
    input_tokens = coalesce(r.input_tokens, excluded.input_tokens),
    output_tokens = coalesce(r.output_tokens, excluded.output_tokens),
    total_latency_ms = coalesce(r.total_latency_ms, excluded.total_latency_ms),
    time_to_first_token_ms = coalesce(r.time_to_first_token_ms, excluded.time_to_first_token_ms),
    total_cost = coalesce(r.total_cost, excluded.total_cost)
  WHERE (r.outcome, r.error_type, r.error_message) = (excluded.outcome, excluded.error_type, excluded.error_message)
    AND coalesce(r.input_tokens = excluded.input_tokens, true) AND coalesce(r.output_tokens = excluded.output_tokens, true)
    AND coalesce(r.total_latency_ms = excluded.total_latency_ms, true)
    AND coalesce(r.time_to_first_token_ms = excluded.time_to_first_token_ms, true)
    AND coalesce(r.total_cost = excluded.total_cost, true)
    AND (r.input_tokens IS NULL AND excluded.input_tokens IS NOT NULL
      OR r.output_tokens IS NULL AND excluded.output_tokens IS NOT NULL
      OR r.total_latency_ms IS NULL AND excluded.total_latency_ms IS NOT NULL
      OR r.time_to_first_token_ms IS NULL AND excluded.time_to_first_token_ms IS NOT NULL
      OR r.total_cost IS NULL AND excluded.total_cost IS NOT NULL)
  RETURNING output_id
), queued AS (
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of($1, output_id), $1, output_id, '' FROM stored
)
SELECT output_id FROM stored;

-- query: known_outcomes
-- Stored outcomes of outputs and those of their manifests (outcome NULL without one), and whether the manifest is known.
SELECT k.output_id, o.output_id IS NOT NULL AS is_manifest_known, coalesce(r.outcome, m.outcome) AS outcome,
  coalesce(r.error_type, m.error_type) AS error_type, coalesce(r.error_message, m.error_message) AS error_message,
  r.input_tokens, r.output_tokens, r.total_latency_ms, r.time_to_first_token_ms, r.total_cost,
  m.input_tokens AS manifest_input_tokens, m.output_tokens AS manifest_output_tokens,
  m.total_latency_ms AS manifest_total_latency_ms, m.time_to_first_token_ms AS manifest_time_to_first_token_ms,
  m.total_cost AS manifest_total_cost
FROM unnest($2::text[]) AS k (output_id)
LEFT JOIN ingest.outputs o ON o.tenant_id = $1 AND o.output_id = k.output_id
LEFT JOIN ingest.execution_manifests m ON m.tenant_id = $1 AND m.output_id = o.output_id AND m.created_at = o.created_at
LEFT JOIN ingest.outcomes r ON r.tenant_id = $1 AND r.output_id = k.output_id;

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
