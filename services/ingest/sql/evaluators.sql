-- query: lock_evaluators
-- Serializes registrations of a tenant, so that the limit of evaluators holds.
SELECT pg_advisory_xact_lock(72015, hashtext($1));

-- query: count_evaluators
-- Number of registered evaluators of a tenant.
SELECT count(*) FROM ingest.evaluators WHERE tenant_id = $1;

-- query: find_evaluator
-- A registered evaluator.
SELECT name, created_at FROM ingest.evaluators WHERE tenant_id = $1 AND name = $2;

-- query: insert_evaluator
-- Registers an evaluator.
INSERT INTO ingest.evaluators (tenant_id, name) VALUES ($1, $2) RETURNING name, created_at;

-- query: delete_evaluator
-- Removes an evaluator; returns its name, or no row when it is not registered.
DELETE FROM ingest.evaluators WHERE tenant_id = $1 AND name = $2 RETURNING name;

-- query: list_evaluators
-- Registered evaluators of a tenant, by name.
SELECT name, created_at FROM ingest.evaluators WHERE tenant_id = $1 ORDER BY name;

-- query: count_scores
-- Number of evaluation scores of a tenant, counted up to $2.
SELECT count(*) FROM (SELECT FROM ingest.evaluation_scores WHERE tenant_id = $1 LIMIT $2) AS counted;

-- query: record_scores
-- Stores at most $8 of the scores that are not stored yet. Returns how many were stored and how many exceed $8.
WITH absent AS (
  SELECT n.* FROM unnest($2::text[], $3::bytea[], $4::text[], $5::text[], $6::float8[], $7::bigint[])
    AS n (output_id, score_id, user_id, name, score, observed_us)
  WHERE NOT EXISTS (
    SELECT FROM ingest.evaluation_scores s
    WHERE s.tenant_id = $1 AND s.output_id = n.output_id AND s.score_id = n.score_id)
), chosen AS (
  SELECT * FROM absent ORDER BY output_id, score_id LIMIT $8::bigint
), inserted AS (
  INSERT INTO ingest.evaluation_scores (tenant_id, output_id, score_id, user_id, name, score, observed_at)
  SELECT $1, output_id, score_id, user_id, name, score, timestamptz 'epoch' + observed_us * interval '1 microsecond'
  FROM chosen ORDER BY output_id, score_id
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM inserted) AS stored, (SELECT count(*) FROM absent) - (SELECT count(*) FROM chosen) AS left_out;
