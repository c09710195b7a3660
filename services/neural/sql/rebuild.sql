-- query: version_of_run
-- The version that a run built or is building.
SELECT version, state, mode, half_life_seconds, started_at, report::text AS report, coalesce(error, '') AS error
FROM neural.score_versions WHERE run_id = $1;

-- query: fail_builds
-- Marks one version or (NULL) every version that is being built as failed. The live version does not change.
UPDATE neural.score_versions SET state = 'failed', finished_at = now(), error = $2
WHERE state = 'building' AND ($1::bigint IS NULL OR version = $1);

-- query: droppable_versions
-- Failed versions that still have tables, and retired versions except the latest, which is kept for comparison.
SELECT v.version FROM neural.score_versions v
WHERE to_regclass('neural.unit_contributions_v' || v.version) IS NOT NULL AND (v.state = 'failed' OR (
  v.state = 'retired' AND v.version < (SELECT max(version) FROM neural.score_versions WHERE state = 'retired')));

-- query: drop_partitions
-- Drops the tables of a version.
SELECT neural.drop_version_partitions($1);

-- query: plan_slices
-- Divides the outputs into slices of $2, and the users into $3 parts.
WITH bounds AS (
  SELECT tenant_id, output_id, row_number() OVER (ORDER BY tenant_id, output_id) AS place FROM ingest_api_v1.outputs
), cuts AS (
  SELECT tenant_id, output_id, place / $2::bigint AS slice FROM bounds WHERE place % $2::bigint = 0
), units AS (
  SELECT coalesce(c.slice, 0)::integer AS slice, coalesce(c.tenant_id, '') AS after_tenant,
    coalesce(c.output_id, '') AS after_output, coalesce(n.tenant_id, '') AS until_tenant, coalesce(n.output_id, '') AS until_output
  FROM (SELECT 0::bigint AS slice UNION ALL SELECT slice FROM cuts) AS a
  LEFT JOIN cuts c ON c.slice = a.slice LEFT JOIN cuts n ON n.slice = a.slice + 1
)
INSERT INTO neural.rebuild_slices (version, kind, slice, after_tenant, after_output, until_tenant, until_output)
SELECT $1::bigint, 'units', slice, after_tenant, after_output, until_tenant, until_output FROM units
UNION ALL
SELECT $1::bigint, 'cells', part, '', '', '', '' FROM generate_series(0, $3::integer - 1) AS part
UNION ALL
SELECT $1::bigint, 'tenants', 0, '', '', '', '';

-- query: open_slices
-- The slices of a kind that are not done.
SELECT slice, after_tenant, after_output, until_tenant, until_output FROM neural.rebuild_slices
WHERE version = $1 AND kind = $2 AND NOT done ORDER BY slice;

-- query: close_slice
-- Marks a slice as done, in the transaction that did it.
UPDATE neural.rebuild_slices SET done = true WHERE version = $1 AND kind = $2 AND slice = $3;

-- query: add_progress
-- Adds to the number of units that a rebuild has read.
UPDATE neural.score_versions SET units_done = units_done + $2 WHERE version = $1;

-- query: count_parts
-- Number of parts into which the users of a version are divided.
SELECT count(*) FROM neural.rebuild_slices WHERE version = $1 AND kind = 'cells';

-- query: fill_version_ends
-- Stores the latest output of model versions that an earlier release stored without it.
UPDATE neural.model_versions k SET last_output_at = greatest(k.last_output_at, f.last_output_at)
FROM (
  SELECT m.tenant_id, v.model, v.model_version, max(m.created_at) AS last_output_at FROM ingest_api_v1.all_manifests m
  CROSS JOIN LATERAL unnest(m.models_used, m.model_versions) AS v (model, model_version)
  WHERE EXISTS (SELECT FROM neural.model_versions WHERE last_output_at IS NULL)
  GROUP BY m.tenant_id, v.model, v.model_version
) AS f
WHERE k.tenant_id = f.tenant_id AND k.model = f.model AND k.model_version = f.model_version
  AND k.last_output_at IS NULL;

