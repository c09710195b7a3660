-- query: block_end
-- The output at offset $9 among those before a key that meet the conditions on the manifest.
SELECT m.created_at, m.output_id FROM ingest.execution_manifests m
WHERE m.tenant_id = $1
  AND (m.created_at, m.output_id) < ($2::timestamptz, $3::text) AND (m.created_at, m.output_id) >= ($4::timestamptz, '')
  AND ($5::text = '' OR $5 = ANY (m.models_used))
  AND ($6::text = '' OR m.task_type = $6)
  AND ($7::text = '' OR m.domain_mode = $7)
  AND ($8::text = '' OR m.user_id = $8)
ORDER BY m.created_at DESC, m.output_id DESC OFFSET $9 LIMIT 1;

-- query: conversation_block
-- Outputs of a conversation before a key, newest first.
SELECT output_id, created_at FROM ingest.outputs
WHERE tenant_id = $1 AND conversation_id = $2 AND conversation_id <> ''
  AND (created_at, output_id) < ($3::timestamptz, $4::text) AND created_at >= $5::timestamptz
ORDER BY created_at DESC, output_id DESC LIMIT $6;

-- query: list_outputs
-- Outputs, newest first, before one key and not before another, that meet all conditions; an empty value sets no condition. The
-- caller replaces the marker "per output" by OFFSET 0 to look up feedback output by output, which is faster for few outputs.
SELECT m.output_id, m.user_id, m.conversation_id, m.created_at, m.models_used, m.task_type, m.domain_mode,
  coalesce(m.input_language, '') AS input_language, m.decision_id <> '' AS followed,
  coalesce(m.outcome, (
    SELECT r.outcome FROM ingest.outcomes r WHERE r.tenant_id = m.tenant_id AND r.output_id = m.output_id
  )) AS outcome
FROM ingest.execution_manifests m
WHERE m.tenant_id = $1
  AND (m.created_at, m.output_id) < ($2::timestamptz, $3::text) AND (m.created_at, m.output_id) >= ($4::timestamptz, $5::text)
  AND ($6::text[] IS NULL OR m.output_id = ANY ($6))
  AND ($7::text = '' OR $7 = ANY (m.models_used))
  AND ($8::text = '' OR m.task_type = $8)
  AND ($9::text = '' OR m.domain_mode = $9)
  AND ($10::text = '' OR m.user_id = $10)
  AND ($11::smallint IS NULL OR EXISTS (
    SELECT FROM ingest.standing_votes f WHERE f.tenant_id = $1 AND f.output_id = m.output_id AND f.rating = $11 /* per output */))
  AND ($12::text = '' OR EXISTS (
    SELECT FROM ingest.standing_votes f WHERE f.tenant_id = $1 AND f.output_id = m.output_id AND $12 = ANY (f.categories) /* per output */))
  AND ($13::text = '' OR EXISTS (
    SELECT FROM ingest.standing_signals s WHERE s.tenant_id = $1 AND s.output_id = m.output_id AND s.signal_type = $13 /* per output */))
  AND (NOT $14::boolean
    OR EXISTS (SELECT FROM ingest.standing_votes f WHERE f.tenant_id = $1 AND f.output_id = m.output_id /* per output */)
    OR EXISTS (SELECT FROM ingest.standing_signals s WHERE s.tenant_id = $1 AND s.output_id = m.output_id /* per output */)
    OR EXISTS (SELECT FROM ingest.standing_voice v WHERE v.tenant_id = $1 AND v.output_id = m.output_id AND v.sentiment IS NOT NULL /* per output */))
  AND (NOT $15::boolean OR EXISTS (
    SELECT FROM ingest.standing_votes f WHERE f.tenant_id = $1 AND f.output_id = m.output_id AND f.comment <> '' /* per output */))
  AND (NOT $16::boolean OR EXISTS (
    SELECT FROM ingest.standing_voice v WHERE v.tenant_id = $1 AND v.output_id = m.output_id AND v.sentiment IS NOT NULL /* per output */))
ORDER BY m.created_at DESC, m.output_id DESC
LIMIT $17;

-- query: full_manifest
-- All columns of the manifest of an output, completed by its outcome. The manifest's own values take precedence.
SELECT m.output_id, m.user_id, m.conversation_id, m.message_id, m.request_type, m.task_type, m.domain_mode,
  m.input_prompt_hash, coalesce(m.input_tokens, r.input_tokens) AS input_tokens,
  coalesce(m.input_language, '') AS input_language, m.models_used, m.model_versions, m.orchestration_id,
  m.orchestration_name, m.services_used, m.thermal_states::text AS thermal_states, m.provider_health::text AS provider_health,
  m.brain_reasoning, m.brain_confidence, m.was_user_override, coalesce(m.output_tokens, r.output_tokens) AS output_tokens,
  coalesce(m.total_latency_ms, r.total_latency_ms) AS total_latency_ms,
  coalesce(m.time_to_first_token_ms, r.time_to_first_token_ms) AS time_to_first_token_ms,
  coalesce(m.total_cost, r.total_cost) AS total_cost, m.was_streamed, m.steps::text AS steps, m.decision_id,
  m.propensity, m.created_at,
  coalesce(m.experiment_id::text, '') AS experiment_id, m.variant, m.experiment_epoch, m.verification_failed,
  m.contradiction_found, m.requested_models, m.output_aliases, m.output_id_foreign, m.decision_strategy,
  m.decision_candidates,
  coalesce(m.outcome, r.outcome) AS outcome,
  CASE WHEN m.outcome IS NULL THEN r.error_type ELSE m.error_type END AS error_type,
  CASE WHEN m.outcome IS NULL THEN r.error_message ELSE m.error_message END AS error_message
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at)
LEFT JOIN ingest.outcomes r USING (tenant_id, output_id)
WHERE o.tenant_id = $1 AND o.output_id = $2;

-- query: output_votes
-- Standing votes on an output, newest first.
SELECT output_id, user_id, rating, categories, comment, source, user_agent, client_time
FROM ingest.standing_votes WHERE tenant_id = $1 AND output_id = $2
ORDER BY client_time DESC, user_id DESC LIMIT $3;

-- query: output_signals
-- Standing signals on an output, every occurrence, newest first.
SELECT output_id, user_id, signal_id::text AS signal_id, signal_type, signal_value::text AS signal_value, occurred_at
FROM ingest.standing_signals WHERE tenant_id = $1 AND output_id = $2
ORDER BY occurred_at DESC, signal_id DESC LIMIT $3;

-- query: output_voice
-- Standing voice comments on an output, newest first, including those without a transcript.
SELECT voice_id::text AS voice_id FROM ingest.standing_voice WHERE tenant_id = $1 AND output_id = $2
ORDER BY created_at DESC, voice_id DESC LIMIT $3;

-- query: output_scores
-- Scores of evaluations of an output that are no votes, newest first.
SELECT s.user_id, s.name, s.score, s.observed_at FROM ingest.scores_of_output($1, $2) k
JOIN ingest.evaluation_scores s ON s.tenant_id = $1 AND s.output_id = k.sent_name AND s.score_id = k.sent_id
ORDER BY s.observed_at DESC, s.score_id DESC LIMIT $3;

-- query: user_spellings
-- Ids of a user in manifests that earlier versions stored under another spelling than the user key.
SELECT user_id FROM ingest_api_v1.user_spellings WHERE tenant_id = $1 AND user_key = $2;
