-- query: dequeue_units
-- Removes the oldest rows of the given shards from the queue. A rollback of the transaction puts them back.
DELETE FROM ingest_api_v1.learn_queue q
USING (SELECT shard, seq FROM ingest_api_v1.learn_queue WHERE shard = ANY($1::smallint[]) ORDER BY seq LIMIT $2) AS oldest
WHERE q.shard = oldest.shard AND q.seq = oldest.seq
RETURNING q.tenant_id, q.output_id, q.user_id;

-- query: raters_of_outputs
-- Users who gave feedback on outputs.
SELECT k.tenant_id, k.output_id, u.user_id
FROM unnest($1::text[], $2::text[]) AS k (tenant_id, output_id)
CROSS JOIN LATERAL (
  SELECT u.user_id FROM ingest_api_v1.units u WHERE u.tenant_id = k.tenant_id AND u.output_id = k.output_id
) AS u;

-- query: enqueue_units
-- Queues units in the shards of their users.
SELECT ingest_api_v1.enqueue_units($1::text[], $2::text[], $3::text[]);

-- query: units_to_match
-- Units whose output has no manifest, and units with an alias of their user.
SELECT k.tenant_id, k.output_id, k.user_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant_id, output_id, user_id)
LEFT JOIN LATERAL (
  SELECT true AS is_known FROM ingest_api_v1.outputs o WHERE o.tenant_id = k.tenant_id AND o.output_id = k.output_id LIMIT 1
) AS o ON true
LEFT JOIN LATERAL (
  SELECT true AS is_alias FROM ingest_api_v1.output_aliases a
  WHERE a.tenant_id = k.tenant_id AND a.alias = k.output_id AND a.user_id = k.user_id LIMIT 1
) AS a ON true
WHERE o.is_known IS NULL OR a.is_alias;

-- query: outputs_to_match
-- Outputs with an alias or with unmatched feedback, and aliases of outputs.
SELECT k.tenant_id, k.output_id FROM unnest($1::text[], $2::text[]) AS k (tenant_id, output_id)
LEFT JOIN LATERAL (
  SELECT true AS is_found FROM ingest_api_v1.output_aliases a
  WHERE a.tenant_id = k.tenant_id AND a.output_id = k.output_id LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
  SELECT true AS is_found FROM ingest_api_v1.output_aliases a
  WHERE a.tenant_id = k.tenant_id AND a.alias = k.output_id AND a.user_id = '' LIMIT 1
) AS n ON true
LEFT JOIN LATERAL (
  SELECT true AS is_found FROM ingest_api_v1.unmatched_feedback f
  WHERE f.tenant_id = k.tenant_id AND f.output_id = k.output_id LIMIT 1
) AS f ON true
WHERE a.is_found OR n.is_found OR f.is_found;

-- query: match_units
-- Moves the feedback of units that name their output by an alias, and notes units without a manifest as unmatched.
SELECT ingest_api_v1.match_units($1::text[], $2::text[], $3::text[]);

-- query: match_outputs
-- Moves the feedback and the outcomes under the aliases of outputs to them.
SELECT ingest_api_v1.match_outputs($1::text[], $2::text[]);

