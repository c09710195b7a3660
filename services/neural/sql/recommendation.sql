-- query: log_decisions
-- Decisions with the probability of their choice, for later evaluation; none of users who were forgotten since.
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
-- Months ahead get their partitions before the first decision of them comes.
SELECT neural.ensure_partitions();

-- query: score_keys
-- A page of cells of one user or (empty user) of the tenant, versions of a model taken as one.
SELECT DISTINCT task_type, domain_mode, model FROM neural.neural_model_scores
WHERE version = $1 AND tenant_id = $2 AND user_id = $3 AND total_count > 0
  AND ($4 = '' OR model = $4) AND ($5 = '' OR task_type = $5) AND ($6 = '' OR domain_mode = $6)
  AND ($7 OR domain_mode <> '') AND (task_type, domain_mode, model) > ($8, $9, $10)
ORDER BY task_type, domain_mode, model LIMIT $11;

-- query: global_score_keys
-- The same at global scope, published rows alone.
SELECT DISTINCT task_type, domain_mode, model FROM neural.published_global_scores
WHERE version = $1 AND $2 = '' AND $3 = ''
  AND ($4 = '' OR model = $4) AND ($5 = '' OR task_type = $5) AND ($6 = '' OR domain_mode = $6)
  AND ($7 OR domain_mode <> '') AND (task_type, domain_mode, model) > ($8, $9, $10)
ORDER BY task_type, domain_mode, model LIMIT $11;

-- query: score_cells
-- The cells behind a page.
SELECT s.task_type, s.domain_mode, s.model, s.model_version, s.epoch, (s.evidence - x.evidence)::text AS evidence,
  (s.score_sum - x.score_sum)::text AS score_sum,
  s.accuracy_evidence::text, s.accuracy_sum::text, s.relevance_evidence::text, s.relevance_sum::text,
  s.speed_evidence::text, s.speed_sum::text, s.positive_count, s.negative_count, s.neutral_count,
  s.implicit_positive_count, s.implicit_negative_count, s.total_count, s.updated_at,
  coalesce(v.first_output_at, '-infinity') AS first_output_at
FROM unnest($4::text[], $5::text[], $6::text[]) AS k (task_type, domain_mode, model)
JOIN neural.neural_model_scores s ON s.version = $1 AND s.tenant_id = $2 AND s.user_id = $3
  AND s.task_type = k.task_type AND s.domain_mode = k.domain_mode AND s.model = k.model AND s.total_count > 0
CROSS JOIN LATERAL neural.excess_of(s) AS x
LEFT JOIN neural.model_versions v ON v.tenant_id = s.tenant_id AND v.model = s.model AND v.model_version = s.model_version
ORDER BY s.task_type, s.domain_mode, s.model;

-- query: global_score_cells
-- The same at global scope.
SELECT s.task_type, s.domain_mode, s.model, s.model_version, 0 AS epoch, s.evidence::text, s.score_sum::text,
  s.accuracy_evidence::text, s.accuracy_sum::text, s.relevance_evidence::text, s.relevance_sum::text,
  s.speed_evidence::text, s.speed_sum::text, s.positive_count, s.negative_count, s.neutral_count,
  s.implicit_positive_count, s.implicit_negative_count, s.total_count, s.updated_at,
  coalesce(v.first_output_at, '-infinity') AS first_output_at
FROM unnest($4::text[], $5::text[], $6::text[]) AS k (task_type, domain_mode, model)
JOIN neural.published_global_scores s ON s.version = $1 AND $2 = '' AND $3 = '' AND s.task_type = k.task_type
  AND s.domain_mode = k.domain_mode AND s.model = k.model
LEFT JOIN LATERAL (
  SELECT min(first_output_at) AS first_output_at FROM neural.model_versions v
  WHERE v.model = s.model AND v.model_version = s.model_version
) AS v ON true
ORDER BY s.task_type, s.domain_mode, s.model;

-- query: trust_scores
-- A page of raters, least trusted first.
SELECT user_id, trust, factors::text AS factors, outlier, outlier_reason, pinned, updated_at
FROM neural.user_trust_scores
WHERE tenant_id = $1 AND (NOT $2 OR outlier) AND (trust, user_id) > ($3, $4)
ORDER BY trust, user_id LIMIT $5;

-- query: waiting
-- Units that wait to be learned, of one tenant or (empty) of all, and how long the oldest has waited.
SELECT count(*) AS units, coalesce(extract(epoch FROM now() - min(enqueued_at)) * 1000, 0)::float8 AS lag_ms
FROM ingest_api_v1.learn_queue WHERE $1 = '' OR tenant_id = $1;

-- query: learned
-- Units behind a version, of one tenant or (empty) of all.
SELECT count(*) FROM neural.unit_contributions WHERE version = $1 AND ($2 = '' OR tenant_id = $2);

-- query: experiments_signature
-- Changes whenever any running experiment does.
SELECT coalesce(md5(string_agg(experiment_id::text || ':' || etag::text, ',' ORDER BY experiment_id)), '') AS signature
FROM experiments_api_v1.running;

-- query: running_experiments
-- Every experiment that assigns users, the oldest first.
SELECT tenant_id, experiment_id::text AS experiment_id, definition::text AS definition, epoch, etag, started_at
FROM experiments_api_v1.running ORDER BY started_at, experiment_id;