-- query: insert_contributions
-- Contributions of the units of a slice of outputs, after ($1, $2) up to ($3, $4), without calls that failed. Computes
-- the same as neural.domain.scoring, operation by operation, so that both give the same bits. $5 is the half-life in microseconds,
-- $6 is true if each unit counts 1, $7 holds the powers of two from 2^0, $8 is the trust of raters without a score.
INSERT INTO neural.unit_contributions_v{version} (tenant_id, output_id, user_id, task_type, domain_mode, models,
  model_versions, evidence, score_sum, rating, implicit_sign, aspects, orchestration_id, services_used, created_at, epochs,
  established)
SELECT f.tenant_id, f.output_id, f.user_id, f.task_type, f.domain_mode, f.models_used, f.model_versions,
  CASE WHEN f.whole < 0 THEN div(f.scaled, coalesce(($7::numeric[])[1 - f.whole], round(power(2::numeric, -f.whole::numeric)))) ELSE f.scaled * coalesce(($7::numeric[])[f.whole + 1], round(power(2::numeric, f.whole::numeric))) END,
  CASE WHEN f.whole < 0 THEN div(f.scaled_sum, coalesce(($7::numeric[])[1 - f.whole], round(power(2::numeric, -f.whole::numeric))))
    ELSE f.scaled_sum * coalesce(($7::numeric[])[f.whole + 1], round(power(2::numeric, f.whole::numeric))) END,
  f.rating, f.implicit_sign,
  CASE WHEN f.categories IS NULL OR f.categories = '{}' THEN '{}' ELSE array_remove(ARRAY[
    CASE WHEN 'accuracy' = ANY(f.categories) THEN 'accuracy' END,
    CASE WHEN 'relevance' = ANY(f.categories) THEN 'relevance' END,
    CASE WHEN 'speed' = ANY(f.categories) THEN 'speed' END], NULL) END,
  f.orchestration_id, f.services_used, f.created_at,
  CASE WHEN (SELECT EXISTS (SELECT FROM neural.quality_shifts)) THEN neural.epochs_of(f.tenant_id, f.task_type,
    f.domain_mode, f.models_used, f.created_at) ELSE '{}' END, f.established
