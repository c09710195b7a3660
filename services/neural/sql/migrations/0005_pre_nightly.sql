-- Nightly runs that rebuild in slices, changes of a model's quality, limits to what one rater weighs, fitted priors.

SET LOCAL ROLE radiant_owner;

-- Runs of the nightly work. One at a time; one whose process died is taken up by another where it stopped.
CREATE TABLE neural.runs (
  run_id uuid CONSTRAINT runs_pkey PRIMARY KEY,
  state text NOT NULL DEFAULT 'running' CONSTRAINT runs_state_check CHECK (state IN ('running', 'succeeded', 'failed')),
  step text NOT NULL DEFAULT '', -- that is being done
  done text[] NOT NULL DEFAULT '{}', -- steps behind it
  units_done bigint NOT NULL DEFAULT 0,
  units_total bigint NOT NULL DEFAULT 0,
  report jsonb NOT NULL DEFAULT '{}',
  error text NOT NULL DEFAULT '',
  attempts integer NOT NULL DEFAULT 1,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE UNIQUE INDEX runs_running_idx ON neural.runs (state) WHERE state = 'running';
CREATE INDEX runs_started_at_idx ON neural.runs (started_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.runs TO radiant_learner;

-- Slices of a rebuild: outputs after (tenant, output) up to (tenant, output), then parts of the users.
CREATE TABLE neural.rebuild_slices (
  version bigint NOT NULL,
  kind text NOT NULL CONSTRAINT rebuild_slices_kind_check CHECK (kind IN ('units', 'cells', 'tenants')),
  slice integer NOT NULL,
  after_tenant text NOT NULL DEFAULT '',
  after_output text NOT NULL DEFAULT '',
  until_tenant text NOT NULL DEFAULT '',
  until_output text NOT NULL DEFAULT '', -- both empty: to the end
  done boolean NOT NULL DEFAULT false,
  CONSTRAINT rebuild_slices_pkey PRIMARY KEY (version, kind, slice)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.rebuild_slices TO radiant_learner;

-- When the quality of a model was seen to shift in a context of a tenant. What was said before weighs little after it:
-- units belong to the epoch that the shifts up to their time make.
CREATE TABLE neural.quality_shifts (
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  shifted_at timestamptz NOT NULL,
  detected_at timestamptz NOT NULL DEFAULT now(),
  mean_before double precision NOT NULL,
  mean_after double precision NOT NULL,
  CONSTRAINT quality_shifts_pkey PRIMARY KEY (tenant_id, task_type, domain_mode, model, shifted_at)
);

-- The latest scores of each model in each context, in the order of their outputs, to see shifts in.
CREATE TABLE neural.recent_units (
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  created_at timestamptz NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  score double precision NOT NULL,
  CONSTRAINT recent_units_pkey PRIMARY KEY (tenant_id, task_type, domain_mode, model, created_at, output_id, user_id)
);

-- How strongly the levels of a tenant act on one another, fitted to its scores; the empty tenant stands for tenants
-- against the global scope.
CREATE TABLE neural.prior_strengths (
  tenant_id text NOT NULL,
  level text NOT NULL CONSTRAINT prior_strengths_level_check CHECK (level IN ('task', 'domain', 'tenant', 'user')),
  strength double precision NOT NULL,
  cells bigint NOT NULL, -- that it was fitted to
  fitted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT prior_strengths_pkey PRIMARY KEY (tenant_id, level)
);

-- Users who gave so much feedback in a cell that their share of it may need a limit.
CREATE TABLE neural.heavy_raters (
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  epoch smallint NOT NULL,
  user_id text NOT NULL,
  evidence numeric NOT NULL,
  score_sum numeric NOT NULL,
  total_count bigint NOT NULL,
  CONSTRAINT heavy_raters_pkey
    PRIMARY KEY (version, tenant_id, task_type, domain_mode, model, model_version, epoch, user_id)
) PARTITION BY LIST (version);

-- Sums of a tenant's cells over a part of its users, while a rebuild makes them.
CREATE TABLE neural.rebuild_partials (
  version bigint NOT NULL,
  part integer NOT NULL,
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  epoch smallint NOT NULL,
  sums numeric[] NOT NULL,
  counts bigint[] NOT NULL,
  raters bigint NOT NULL
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['quality_shifts', 'recent_units', 'prior_strengths', 'heavy_raters', 'rebuild_partials'] LOOP
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON neural.%I TO radiant_learner', name);
  END LOOP;
  -- Who asks is looked at once a statement, not once a row.
  FOREACH name IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'heavy_raters',
                              'publish_queue', 'rebuild_queue', 'recent_units', 'rebuild_partials'] LOOP
    EXECUTE format('ALTER POLICY tenant_isolation ON neural.%I USING ('
      '(SELECT current_user IN (''radiant_learner'', ''radiant_experimenter'')) '
      'OR tenant_id = current_setting(''app.current_tenant_id'', true))', name);
  END LOOP;
END
$$;
GRANT SELECT ON neural.quality_shifts, neural.prior_strengths, neural.heavy_raters TO radiant_neural;

-- A unit's time, for reports; and the epoch of each of its models, none for the first ones.
ALTER TABLE neural.unit_contributions ADD COLUMN created_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE neural.unit_contributions ADD COLUMN epochs smallint[] NOT NULL DEFAULT '{}';

-- Cells of a context are kept apart by epoch; roll-ups are not, theirs is 0.
ALTER TABLE neural.neural_model_scores ADD COLUMN epoch smallint NOT NULL DEFAULT 0;
ALTER TABLE neural.neural_model_scores DROP CONSTRAINT neural_model_scores_pkey;
ALTER TABLE neural.neural_model_scores ADD CONSTRAINT neural_model_scores_pkey
  PRIMARY KEY (version, tenant_id, user_id, task_type, domain_mode, model, model_version, epoch);

-- What of a tenant's cell is beyond the limit of its raters: with 20 raters or more, one counts for a tenth of the cell or
-- for 20 units, whichever is more.
CREATE FUNCTION neural.excess_of(cell neural.neural_model_scores) RETURNS TABLE (evidence numeric, score_sum numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(sum(h.evidence - k.counted), 0), coalesce(sum(div(h.score_sum * (h.evidence - k.counted), h.evidence)), 0)
  FROM neural.heavy_raters h
  CROSS JOIN LATERAL (
    SELECT greatest(div(cell.evidence, 10), div(h.evidence * 20, h.total_count::numeric)) AS counted
  ) AS k
  WHERE cell.user_id = '' AND cell.raters >= 20 AND h.version = cell.version AND h.tenant_id = cell.tenant_id
    AND h.task_type = cell.task_type AND h.domain_mode = cell.domain_mode AND h.model = cell.model
    AND h.model_version = cell.model_version AND h.epoch = cell.epoch AND h.evidence > k.counted;
END;
GRANT EXECUTE ON FUNCTION neural.excess_of TO radiant_neural, radiant_learner;

-- Epochs of models at a moment; none when all are 0.
CREATE FUNCTION neural.epochs_of(tenant text, task text, domain text, models text[], moment timestamptz) RETURNS smallint[]
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN max(e.epoch) > 0 THEN array_agg(e.epoch ORDER BY e.place) ELSE '{}' END
  FROM (
    SELECT k.place, (
      SELECT count(*)::smallint FROM neural.quality_shifts q
      WHERE q.tenant_id = tenant AND q.task_type = task AND q.domain_mode = domain AND q.model = k.model
        AND q.shifted_at <= moment
    ) AS epoch
    FROM unnest(models) WITH ORDINALITY AS k (model, place)
  ) AS e;
END;
GRANT EXECUTE ON FUNCTION neural.epochs_of TO radiant_neural, radiant_learner;

-- Makes the tables of a new version, empty, without keys and beside their parents, so that they are filled at full speed.
CREATE OR REPLACE FUNCTION neural.create_version_tables(version bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
  child text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'heavy_raters',
                                'global_model_scores'] LOOP
    child := format('%s_v%s', parent, version);
    EXECUTE format('CREATE TABLE neural.%I (LIKE neural.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    EXECUTE format('ALTER TABLE neural.%I ALTER COLUMN version SET DEFAULT %s', child, version);
    EXECUTE format('ALTER TABLE neural.%I ADD CONSTRAINT %I CHECK (version = %s)', child, child || '_check', version);
    IF parent <> 'global_model_scores' THEN
      EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', child);
      EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', child);
      EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING ('
        '(SELECT current_user IN (''radiant_learner'', ''radiant_experimenter'')) '
        'OR tenant_id = current_setting(''app.current_tenant_id'', true))', child);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT ON neural.%I TO radiant_learner', child);
  END LOOP;
END
$$;

-- Gives one filled table of a version its key; safe to repeat.
CREATE FUNCTION neural.index_version_table(version bigint, parent text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  child text := format('%s_v%s', parent, version);
  key text;
BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('neural.' || child) AND contype = 'p') THEN
    RETURN;
  END IF;
  SELECT pg_get_constraintdef(c.oid) INTO STRICT key FROM pg_constraint c
  WHERE c.conrelid = to_regclass('neural.' || parent) AND c.contype = 'p';
  EXECUTE format('ALTER TABLE neural.%I ADD CONSTRAINT %I %s', child, child || '_pkey', key);
  EXECUTE format('ANALYZE neural.%I', child);
END
$$;

-- Joins the tables of a version to their parents; safe to repeat.
CREATE FUNCTION neural.attach_version_tables(version bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
  child text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'heavy_raters',
                                'global_model_scores'] LOOP
    child := format('%s_v%s', parent, version);
    CONTINUE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('neural.' || child));
    PERFORM neural.index_version_table(version, parent);
    EXECUTE format('ALTER TABLE neural.%I ATTACH PARTITION neural.%I FOR VALUES IN (%s)', parent, child, version);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION neural.create_version_partitions(version bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT neural.create_version_tables(version);
  SELECT neural.attach_version_tables(version);
END;

CREATE OR REPLACE FUNCTION neural.drop_version_partitions(doomed bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
BEGIN
  IF EXISTS (SELECT FROM neural.score_versions v WHERE v.version = doomed AND v.state IN ('live', 'building')) THEN
    RAISE EXCEPTION 'version % is in use', doomed USING ERRCODE = 'object_in_use';
  END IF;
  FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'heavy_raters',
                                'global_model_scores'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS neural.%I', format('%s_v%s', parent, doomed));
  END LOOP;
  DELETE FROM neural.rebuild_slices s WHERE s.version = doomed;
END
$$;

-- Drops the months of decisions that ended before a moment; returns how many.
CREATE FUNCTION neural.drop_decisions_before(moment timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  child record;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('neural.ensure_partitions', 0));
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'neural.neural_routing_recommendations'::regclass
      AND to_timestamp(substring(c.relname FROM '_y(\d{4}m\d{2})$'), 'YYYY"m"MM') AT TIME ZONE 'UTC'
        AT TIME ZONE 'UTC' + interval '1 month' <= moment
  LOOP
    EXECUTE format('DROP TABLE neural.%I', child.relname);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION neural.create_version_tables, neural.index_version_table, neural.attach_version_tables,
  neural.drop_decisions_before FROM PUBLIC;
GRANT EXECUTE ON FUNCTION neural.create_version_tables, neural.index_version_table, neural.attach_version_tables,
  neural.drop_decisions_before TO radiant_learner;
GRANT DELETE ON neural.requests TO radiant_learner;

-- The best model by strategy scope_fallback: at the first scope, from user to global, where any model is confident
-- enough, the one with the best score. No row when no scope is.
CREATE OR REPLACE FUNCTION neural.get_neural_recommendation(
  tenant text, rater text, task text, domain text DEFAULT 'general',
  min_samples integer[] DEFAULT '{20,50,100}', threshold double precision DEFAULT 0.5,
  carry_over double precision DEFAULT 0.5
) RETURNS TABLE (model text, score double precision, confidence double precision, scope text, sample_size bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH live AS (
    SELECT v.version, v.half_life_seconds FROM neural.score_versions v WHERE v.state = 'live'
  ), cells AS (
    SELECT 1 AS place, 'user' AS scope, s.model, s.model_version, s.epoch, s.evidence - x.evidence AS evidence,
      s.score_sum - x.score_sum AS score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    CROSS JOIN LATERAL neural.excess_of(s) AS x
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = rater AND rater <> ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 2, 'tenant', s.model, s.model_version, s.epoch, s.evidence - x.evidence AS evidence,
      s.score_sum - x.score_sum AS score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    CROSS JOIN LATERAL neural.excess_of(s) AS x
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 3, 'global', s.model, s.model_version, 0, s.evidence, s.score_sum, s.total_count,
      (SELECT min(k.first_output_at) FROM neural.model_versions k
       WHERE k.model = s.model AND k.model_version = s.model_version)
    FROM neural.published_global_scores s
    WHERE s.version = (SELECT version FROM live) AND s.task_type = task AND s.domain_mode = domain
  ), shared AS (
    SELECT c.*, max(c.epoch) OVER (PARTITION BY c.place, c.model) - c.epoch AS shifts,
      power(carry_over, dense_rank() OVER (PARTITION BY c.place, c.model
        ORDER BY coalesce(c.first_output_at, '-infinity') DESC, c.model_version COLLATE "C" DESC) - 1)
        * neural.decayed(c.evidence, now(), live.half_life_seconds) AS whole
    FROM cells c, live
  ), counted AS (
    SELECT s.*, CASE WHEN s.shifts > 0 THEN least(s.whole * power(0.1::float8, s.shifts), 20) ELSE s.whole END AS amount
    FROM shared s
  ), models AS (
    SELECT s.place, s.scope, s.model, sum(s.amount) AS evidence,
      sum(s.amount * (s.score_sum / nullif(s.evidence, 0))::float8) / nullif(sum(s.amount), 0) AS score,
      sum(s.total_count) AS total
    FROM counted s GROUP BY s.place, s.scope, s.model
  ), confident AS (
    SELECT m.*, least(m.evidence / min_samples[m.place], 1) AS confidence FROM models m
    WHERE least(m.evidence / min_samples[m.place], 1) >= threshold
  )
  SELECT c.model, c.score, c.confidence, c.scope, c.total::bigint FROM confident c
  WHERE c.place = (SELECT min(place) FROM confident) ORDER BY c.score DESC, c.model COLLATE "C" LIMIT 1;
END;


-- The first version of all has its heavy raters, too.
DO $$
DECLARE
  known bigint;
BEGIN
  FOR known IN SELECT v.version FROM neural.score_versions v
               WHERE to_regclass('neural.neural_model_scores_v' || v.version) IS NOT NULL LOOP
    EXECUTE format('CREATE TABLE neural.%I PARTITION OF neural.heavy_raters FOR VALUES IN (%s)', 'heavy_raters_v' || known, known);
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', 'heavy_raters_v' || known);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', 'heavy_raters_v' || known);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', 'heavy_raters_v' || known);
  END LOOP;
END
$$;
RESET ROLE;
