-- query: become_experimenter
-- The role that may touch all tenants' rows, for this transaction alone.
SET LOCAL ROLE radiant_experimenter;

-- query: stored_answer
-- The answer that a request got before.
SELECT method, fingerprint, answer FROM experiments.requests WHERE tenant_id = $1 AND request_id = $2;

-- query: store_answer
-- Kept in the transaction of the change; nothing is returned when another process was faster.
INSERT INTO experiments.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;

-- query: purge_answers
-- Answers older than a day go.
SELECT experiments.purge_answers(NULL);

-- query: create_experiment
-- A draft.
INSERT INTO experiments.ab_experiments (tenant_id, experiment_id, state, definition) VALUES ($1, $2, 'draft', $3::text::jsonb)
RETURNING tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at;

-- query: find_experiment
-- The tenant's own, or one over all tenants.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE tenant_id IN ($1, '') AND experiment_id = $2;

-- query: lock_experiment
-- The same, kept from others until the change is made.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE tenant_id = $1 AND experiment_id = $2 FOR UPDATE;

-- query: list_experiments
-- A page of what concerns a tenant, newest first, after a place.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments
WHERE tenant_id IN ($1, '') AND ($2 = '' OR state = $2)
  AND (created_at, experiment_id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid)
ORDER BY created_at DESC, experiment_id DESC LIMIT $5;

-- query: lock_layers
-- Held from the look at the slots of layers until what takes them is there.
SELECT pg_advisory_xact_lock(hashtextextended('experiments.layers', 0));

-- query: started_experiments
-- What holds slots of layers beside; the experimenter sees those of every tenant.
SELECT tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at
FROM experiments.ab_experiments WHERE state IN ('running', 'paused') AND ($1 = '' OR tenant_id IN ($1, ''));

-- query: change_experiment
-- A new state of an experiment; its etag grows.
UPDATE experiments.ab_experiments SET state = $3, definition = $4::text::jsonb, epoch = $5, etag = etag + 1,
  updated_at = now(),
  started_at = CASE WHEN $3 = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
  ended_at = CASE WHEN $3 IN ('completed', 'cancelled') THEN coalesce(ended_at, now()) ELSE NULL END
WHERE tenant_id = $1 AND experiment_id = $2
RETURNING tenant_id, experiment_id::text AS experiment_id, state, definition::text AS definition, epoch, etag, created_at,
  updated_at, started_at, ended_at;

-- query: open_epoch
-- What users were to arrive in from then on; a raised share within an epoch is noted, too.
INSERT INTO experiments.epochs (tenant_id, experiment_id, epoch, definition) VALUES ($1, $2, $3, $4::text::jsonb)
ON CONFLICT (tenant_id, experiment_id, epoch) DO NOTHING;

-- query: epochs
-- All epochs of an experiment with what they began with.
SELECT epoch, definition::text AS definition FROM experiments.epochs
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY epoch;

-- query: running_signature
-- Changes whenever any running experiment does.
SELECT coalesce(md5(string_agg(experiment_id::text || ':' || etag::text, ',' ORDER BY experiment_id)), '') AS signature
FROM experiments_api_v1.running;

-- query: running
-- Every experiment that assigns users.
SELECT tenant_id, experiment_id::text AS experiment_id, 'running' AS state, definition::text AS definition, epoch, etag,
  started_at FROM experiments_api_v1.running ORDER BY tenant_id, experiment_id;

-- query: keep_assignments
-- What is served from now on; those that were served before are left as they were.
INSERT INTO experiments.ab_experiment_assignments (tenant_id, experiment_id, epoch, user_id, variant, analysed, reason)
SELECT $1, $2, $3, a.user_id, a.variant, a.analysed, a.reason
FROM unnest($4::text[], $5::text[], $6::boolean[], $7::text[]) AS a (user_id, variant, analysed, reason)
ORDER BY a.user_id
ON CONFLICT DO NOTHING;

-- query: kept_assignments
-- What was served to users.
SELECT user_id, variant, analysed, reason FROM experiments.ab_experiment_assignments
WHERE tenant_id = $1 AND experiment_id = $2 AND epoch = $3 AND user_id = ANY($4::text[]);

-- query: keep_exposures
-- Exposures that are new; one per output, user and epoch.
WITH kept AS (
  INSERT INTO experiments.exposures
    (tenant_id, experiment_id, epoch, user_id, output_id, variant, metrics, occurred_at)
  SELECT $1, e.experiment_id, e.epoch, e.user_id, e.output_id, e.variant, e.metrics,
    timestamptz 'epoch' + e.time_us * interval '1 microsecond'
  FROM jsonb_to_recordset($2::text::jsonb) AS e (experiment_id uuid, epoch integer, user_id text, output_id text,
    variant text, metrics jsonb, time_us bigint)
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM kept;
