-- Raw rows as ingest keeps them: $1 outputs, one user each, three signals an output and a vote on every third; times within
-- 60 days, outputs recorded in the order of their time, identifiers that grow with it.
-- query: outputs
-- A tenth of the outputs goes to each of eight tenants but for the first, which has three tenths.
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
SELECT 'tenant-' || greatest(n * 7919 % 10 - 1, 1), to_char(n, 'FM000000000000'), timestamptz '2026-06-01' + n * interval '60 days' / $1::bigint, '', '\x00'
FROM generate_series(1, $1::bigint) AS n;

-- query: manifests
-- Ten tasks, four domains, eight models of two versions.
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id, orchestration_name,
  services_used, thermal_states, provider_health, brain_reasoning, was_user_override, output_tokens, total_latency_ms,
  total_cost, was_streamed, steps, decision_id)
SELECT o.tenant_id, o.output_id, o.created_at, u.name, '', '', 'chat', 'task-' || n * 31 % 10, 'domain-' || n * 17 % 4, 100,
  ARRAY['model-' || m], ARRAY['v' || (n * 2 / $1::bigint)], '', '', '{}', '{}', '{}', '', false, 200, 800, 0.002, true, '[]', ''
FROM ingest.outputs o
CROSS JOIN LATERAL (SELECT o.output_id::bigint AS n) AS i
CROSS JOIN LATERAL (SELECT 'user-' || n * 48271 % 50000 AS name, hashint8(n) & 7 AS m) AS u;

-- query: votes
-- Better models are liked more often.
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, user_agent,
  client_time, request_id)
SELECT m.tenant_id, m.output_id, m.user_id,
  CASE WHEN hashint8(n + 1) & 15 = 0 THEN 0 WHEN (hashint8(n + 2) & 15) < 4 + (hashint8(n) & 7) THEN 1 ELSE -1 END,
  CASE hashint8(n + 3) & 7 WHEN 0 THEN '{accuracy}'::text[] WHEN 1 THEN '{speed,relevance}' ELSE '{}' END,
  '', 'thinktank', '', m.created_at + interval '1 minute', gen_random_uuid()
FROM ingest.execution_manifests m
CROSS JOIN LATERAL (SELECT m.output_id::bigint AS n) AS i
WHERE n % 3 = 0;

-- query: signals
-- Three of nine kinds on each output.
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
SELECT m.tenant_id, m.output_id, m.user_id, gen_random_uuid(), m.created_at + interval '1 minute',
  k.names[place], ingest_api_v1.get_implicit_sentiment(k.names[place])
FROM ingest.execution_manifests m
CROSS JOIN generate_series(0, 2) AS s
CROSS JOIN LATERAL (SELECT ARRAY['copy_response', 'share_response', 'regenerate', 'scroll_bounce', 'scroll_to_end', 'export_response',
  'abandon_mid_response', 'continue_conversation', 'favorite_added'] AS names) AS k
CROSS JOIN LATERAL (SELECT 1 + ((hashint8(m.output_id::bigint * 3 + s) & 1023) % 9) AS place) AS p;
