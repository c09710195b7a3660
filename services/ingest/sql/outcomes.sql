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
  r.input_tokens, r.output_tokens, r.total_latency_ms, r.time_to_first_token_ms, r.total_cost
FROM unnest($2::text[]) AS k (output_id)
LEFT JOIN ingest.outputs o ON o.tenant_id = $1 AND o.output_id = k.output_id
LEFT JOIN ingest.execution_manifests m ON m.tenant_id = $1 AND m.output_id = o.output_id AND m.created_at = o.created_at
LEFT JOIN ingest.outcomes r ON r.tenant_id = $1 AND r.output_id = k.output_id;
