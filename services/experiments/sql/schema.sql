-- The whole schema as the migrations leave it, for readers and reviews. A test holds both together.

-- Experiments, who saw what, and how variants reach everybody.

CREATE SCHEMA experiments AUTHORIZATION radiant_owner;
CREATE SCHEMA experiments_api_v1 AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA experiments TO radiant_experiments, radiant_experimenter;
GRANT USAGE ON SCHEMA experiments_api_v1 TO radiant_experiments, radiant_experimenter, radiant_neural, radiant_learner;

CREATE FUNCTION experiments.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true)
  OR current_user IN ('radiant_experimenter', 'radiant_learner');

-- An experiment as it stands. The empty tenant stands for all tenants.
CREATE TABLE experiments.ab_experiments (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  state text NOT NULL CONSTRAINT ab_experiments_state_check
    CHECK (state IN ('draft', 'running', 'paused', 'completed', 'cancelled')),
  definition jsonb NOT NULL,
  epoch integer NOT NULL DEFAULT 1,
  etag bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT ab_experiments_pkey PRIMARY KEY (tenant_id, experiment_id)
);
CREATE INDEX ab_experiments_created_idx ON experiments.ab_experiments (tenant_id, created_at DESC, experiment_id);

-- What each epoch began with: the shares that its users were to arrive in.
CREATE TABLE experiments.epochs (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  epoch integer NOT NULL,
  definition jsonb NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT epochs_pkey PRIMARY KEY (tenant_id, experiment_id, epoch)
);

-- What was served, by the tenant of the user; kept as long as its epoch lasts.
CREATE TABLE experiments.ab_experiment_assignments (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  epoch integer NOT NULL,
  user_id text NOT NULL,
  variant text NOT NULL,
  analysed boolean NOT NULL,
  reason text NOT NULL,
  assigned_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ab_experiment_assignments_pkey PRIMARY KEY (tenant_id, experiment_id, epoch, user_id)
);

-- What users saw outside of a manifest, and what clients measured; each output once.
CREATE TABLE experiments.exposures (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  epoch integer NOT NULL,
  user_id text NOT NULL,
  output_id text NOT NULL,
  variant text NOT NULL,
  metrics jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT exposures_pkey PRIMARY KEY (tenant_id, experiment_id, epoch, user_id, output_id)
);

CREATE TABLE experiments.rollouts (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  steps double precision[] NOT NULL,
  interval_seconds double precision NOT NULL,
  needs_approval boolean NOT NULL,
  state text NOT NULL CONSTRAINT rollouts_state_check CHECK (state IN ('running', 'waiting', 'finished', 'rolled_back')),
  percent double precision NOT NULL DEFAULT 0,
  approved boolean NOT NULL DEFAULT false,
  stepped_at timestamptz, -- NULL before the first step
  started_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT rollouts_pkey PRIMARY KEY (tenant_id, experiment_id)
);
CREATE INDEX rollouts_open_idx ON experiments.rollouts (tenant_id, experiment_id) WHERE state IN ('running', 'waiting');

-- Every decision of a rollout with its numbers; a step is decided once, however many workers there are.
CREATE TABLE experiments.rollout_decisions (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  action text NOT NULL,
  percent double precision NOT NULL,
  reason text NOT NULL,
  numbers jsonb NOT NULL DEFAULT '{}',
  decided_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT rollout_decisions_pkey PRIMARY KEY (tenant_id, experiment_id, seq)
);
CREATE UNIQUE INDEX rollout_decisions_step_idx
  ON experiments.rollout_decisions (tenant_id, experiment_id, action, percent)
  WHERE action IN ('start', 'advance', 'finish', 'roll_back');

-- Who changed what, when and why.
CREATE TABLE experiments.audit (
  tenant_id text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  experiment_id uuid NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  reason text NOT NULL DEFAULT '',
  definition jsonb,
  happened_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audit_pkey PRIMARY KEY (tenant_id, seq)
);