-- query: register_versions
-- Stores when each version of a model was first and last used. Returns the models whose versions have changed places: a
-- version is new, or replaces or no longer replaces another one.
WITH seen AS (
  SELECT m.tenant_id, v.model, v.model_version, min(m.created_at) AS first_output_at, max(m.created_at) AS last_output_at
  FROM unnest($1::text[], $2::text[]) AS k (tenant_id, output_id)
  CROSS JOIN LATERAL (
    SELECT m.tenant_id, m.created_at, m.models_used, m.model_versions FROM ingest_api_v1.manifests m
    WHERE m.tenant_id = k.tenant_id AND m.output_id = k.output_id
  ) AS m
  CROSS JOIN LATERAL unnest(m.models_used, m.model_versions) AS v (model, model_version)
  GROUP BY m.tenant_id, v.model, v.model_version
), old AS (
  SELECT v.tenant_id, v.model, v.model_version, v.first_output_at AS first, v.last_output_at AS last
  FROM neural.model_versions v WHERE (v.tenant_id, v.model) IN (SELECT tenant_id, model FROM seen)
  ORDER BY v.tenant_id, v.model, v.model_version FOR UPDATE
), moved AS (
  INSERT INTO neural.model_versions AS known (tenant_id, model, model_version, first_output_at, last_output_at)
  SELECT tenant_id, model, model_version, first_output_at, last_output_at FROM seen
  WHERE (SELECT count(*) FROM old) >= 0 -- reads and locks the old rows first
  ORDER BY tenant_id, model, model_version
  ON CONFLICT (tenant_id, model, model_version) DO UPDATE SET
    first_output_at = least(known.first_output_at, excluded.first_output_at),
    last_output_at = greatest(known.last_output_at, known.first_output_at, excluded.last_output_at)
  WHERE excluded.first_output_at < known.first_output_at OR known.last_output_at IS NULL
    OR excluded.last_output_at > known.last_output_at
  RETURNING known.tenant_id, known.model, known.model_version, known.first_output_at AS first, known.last_output_at AS last
), new AS (
  SELECT * FROM moved
  UNION ALL
  SELECT * FROM old o WHERE NOT EXISTS (SELECT FROM moved m WHERE (m.tenant_id, m.model, m.model_version)
    = (o.tenant_id, o.model, o.model_version))
)
SELECT DISTINCT a.tenant_id, a.model FROM new a
JOIN new b ON b.tenant_id = a.tenant_id AND b.model = a.model AND b.model_version <> a.model_version
LEFT JOIN old c ON (c.tenant_id, c.model, c.model_version) = (a.tenant_id, a.model, a.model_version)
LEFT JOIN old d ON (d.tenant_id, d.model, d.model_version) = (b.tenant_id, b.model, b.model_version)
WHERE c.model IS NULL OR c.first <> a.first
  OR neural.is_replacement(a.first, a.last, b.first, b.last) <> neural.is_replacement(c.first, c.last, d.first, d.last);

-- query: unit_facts
-- Manifest, valid feedback and rater trust ($4 without a score) of units. Units without a manifest, and those of calls that
-- did not answer, are left out: feedback on a failed call is no opinion on the quality of an answer.
SELECT k.tenant_id, k.output_id, k.user_id, m.created_at, m.task_type, m.domain_mode, m.models_used, m.model_versions,
  m.orchestration_id, m.services_used, e.rating, e.categories, i.sentiments, v.sentiment AS voice,
  coalesce(t.trust, $4) AS trust, coalesce(t.established, false) AS established
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (tenant_id, output_id, user_id)
CROSS JOIN LATERAL (
  SELECT * FROM ingest_api_v1.executions m
  WHERE m.tenant_id = k.tenant_id AND m.output_id = k.output_id AND m.answered
) AS m
LEFT JOIN LATERAL (
  SELECT f.rating, f.categories FROM ingest_api_v1.explicit_feedback f
  WHERE f.tenant_id = k.tenant_id AND f.output_id = k.output_id AND f.user_id = k.user_id
) AS e ON true
LEFT JOIN LATERAL (
  SELECT array_agg(s.sentiment ORDER BY s.signal_type) AS sentiments FROM ingest_api_v1.implicit_feedback s
  WHERE s.tenant_id = k.tenant_id AND s.output_id = k.output_id AND s.user_id = k.user_id
) AS i ON true
LEFT JOIN LATERAL (
  SELECT f.sentiment FROM ingest_api_v1.voice_feedback f
  WHERE f.tenant_id = k.tenant_id AND f.output_id = k.output_id AND f.user_id = k.user_id
) AS v ON true
LEFT JOIN neural.user_trust_scores t ON t.tenant_id = k.tenant_id AND t.user_id = k.user_id;

-- query: shifts
-- Quality shifts of models, oldest first.
SELECT tenant_id, task_type, domain_mode, model, shifted_at FROM neural.quality_shifts WHERE tenant_id = ANY($1::text[])
ORDER BY shifted_at;

-- query: contributions
-- Stored contributions of units.
SELECT c.tenant_id, c.output_id, c.user_id, c.task_type, c.domain_mode, c.models, c.model_versions,
  c.evidence::text AS evidence, c.score_sum::text AS score_sum, c.rating, c.implicit_sign, c.aspects,
  c.orchestration_id, c.services_used, c.created_at, c.epochs, c.established
