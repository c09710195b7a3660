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
-- Creates the partitions of the last month, for decisions that clients record later, and of the coming months.
SELECT neural.ensure_partitions(1);

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

-- query: record_decisions
-- Inserts decisions that a client made. Skips decisions that are stored, and those for users who were erased since.
WITH given AS (
  SELECT d.* FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[],
    $9::text[], $10::text[], $11::float8[], $12::float8[], $13::bigint[], $14::text[]) AS d (decision_id, decided_at,
    user_id, task_type, domain_mode, model, propensity, strategy, scope, score, confidence, table_version, candidates)
  WHERE NOT EXISTS (
    SELECT FROM ingest_api_v1.erased_lately($1) AS e
    WHERE e.asked_at > d.decided_at - interval '10 seconds'
      AND e.user_digest = encode(sha256(convert_to($1 || '/' || d.user_id, 'UTF8')), 'hex')
  )
), stored AS (
  INSERT INTO neural.neural_routing_recommendations (tenant_id, decision_id, decided_at, user_id, task_type, domain_mode,
    model, propensity, strategy, scope, score, confidence, table_version, candidates, stated_by_client)
  SELECT DISTINCT ON (g.decision_id) $1, g.decision_id, g.decided_at, g.user_id, g.task_type, g.domain_mode, g.model,
    g.propensity, g.strategy, g.scope, g.score, g.confidence, g.table_version,
    ARRAY(SELECT jsonb_array_elements_text(g.candidates::jsonb)), true
  FROM given g
  WHERE NOT EXISTS (
    SELECT FROM neural.neural_routing_recommendations r WHERE r.tenant_id = $1 AND r.decision_id = g.decision_id
  )
  ORDER BY g.decision_id, g.decided_at
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM stored) AS recorded, (SELECT count(*) FROM given) AS given;

-- query: decisions_to_evaluate
-- First the number of decisions of a period that cannot be evaluated, by reason. Then the others with an empty reason, the
-- newest first, each with the first output that used the chosen model. A decision is taken from the log of the service,
-- else from that of a client, else from its manifest. Outputs are searched up to 7 days after the decision, and 1 day
-- before it to allow for clock differences.
WITH logged AS (
  SELECT DISTINCT ON (d.decision_id) d.decision_id, d.decided_at, d.user_id, d.task_type, d.domain_mode, d.model,
    d.propensity, d.candidates, d.stated_by_client
  FROM neural.neural_routing_recommendations d
  WHERE d.tenant_id = $1 AND d.decided_at >= $2 AND d.decided_at < $3
  ORDER BY d.decision_id, d.stated_by_client, d.decided_at
), outputs AS (
  SELECT DISTINCT ON (m.decision_id) m.*, l.model AS logged_model
  FROM ingest_api_v1.followed_decisions m LEFT JOIN logged l USING (decision_id)
  WHERE m.tenant_id = $1 AND m.created_at >= $2 - interval '1 day' AND m.created_at < $3 + interval '7 days'
  ORDER BY m.decision_id, l.model = ANY(m.models_used || m.requested_models) DESC NULLS LAST, m.created_at, m.output_id
), decisions AS (
  SELECT l.decision_id, l.decided_at, l.user_id, l.task_type, l.domain_mode, l.model, l.propensity, l.candidates,
    l.stated_by_client, m.output_id, m.user_id AS rater, m.models_used, m.requested_models, m.propensity AS manifest_propensity
  FROM logged l LEFT JOIN outputs m USING (decision_id)
  UNION ALL
  SELECT m.decision_id, m.created_at, m.user_id, m.task_type, m.domain_mode,
    CASE
      WHEN cardinality(m.models_used) > 1 THEN NULL
      WHEN m.requested_models[1] = ANY(m.decision_candidates) THEN m.requested_models[1]
      ELSE m.models_used[1]
    END, m.propensity, m.decision_candidates, true,
    m.output_id, m.user_id, m.models_used, m.requested_models, m.propensity
  FROM outputs m
  WHERE m.logged_model IS NULL AND m.created_at >= $2 AND m.created_at < $3 AND NOT EXISTS (
    SELECT FROM neural.neural_routing_recommendations r WHERE r.tenant_id = $1 AND r.decision_id = m.decision_id
  )
), classified AS MATERIALIZED (
  SELECT d.*, CASE
      WHEN d.output_id IS NULL THEN 'no_manifest'
      WHEN d.model IS NULL OR NOT d.model = ANY(d.models_used || d.requested_models) THEN 'other_model'
      WHEN d.propensity IS NULL OR d.propensity <= 0 THEN 'no_propensity'
      WHEN NOT d.model = ANY(d.candidates) THEN 'unknown_candidates'
      WHEN d.stated_by_client AND abs(d.manifest_propensity - d.propensity) > 1e-6 THEN 'contradiction'
      ELSE ''
    END AS exclusion
  FROM decisions d
), usable AS (
  SELECT * FROM classified WHERE exclusion = '' ORDER BY decided_at DESC, decision_id LIMIT $4
)
SELECT c.exclusion, count(*) AS decisions, NULL AS decision_id, NULL::timestamptz AS decided_at, NULL AS user_id,
  NULL AS task_type, NULL AS domain_mode, NULL AS model, NULL::float8 AS propensity, NULL::text[] AS candidates,
  NULL::boolean AS stated_by_client, NULL AS output_id, NULL AS rater
FROM classified c WHERE c.exclusion <> '' GROUP BY c.exclusion
UNION ALL
SELECT u.exclusion, 1, u.decision_id, u.decided_at, u.user_id, u.task_type, u.domain_mode, u.model, u.propensity,
  u.candidates, u.stated_by_client, u.output_id, u.rater
FROM usable u
ORDER BY exclusion DESC, decided_at DESC, decision_id;

-- query: failing_models
-- Calls by outcome and task of the models with a failure within the last $1, of all tenants. A failed call counts under the
-- requested name, and an answered one under the model that answered: the answers of a model count for its aliases too.
WITH failing AS (
  SELECT tenant_id, model FROM neural.call_outcomes WHERE period > now() - $1::interval
  GROUP BY tenant_id, model HAVING sum(errors + timeouts) > 0
), counted AS (
  SELECT tenant_id, model, o.task_type, o.answered, o.errors, o.timeouts, o.cancelled
  FROM failing f JOIN neural.call_outcomes o USING (tenant_id, model)
  WHERE o.period > now() - $1::interval
  UNION ALL
  SELECT f.tenant_id, f.model, o.task_type, o.answered, 0, 0, 0
  FROM failing f
  JOIN ingest_api_v1.model_aliases a ON a.tenant_id = f.tenant_id AND a.alias = f.model AND a.model <> f.model
  JOIN neural.call_outcomes o ON o.tenant_id = f.tenant_id AND o.model = a.model
  WHERE o.period > now() - $1::interval
)
SELECT tenant_id, model, task_type, sum(answered)::bigint AS answered, sum(errors)::bigint AS errors,
  sum(timeouts)::bigint AS timeouts, sum(cancelled)::bigint AS cancelled
FROM counted
GROUP BY tenant_id, model, task_type;