-- Answers of writes, so that a repeat of a request gets the first answer. Kept for 24 hours.
CREATE TABLE experiments.requests (
  tenant_id text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  fingerprint bytea NOT NULL,
  answer bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT experiments_requests_pkey PRIMARY KEY (tenant_id, request_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['ab_experiments', 'epochs', 'ab_experiment_assignments', 'exposures', 'rollouts',
                              'rollout_decisions', 'audit', 'requests']
  LOOP
    EXECUTE format('ALTER TABLE experiments.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE experiments.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON experiments.%I USING (experiments.may_touch(tenant_id))', name);
    EXECUTE format('GRANT SELECT, INSERT ON experiments.%I TO radiant_experiments, radiant_experimenter', name);
  END LOOP;
END
$$;
GRANT UPDATE ON experiments.ab_experiments, experiments.rollouts TO radiant_experiments, radiant_experimenter;

-- Experiments over all tenants concern every tenant; each may see them, only the experimenter's role may change them.
CREATE POLICY for_everybody ON experiments.ab_experiments FOR SELECT USING (tenant_id = '');
CREATE POLICY for_everybody ON experiments.epochs FOR SELECT USING (tenant_id = '');
CREATE POLICY for_everybody ON experiments.rollouts FOR SELECT USING (tenant_id = '');
CREATE POLICY for_everybody ON experiments.rollout_decisions FOR SELECT USING (tenant_id = '');

-- Answers older than a day go; across tenants, hence by age alone.
CREATE POLICY purge ON experiments.requests FOR DELETE TO radiant_experiments
  USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON experiments.requests FOR SELECT TO radiant_experiments
  USING (created_at < now() - interval '24 hours');
GRANT DELETE ON experiments.requests TO radiant_experiments;

-- What others may read: experiments that assign users.
CREATE VIEW experiments_api_v1.running AS
SELECT tenant_id, experiment_id, epoch, etag, definition, started_at
FROM experiments.ab_experiments WHERE state = 'running';
GRANT SELECT ON experiments_api_v1.running TO radiant_experiments, radiant_experimenter, radiant_neural, radiant_learner;
GRANT USAGE ON SCHEMA experiments TO radiant_neural, radiant_learner; -- for the view's own security function
GRANT EXECUTE ON FUNCTION experiments.may_touch TO PUBLIC;
RESET ROLE;

-- Who changed what stands in the log of all services; what was noted here before moves there. Testers, who are users, are
-- not named in it.

SET LOCAL ROLE radiant_owner;
ALTER TABLE experiments.audit NO FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  entry experiments.audit;
BEGIN
  FOR entry IN SELECT * FROM experiments.audit ORDER BY tenant_id, seq LOOP
    PERFORM ingest_api_v1.import_audit(entry.tenant_id, 'experiments', entry.actor,
      CASE WHEN entry.action LIKE 'rollout %' THEN replace(entry.action, ' ', '.')
        ELSE 'experiment.' || split_part(entry.action, ' ', 1) END,
      entry.experiment_id::text, entry.reason,
      jsonb_strip_nulls(jsonb_build_object('definition', entry.definition - 'forced')), entry.happened_at);
  END LOOP;
END
$$;
DROP TABLE experiments.audit;
RESET ROLE;

-- Users who are forgotten: what was served to them goes, and what came of it with it.

SET LOCAL ROLE radiant_owner;

-- By a digest, so that no query takes an index for a better way than the key.
CREATE INDEX ab_experiment_assignments_user_key_idx ON experiments.ab_experiment_assignments
  (hashtext(tenant_id || '/' || user_id));
CREATE INDEX exposures_user_key_idx ON experiments.exposures (hashtext(tenant_id || '/' || user_id));
GRANT DELETE ON experiments.ab_experiment_assignments, experiments.exposures TO radiant_experimenter;
GRANT UPDATE ON experiments.epochs, experiments.requests TO radiant_experimenter;
RESET ROLE;

-- Everything that is stored of a user here, one record a row, for whoever asks what is known of them.

SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA experiments_api_v1 TO radiant_ingest;
GRANT USAGE ON SCHEMA experiments TO radiant_ingest; -- for the view's own security function

CREATE VIEW experiments_api_v1.user_records AS
SELECT 'ab_experiment_assignments' AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record
FROM experiments.ab_experiment_assignments t
UNION ALL
SELECT 'exposures', t.tenant_id, t.user_id, to_jsonb(t) FROM experiments.exposures t
UNION ALL
SELECT 'ab_experiments', t.tenant_id, f.key, jsonb_build_object('tenant_id', t.tenant_id, 'experiment_id', t.experiment_id,
  'user_id', f.key, 'forced_variant', f.value)
FROM experiments.ab_experiments t CROSS JOIN LATERAL jsonb_each_text(t.definition -> 'forced') AS f (key, value);
GRANT SELECT ON experiments_api_v1.user_records TO radiant_ingest;
RESET ROLE;

-- Old answers go by a function of the owner: it alone sees them across tenants, the service's own role no longer does.
SET LOCAL ROLE radiant_owner;
DROP POLICY purge ON experiments.requests;
DROP POLICY purge_sight ON experiments.requests;
CREATE POLICY purge ON experiments.requests FOR DELETE TO radiant_owner USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON experiments.requests FOR SELECT TO radiant_owner
  USING (created_at < now() - interval '24 hours');

-- Deletes at most `most` answers older than a day, all of them for NULL; returns how many.
CREATE FUNCTION experiments.purge_answers(most bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH old AS (
    SELECT tenant_id, request_id FROM experiments.requests WHERE created_at < now() - interval '24 hours' LIMIT most
  ), gone AS (
    DELETE FROM experiments.requests r USING old
    WHERE r.tenant_id = old.tenant_id AND r.request_id = old.request_id AND r.created_at < now() - interval '24 hours'
    RETURNING 1
  )
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION experiments.purge_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION experiments.purge_answers TO radiant_experiments;
RESET ROLE;

-- Looks: what the analysis of an experiment said over time, by the tenant whose results they are. Those of the empty
-- tenant are over all of them, for operators.
SET LOCAL ROLE radiant_owner;
CREATE TABLE experiments.looks (
  tenant_id text NOT NULL,
  experiment_id uuid NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  comparisons bytea NOT NULL, -- a radiant.experiments.v1.ResultLook without its time
  CONSTRAINT looks_pkey PRIMARY KEY (tenant_id, experiment_id, taken_at)
);
CREATE INDEX looks_readers_idx ON experiments.looks (experiment_id, tenant_id);

ALTER TABLE experiments.looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE experiments.looks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON experiments.looks USING (experiments.may_touch(tenant_id));
GRANT SELECT, INSERT ON experiments.looks TO radiant_experiments, radiant_experimenter;

-- Old looks are thinned across tenants; young ones stay, whoever asks.
CREATE POLICY thinning ON experiments.looks AS RESTRICTIVE FOR DELETE
  USING (taken_at < now() - interval '14 days');
GRANT DELETE ON experiments.looks TO radiant_experimenter;
RESET ROLE;