FROM unnest($2::text[], $3::text[], $4::text[]) AS k (tenant_id, output_id, user_id)
JOIN neural.unit_contributions c ON c.version = $1 AND c.tenant_id = k.tenant_id AND c.user_id = k.user_id
  AND c.output_id = k.output_id;

-- query: delete_contributions
-- Deletes the contributions of units without valid feedback.
DELETE FROM neural.unit_contributions c USING unnest($2::text[], $3::text[], $4::text[]) AS k (tenant_id, output_id, user_id)
WHERE c.version = $1 AND c.tenant_id = k.tenant_id AND c.user_id = k.user_id AND c.output_id = k.output_id;

-- query: upsert_contributions
-- Inserts or replaces the contributions of units.
INSERT INTO neural.unit_contributions (version, tenant_id, output_id, user_id, task_type, domain_mode, models,
  model_versions, evidence, score_sum, rating, implicit_sign, aspects, orchestration_id, services_used, created_at, epochs,
  established)
SELECT $1, c.tenant_id, c.output_id, c.user_id, c.task_type, c.domain_mode, c.models, c.model_versions,
  c.evidence::numeric, c.score_sum::numeric, c.rating, c.implicit_sign, c.aspects, c.orchestration_id, c.services_used,
  c.created_at, c.epochs, c.established
FROM jsonb_to_recordset($2::text::jsonb) AS c (tenant_id text, output_id text, user_id text, task_type text,
  domain_mode text, models text[], model_versions text[], evidence text, score_sum text, rating smallint,
  implicit_sign smallint, aspects text[], orchestration_id text, services_used text[], created_at timestamptz,
  epochs smallint[], established boolean)
ON CONFLICT (version, tenant_id, user_id, output_id) DO UPDATE SET
  task_type = excluded.task_type, domain_mode = excluded.domain_mode, models = excluded.models,
  model_versions = excluded.model_versions, evidence = excluded.evidence, score_sum = excluded.score_sum,
  rating = excluded.rating, implicit_sign = excluded.implicit_sign, aspects = excluded.aspects,
  orchestration_id = excluded.orchestration_id, services_used = excluded.services_used,
  created_at = excluded.created_at, epochs = excluded.epochs, established = excluded.established;

-- query: add_to_cells
-- Adds changes to cells, in key order so that learners do not deadlock. Returns the number of units in each cell.
INSERT INTO neural.neural_model_scores AS s (version, tenant_id, user_id, task_type, domain_mode, model, model_version,
  epoch, evidence, score_sum, accuracy_evidence, accuracy_sum, relevance_evidence, relevance_sum, speed_evidence, speed_sum,
  new_evidence, new_score_sum, positive_count, negative_count, neutral_count, implicit_positive_count,
  implicit_negative_count, total_count, raters)
SELECT $1, d.tenant_id, d.user_id, d.task_type, d.domain_mode, d.model, d.model_version, d.epoch,
  d.sums[1]::numeric, d.sums[2]::numeric, d.sums[3]::numeric, d.sums[4]::numeric, d.sums[5]::numeric,
  d.sums[6]::numeric, d.sums[7]::numeric, d.sums[8]::numeric,
  d.sums[9]::numeric, d.sums[10]::numeric,
  d.counts[1], d.counts[2], d.counts[3], d.counts[4], d.counts[5], d.counts[6], d.raters
FROM jsonb_to_recordset($2::text::jsonb) AS d (tenant_id text, user_id text, task_type text, domain_mode text,
  model text, model_version text, epoch smallint, sums text[], counts bigint[], raters bigint)
ORDER BY d.tenant_id, d.user_id, d.task_type, d.domain_mode, d.model, d.model_version, d.epoch
ON CONFLICT (version, tenant_id, user_id, task_type, domain_mode, model, model_version, epoch) DO UPDATE SET
  evidence = s.evidence + excluded.evidence, score_sum = s.score_sum + excluded.score_sum,
  accuracy_evidence = s.accuracy_evidence + excluded.accuracy_evidence,
  accuracy_sum = s.accuracy_sum + excluded.accuracy_sum,
  relevance_evidence = s.relevance_evidence + excluded.relevance_evidence,
  relevance_sum = s.relevance_sum + excluded.relevance_sum,
  speed_evidence = s.speed_evidence + excluded.speed_evidence, speed_sum = s.speed_sum + excluded.speed_sum,
  new_evidence = s.new_evidence + excluded.new_evidence, new_score_sum = s.new_score_sum + excluded.new_score_sum,
  positive_count = s.positive_count + excluded.positive_count,
  negative_count = s.negative_count + excluded.negative_count,
  neutral_count = s.neutral_count + excluded.neutral_count,
  implicit_positive_count = s.implicit_positive_count + excluded.implicit_positive_count,
  implicit_negative_count = s.implicit_negative_count + excluded.implicit_negative_count,
  total_count = s.total_count + excluded.total_count, raters = s.raters + excluded.raters,
  revision = s.revision + 1, updated_at = clock_timestamp()