FROM (
  SELECT w.*, round(w.amount * w.grown * 1099511627776::float8)::bigint::numeric AS scaled,
    round(w.amount * ((w.weighted + 1) / 2) * w.grown * 1099511627776::float8)::bigint::numeric AS scaled_sum
  FROM (
    SELECT x.*, power(2::float8, x.exponent - floor(x.exponent)) AS grown, floor(x.exponent)::integer AS whole,
      CASE WHEN $6::boolean THEN 1::float8 ELSE x.weight / x.full_weight END / cardinality(x.models_used) AS amount,
      x.worth / x.weight AS weighted
    FROM (
      SELECT u.*, m.task_type, m.domain_mode, m.models_used, m.model_versions, m.orchestration_id, m.services_used,
        m.created_at, coalesce(ts.established, false) AS established,
        (extract(epoch FROM m.created_at - timestamptz '2020-01-01 00:00:00+00') * 1000000)::bigint::float8 / $5::float8
          AS exponent,
        3::float8 * t.trust * coalesce(u.rating, 0)::float8 + coalesce(u.implicit, 0)
          + 2::float8 * t.trust * coalesce(u.voice, 0) AS worth,
        3::float8 * t.trust * (u.rating IS NOT NULL)::int::float8 + (u.implicit IS NOT NULL)::int::float8
          + 2::float8 * t.trust * (u.voice IS NOT NULL)::int::float8 AS weight,
        3::float8 * (u.rating IS NOT NULL)::int::float8 + (u.implicit IS NOT NULL)::int::float8
          + 2::float8 * (u.voice IS NOT NULL)::int::float8 AS full_weight,
        coalesce(sign(u.implicit), 0)::smallint AS implicit_sign
      FROM (
        SELECT tenant_id, output_id, user_id, e.rating, e.categories, i.implicit, v.sentiment AS voice
        FROM (
          SELECT * FROM ingest_api_v1.explicit_feedback
          WHERE (tenant_id, output_id) > ($1, $2) AND (($3, $4) = ('', '') OR (tenant_id, output_id) <= ($3, $4))
        ) AS e
        FULL JOIN (
          SELECT tenant_id, output_id, user_id, round(sum(sentiment) * 1e6::float8) / (1e6::float8 * count(*)) AS implicit
          FROM ingest_api_v1.implicit_feedback
          WHERE (tenant_id, output_id) > ($1, $2) AND (($3, $4) = ('', '') OR (tenant_id, output_id) <= ($3, $4))
          GROUP BY tenant_id, output_id, user_id
        ) AS i USING (tenant_id, output_id, user_id)
        FULL JOIN (
          SELECT * FROM ingest_api_v1.voice_feedback
          WHERE (tenant_id, output_id) > ($1, $2) AND (($3, $4) = ('', '') OR (tenant_id, output_id) <= ($3, $4))
        ) AS v USING (tenant_id, output_id, user_id)
      ) AS u
      JOIN (
        SELECT * FROM ingest_api_v1.all_manifests
        WHERE (tenant_id, output_id) > ($1, $2) AND (($3, $4) = ('', '') OR (tenant_id, output_id) <= ($3, $4))
          AND cardinality(models_used) > 0 AND answered
      ) AS m USING (tenant_id, output_id)
      LEFT JOIN neural.user_trust_scores ts ON ts.tenant_id = u.tenant_id AND ts.user_id = u.user_id
      CROSS JOIN LATERAL (SELECT least(greatest(coalesce(ts.trust, $8), 0.1), 1) AS trust OFFSET 0) AS t
      OFFSET 0
    ) AS x OFFSET 0
  ) AS w OFFSET 0
) AS f;

