-- query: server_time
-- Time of the database server. Rows learned later have a later updated_at.
SELECT clock_timestamp();

-- query: configure_bulk_statements
-- Settings of statements over a large part of a table: no statement timeout, bounded memory, hash and sort plans.
SELECT set_config('statement_timeout', '0', true), set_config('work_mem', '128MB', true),
  set_config('maintenance_work_mem', '256MB', true), set_config('enable_nestloop', 'off', true), set_config('enable_incremental_sort', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true);

-- query: try_lock_job
-- Takes the session lock of a job; false if another session holds it.
SELECT CASE $1
  WHEN 'rebuild' THEN pg_try_advisory_lock(72004, 0)
  WHEN 'trust_round' THEN pg_try_advisory_lock(72005, 0)
  WHEN 'nightly_run' THEN pg_try_advisory_lock(72006, 0)
END;

-- query: unlock_job
-- Releases the session lock of a job.
SELECT CASE $1
  WHEN 'rebuild' THEN pg_advisory_unlock(72004, 0)
  WHEN 'trust_round' THEN pg_advisory_unlock(72005, 0)
  WHEN 'nightly_run' THEN pg_advisory_unlock(72006, 0)
END;

-- query: lock_free_shards
-- Locks the shards that no other learner holds, until the end of the transaction.
SELECT shard FROM generate_series(0, 15) AS shard WHERE pg_try_advisory_xact_lock(72001, shard);

-- query: lock_all_shards
-- Waits for all learners to commit, and keeps them out until the end of the transaction.
SELECT pg_advisory_xact_lock(72001, shard) FROM generate_series(0, 15) AS shard;

-- query: versions
-- The live version and, during a rebuild, the version that is being built.
SELECT version, state, mode, half_life_seconds FROM neural.score_versions WHERE state IN ('live', 'building');

-- query: lock_first_version
-- Serializes the creation of the first version by processes that start at the same time.
SELECT pg_advisory_xact_lock(72002, 0);

-- query: create_version
-- Creates a version with its scoring parameters.
INSERT INTO neural.score_versions (state, mode, half_life_seconds, run_id, units_total)
VALUES ($1, $2, $3, $4, $5) RETURNING version;

-- query: create_partitions
-- Creates the partitions of a version.
SELECT neural.create_version_partitions($1);

-- query: create_tables
-- Creates the tables of a version that is being built. They become partitions when they are filled.
SELECT neural.create_version_tables($1);