RETURNING s.tenant_id, s.user_id, s.task_type, s.domain_mode, s.model, s.model_version, s.epoch, s.total_count;

-- query: update_heavy_raters
-- Stores the sums of users with at least $9 units in a cell, and deletes those of users with fewer.
WITH cells AS (
  SELECT s.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[])
    AS k (tenant_id, user_id, task_type, domain_mode, model, model_version, epoch)
  JOIN neural.neural_model_scores s ON s.version = $1 AND s.tenant_id = k.tenant_id AND s.user_id = k.user_id
    AND s.task_type = k.task_type AND s.domain_mode = k.domain_mode AND s.model = k.model
    AND s.model_version = k.model_version AND s.epoch = k.epoch
), light AS (
  DELETE FROM neural.heavy_raters h USING cells c
  WHERE c.total_count < $9 AND h.version = $1 AND h.tenant_id = c.tenant_id AND h.task_type = c.task_type
    AND h.domain_mode = c.domain_mode AND h.model = c.model AND h.model_version = c.model_version
    AND h.epoch = c.epoch AND h.user_id = c.user_id
)
INSERT INTO neural.heavy_raters (version, tenant_id, task_type, domain_mode, model, model_version, epoch, user_id, evidence,
  score_sum, new_evidence, total_count)
SELECT $1, tenant_id, task_type, domain_mode, model, model_version, epoch, user_id, evidence, score_sum, new_evidence,
  total_count
FROM cells WHERE total_count >= $9
ORDER BY tenant_id, task_type, domain_mode, model, model_version, epoch, user_id
ON CONFLICT (version, tenant_id, task_type, domain_mode, model, model_version, epoch, user_id) DO UPDATE SET
  evidence = excluded.evidence, score_sum = excluded.score_sum, new_evidence = excluded.new_evidence,
  total_count = excluded.total_count;

-- query: add_to_companions
-- Adds changes to the sums of orchestrations and services by model.
INSERT INTO neural.model_companions AS s
  (version, tenant_id, task_type, domain_mode, model, kind, name, evidence, score_sum)
SELECT $1, d.tenant_id, d.task_type, d.domain_mode, d.model, d.kind, d.name, d.evidence::numeric, d.score_sum::numeric
FROM jsonb_to_recordset($2::text::jsonb) AS d (tenant_id text, task_type text, domain_mode text, model text,
  kind text, name text, evidence text, score_sum text)
ORDER BY d.tenant_id, d.task_type, d.domain_mode, d.model, d.kind, d.name
ON CONFLICT (version, tenant_id, task_type, domain_mode, model, kind, name) DO UPDATE SET
  evidence = s.evidence + excluded.evidence, score_sum = s.score_sum + excluded.score_sum;

-- query: enqueue_rebuild
-- Queues changed units for the running rebuild.
INSERT INTO neural.rebuild_queue (version, tenant_id, output_id, user_id)
SELECT $1, k.tenant_id, k.output_id, k.user_id
FROM unnest($2::text[], $3::text[], $4::text[]) AS k (tenant_id, output_id, user_id);

-- query: raters_of_output
-- Users who gave feedback on one output.
SELECT u.user_id FROM ingest_api_v1.units u WHERE u.tenant_id = $1 AND u.output_id = $2 LIMIT $3;

-- query: output_has_manifest
-- Whether the manifest of an output exists.
SELECT EXISTS (SELECT FROM ingest_api_v1.manifests WHERE tenant_id = $1 AND output_id = $2);

-- query: output_is_queued
-- Whether an output is still queued for learning.
SELECT EXISTS (SELECT FROM ingest_api_v1.learn_queue WHERE tenant_id = $1 AND output_id = $2);