-- query: insert_user_cells
-- Cells of one part ($1 of $2) of the users, the heavy raters with at least $3 units in a cell, and the partial sums of
-- the tenants' cells.
WITH cells AS (
  SELECT c.tenant_id, c.user_id, coalesce(c.task_type, '') AS task_type, coalesce(c.domain_mode, '') AS domain_mode, c.model,
    c.model_version, coalesce(c.epoch, 0::smallint) AS epoch,
    sum(c.evidence) AS evidence, sum(c.score_sum) AS score_sum,
    coalesce(sum(c.accuracy_evidence), 0) AS accuracy_evidence, coalesce(sum(c.accuracy_sum), 0) AS accuracy_sum,
    coalesce(sum(c.relevance_evidence), 0) AS relevance_evidence, coalesce(sum(c.relevance_sum), 0) AS relevance_sum,
    coalesce(sum(c.speed_evidence), 0) AS speed_evidence, coalesce(sum(c.speed_sum), 0) AS speed_sum,
    coalesce(sum(c.evidence) FILTER (WHERE NOT c.established), 0) AS new_evidence,
    coalesce(sum(c.score_sum) FILTER (WHERE NOT c.established), 0) AS new_score_sum,
    count(*) FILTER (WHERE c.rating = 1) AS positive_count, count(*) FILTER (WHERE c.rating = -1) AS negative_count,
    count(*) FILTER (WHERE c.rating = 0) AS neutral_count, count(*) FILTER (WHERE c.implicit_sign > 0) AS implicit_positive_count,
    count(*) FILTER (WHERE c.implicit_sign < 0) AS implicit_negative_count, count(*) AS total_count
  FROM (
    SELECT u.tenant_id, u.user_id, u.task_type, u.domain_mode, u.evidence, u.score_sum, u.rating, u.implicit_sign,
      u.established,
      CASE WHEN a.accuracy THEN u.evidence END AS accuracy_evidence, CASE WHEN a.accuracy THEN u.score_sum END AS accuracy_sum,
      CASE WHEN a.relevance THEN u.evidence END AS relevance_evidence,
      CASE WHEN a.relevance THEN u.score_sum END AS relevance_sum,
      CASE WHEN a.speed THEN u.evidence END AS speed_evidence, CASE WHEN a.speed THEN u.score_sum END AS speed_sum,
      u.models[k.place] AS model, u.model_versions[k.place] AS model_version, coalesce(u.epochs[k.place], 0::smallint) AS epoch
    FROM neural.unit_contributions_v{version} u
    CROSS JOIN LATERAL generate_series(1, cardinality(u.models)) AS k (place)
    CROSS JOIN LATERAL (
      SELECT 'accuracy' = ANY(u.aspects) AS accuracy, 'relevance' = ANY(u.aspects) AS relevance,
        'speed' = ANY(u.aspects) AS speed
    ) AS a
    WHERE (hashtextextended(u.user_id, 0) & ($2::bigint - 1)) = $1::bigint
  ) AS c
  GROUP BY GROUPING SETS (
    (c.tenant_id, c.user_id, c.model, c.model_version, c.task_type, c.domain_mode, c.epoch),
    (c.tenant_id, c.user_id, c.model, c.model_version, c.task_type), (c.tenant_id, c.user_id, c.model, c.model_version))
), kept AS (
  INSERT INTO neural.neural_model_scores_v{version} (tenant_id, user_id, task_type, domain_mode, model, model_version, epoch,
    evidence, score_sum, accuracy_evidence, accuracy_sum, relevance_evidence, relevance_sum, speed_evidence, speed_sum,
    new_evidence, new_score_sum, positive_count, negative_count, neutral_count, implicit_positive_count,
    implicit_negative_count, total_count)
  SELECT * FROM cells
), heavy AS (
  INSERT INTO neural.heavy_raters_v{version} (tenant_id, task_type, domain_mode, model, model_version, epoch, user_id,
    evidence, score_sum, new_evidence, total_count)
  SELECT tenant_id, task_type, domain_mode, model, model_version, epoch, user_id, evidence, score_sum, new_evidence,
    total_count
  FROM cells WHERE total_count >= $3::bigint
)
INSERT INTO neural.rebuild_partials (version, part, tenant_id, task_type, domain_mode, model, model_version, epoch, sums,
  counts, raters)
SELECT {version}, $1::bigint, tenant_id, task_type, domain_mode, model, model_version, epoch,
  ARRAY[sum(evidence), sum(score_sum), sum(accuracy_evidence), sum(accuracy_sum), sum(relevance_evidence),
    sum(relevance_sum), sum(speed_evidence), sum(speed_sum), sum(new_evidence), sum(new_score_sum)],
  ARRAY[sum(positive_count), sum(negative_count), sum(neutral_count), sum(implicit_positive_count),
    sum(implicit_negative_count), sum(total_count)], count(*)
FROM cells GROUP BY tenant_id, task_type, domain_mode, model, model_version, epoch;

-- query: insert_tenant_cells
-- Cells of tenants, as the sums of the partial sums.
INSERT INTO neural.neural_model_scores_v{version} (tenant_id, user_id, task_type, domain_mode, model, model_version, epoch,
  evidence, score_sum, accuracy_evidence, accuracy_sum, relevance_evidence, relevance_sum, speed_evidence, speed_sum,
  new_evidence, new_score_sum, positive_count, negative_count, neutral_count, implicit_positive_count,
  implicit_negative_count, total_count, raters)
SELECT tenant_id, '', task_type, domain_mode, model, model_version, epoch, sum(sums[1]), sum(sums[2]), sum(sums[3]),
  sum(sums[4]), sum(sums[5]), sum(sums[6]), sum(sums[7]), sum(sums[8]), sum(sums[9]), sum(sums[10]),
  sum(counts[1]), sum(counts[2]), sum(counts[3]),
  sum(counts[4]), sum(counts[5]), sum(counts[6]), sum(raters)
FROM neural.rebuild_partials WHERE version = {version}
GROUP BY tenant_id, task_type, domain_mode, model, model_version, epoch;

