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
