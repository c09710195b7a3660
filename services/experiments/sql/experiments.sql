-- query: insert_experiment
-- Inserts a draft.
INSERT INTO experiments.ab_experiments (tenant_id, experiment_id, state, definition) VALUES ($1, $2, 'draft', $3::text::jsonb)
RETURNING tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at;

-- query: find_experiment
-- An experiment of the tenant $1 or over all tenants.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE tenant_id IN ($1, '') AND experiment_id = $2;

-- query: lock_experiment
-- An experiment of the owner $1, locked until the transaction ends.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE tenant_id = $1 AND experiment_id = $2 FOR UPDATE;

-- query: list_experiments
-- A page of the experiments of the tenant $1 and over all tenants, newest first, after the key ($3, $4). Leaves out those
-- that cover other tenants than the tenant $6 only, unless $6 is ''.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments
WHERE tenant_id IN ($1, '') AND ($2 = '' OR state = $2)
  AND (tenant_id <> '' OR $6 = '' OR definition #> '{targeting,tenant_ids}' = '[]'
    OR definition #> '{targeting,tenant_ids}' ? $6)
  AND (created_at, experiment_id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid)
ORDER BY created_at DESC, experiment_id DESC LIMIT $5;

-- query: lock_layers
-- Serializes transactions that check and take slots of layers.
SELECT pg_advisory_xact_lock(hashtextextended('experiments.layers', 0));

-- query: started_experiments
-- Experiments that hold slots of layers and share them with experiments of the owner $1; of all tenants for ''.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE state IN ('running', 'paused') AND ($1 = '' OR tenant_id IN ($1, ''));

-- query: update_experiment
-- Sets state, definition and epoch, and increments the etag.
UPDATE experiments.ab_experiments SET state = $3, definition = $4::text::jsonb, epoch = $5, etag = etag + 1,
  updated_at = now(),
  started_at = CASE WHEN $3 = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
  ended_at = CASE WHEN $3 IN ('completed', 'cancelled') THEN coalesce(ended_at, now()) ELSE NULL END
WHERE tenant_id = $1 AND experiment_id = $2
RETURNING tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at;

-- query: insert_epoch
-- Definition at the start of an epoch. Later edits within the epoch change only its largest traffic, $5.
INSERT INTO experiments.epochs AS e (tenant_id, experiment_id, epoch, definition, traffic_max)
VALUES ($1, $2, $3, $4::text::jsonb, $5)
ON CONFLICT (tenant_id, experiment_id, epoch) DO UPDATE SET traffic_max = greatest(e.traffic_max, excluded.traffic_max);

-- query: epochs
-- All epochs of an experiment with their definitions.
SELECT epoch, definition::text AS definition, opened_at, traffic_max FROM experiments.epochs
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY epoch;