-- query: insert_companions
-- Sums of orchestrations and services by model.
INSERT INTO neural.model_companions_v{version} (tenant_id, task_type, domain_mode, model, kind, name, evidence, score_sum)
SELECT u.tenant_id, u.task_type, u.domain_mode, m.model, n.kind, n.name, sum(u.evidence), sum(u.score_sum)
FROM neural.unit_contributions_v{version} u
CROSS JOIN LATERAL unnest(u.models) AS m (model)
CROSS JOIN LATERAL (
  SELECT 'service' AS kind, s.name FROM unnest(u.services_used) AS s (name)
  UNION ALL
  SELECT 'orchestration', u.orchestration_id WHERE u.orchestration_id <> ''
) AS n
WHERE u.orchestration_id <> '' OR u.services_used <> '{}'
GROUP BY u.tenant_id, u.task_type, u.domain_mode, m.model, n.kind, n.name;

-- query: delete_partials
-- Deletes partial sums that are added up.
DELETE FROM neural.rebuild_partials WHERE version <= $1;

-- query: index_table
-- Creates the key of a filled table.
SELECT neural.index_version_table($1, $2);

-- query: attach_tables
-- Attaches the filled tables as partitions, so that learners can use the version.
SELECT neural.attach_version_tables($1);

-- query: count_outputs
-- Number of outputs to read.
SELECT count(*) FROM ingest_api_v1.outputs;

-- query: dequeue_changed
-- Removes units from the queue that changed since the rebuild read them.
DELETE FROM neural.rebuild_queue WHERE seq IN (SELECT seq FROM neural.rebuild_queue ORDER BY seq LIMIT $1)
RETURNING tenant_id, output_id, user_id;

-- query: delete_changed
-- Deletes the queue of a rebuild that was not finished.
DELETE FROM neural.rebuild_queue;

-- query: retire_live
-- Retires the live version.
UPDATE neural.score_versions SET state = 'retired' WHERE state = 'live' RETURNING version;

-- query: set_live
-- Makes the built version live and stores its report. Returns no row if the version is no longer being built.
UPDATE neural.score_versions SET state = 'live', finished_at = now(), units_done = $2, report = $3::text::jsonb
WHERE version = $1 AND state = 'building' RETURNING true;

-- query: compare_versions
-- Cells that differ between two versions, largest change first. A cell without evidence counts as absent. Cells learned
-- since $3 are left out, because they still change.
WITH pairs AS (
  SELECT tenant_id, user_id, task_type, domain_mode, model, model_version,
    (b.score_sum / nullif(b.evidence, 0))::float8 AS before, (a.score_sum / nullif(a.evidence, 0))::float8 AS after,
    b.total_count AS before_total, a.total_count AS after_total
  FROM (
    SELECT tenant_id, user_id, task_type, domain_mode, model, model_version, epoch, evidence, score_sum, total_count, updated_at
    FROM neural.neural_model_scores WHERE version = $1 AND total_count > 0
  ) AS b
  FULL JOIN (
    SELECT tenant_id, user_id, task_type, domain_mode, model, model_version, epoch, evidence, score_sum, total_count
    FROM neural.neural_model_scores WHERE version = $2 AND total_count > 0
  ) AS a USING (tenant_id, user_id, task_type, domain_mode, model, model_version, epoch)
  WHERE (b.updated_at IS NULL OR b.updated_at < $3)
    AND (a.evidence IS DISTINCT FROM b.evidence OR a.score_sum IS DISTINCT FROM b.score_sum)
), changes AS (
  SELECT *, coalesce(abs(after - before), 1) AS change FROM pairs
)
SELECT *, (SELECT count(*) FROM changes WHERE change > 1e-9) AS changed FROM changes WHERE change > 1e-9
ORDER BY change DESC, tenant_id, model LIMIT 20;

-- query: count_version
-- Number of units and cells of a version.
SELECT (SELECT count(*) FROM neural.unit_contributions WHERE version = $1) AS units,
  (SELECT count(*) FROM neural.neural_model_scores WHERE version = $1 AND total_count > 0) AS cells;
