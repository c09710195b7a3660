-- query: lock_decisions_shared
-- Makes an erasure in the tenant wait until the decisions written here are committed.
SELECT pg_advisory_xact_lock_shared(72010, hashtext($1));

-- query: insert_decisions
-- Inserts decisions with the probability of their choice, for policy evaluation. Skips decisions for users who were
-- erased since.
INSERT INTO neural.neural_routing_recommendations (tenant_id, decision_id, decided_at, user_id, task_type, domain_mode,
  model, propensity, strategy, scope, score, confidence, table_version, candidates)
SELECT $1, d.decision_id, d.decided_at, d.user_id, d.task_type, d.domain_mode, d.model, d.propensity, d.strategy, d.scope,
  d.score, d.confidence, d.table_version, ARRAY(SELECT jsonb_array_elements_text(d.candidates::jsonb))
FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::text[],
  $10::text[], $11::float8[], $12::float8[], $13::bigint[], $14::text[]) AS d (decision_id, decided_at, user_id, task_type,
  domain_mode, model, propensity, strategy, scope, score, confidence, table_version, candidates)
WHERE NOT EXISTS (
  SELECT FROM ingest_api_v1.erased_lately($1) AS e
  WHERE e.asked_at > d.decided_at - interval '10 seconds'
    AND e.user_digest = encode(sha256(convert_to($1 || '/' || d.user_id, 'UTF8')), 'hex')
)
ON CONFLICT DO NOTHING;

-- query: ensure_partitions
-- Creates the partitions of the coming months.
SELECT neural.ensure_partitions();

-- query: feedback_contexts
-- Contexts, roll-ups included, in which a tenant or some of its users have feedback.
SELECT DISTINCT user_id, task_type, domain_mode FROM neural.neural_model_scores
WHERE version = (SELECT version FROM neural.score_versions WHERE state = 'live') AND tenant_id = $1
  AND (user_id = '' OR user_id = ANY($2::text[])) AND (task_type = '' OR $3::text[] = '{}' OR task_type = ANY($3))
  AND total_count > 0
LIMIT $4;

-- query: strengths
-- Fitted prior strengths of all tenants.
SELECT tenant_id, level, strength FROM neural.prior_strengths;

-- query: model_aliases_signature
-- Values that change whenever a model alias changes.
SELECT count(*) AS count, max(changed_at) AS latest FROM ingest_api_v1.model_aliases;

-- query: model_aliases
-- Model aliases of all tenants.
SELECT tenant_id, alias, model, version, kind FROM ingest_api_v1.model_aliases;

-- query: experiments_signature
-- A digest that changes whenever a running experiment changes.
SELECT coalesce(md5(string_agg(experiment_id::text || ':' || etag::text, ',' ORDER BY experiment_id)), '') AS signature
FROM experiments_api_v1.running;

-- query: running_experiments
-- Experiments that assign users, oldest first.
SELECT tenant_id, experiment_id::text AS experiment_id, definition::text AS definition, epoch, etag, started_at
FROM experiments_api_v1.running ORDER BY started_at, experiment_id;

-- query: followed_decisions
-- Decisions with an output that used the chosen model, newest first, each with its first output. Outputs are searched
-- up to 7 days after the decision, and 1 day before it to allow for clock differences.
SELECT DISTINCT ON (d.decided_at, d.decision_id) d.user_id, d.task_type, d.domain_mode, d.model, d.propensity,
  d.candidates, m.output_id, m.user_id AS rater
FROM neural.neural_routing_recommendations d
JOIN ingest_api_v1.manifests m ON m.tenant_id = d.tenant_id AND m.decision_id = d.decision_id
WHERE d.tenant_id = $1 AND d.decided_at >= $2 AND d.decided_at < $3 AND d.propensity > 0
  AND d.model = ANY(d.candidates) AND d.model = ANY(m.models_used)
  AND m.created_at >= $2 - interval '1 day' AND m.created_at < $3 + interval '7 days'
ORDER BY d.decided_at DESC, d.decision_id, m.created_at, m.output_id
LIMIT $4;
