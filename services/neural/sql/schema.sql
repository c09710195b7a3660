-- The whole schema as the migrations leave it, for readers and reviews. A test holds both together.

-- What was learned. Everything here but decisions, trust, settings and model versions can be rebuilt from ingest.

CREATE SCHEMA neural AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA neural TO radiant_neural, radiant_learner;

CREATE FUNCTION neural.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true) OR current_user = 'radiant_learner';

-- Versions of the scores. Exactly one is live; a rebuild builds the next and swaps it in. The parameters are those that
-- the version's numbers were made with, whatever a process is configured to.
CREATE TABLE neural.score_versions (
  version bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT score_versions_pkey PRIMARY KEY,
  state text NOT NULL CONSTRAINT score_versions_state_check CHECK (state IN ('building', 'live', 'retired', 'failed')),
  mode text NOT NULL CONSTRAINT score_versions_mode_check CHECK (mode IN ('running_mean', 'evidence_weighted')),
  half_life_seconds double precision NOT NULL,
  run_id uuid NOT NULL,
  units_done bigint NOT NULL DEFAULT 0,
  units_total bigint NOT NULL DEFAULT 0,
  error text,
  report jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE UNIQUE INDEX score_versions_live_idx ON neural.score_versions (state) WHERE state = 'live';
CREATE UNIQUE INDEX score_versions_building_idx ON neural.score_versions (state) WHERE state = 'building';
CREATE UNIQUE INDEX score_versions_run_id_idx ON neural.score_versions (run_id);

-- What each unit contributes now. Sums are exact integers (see neural.fixed), so that taking a contribution away
-- leaves what was there before, to the last bit.
CREATE TABLE neural.unit_contributions (
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  models text[] NOT NULL,
  model_versions text[] NOT NULL,
  evidence numeric NOT NULL, -- per model, fixed point
  score_sum numeric NOT NULL, -- per model, fixed point
  rating smallint, -- NULL without explicit feedback
  implicit_sign smallint NOT NULL,
  aspects text[] NOT NULL, -- of accuracy, relevance, speed
  orchestration_id text NOT NULL,
  services_used text[] NOT NULL,
  CONSTRAINT unit_contributions_pkey PRIMARY KEY (version, tenant_id, user_id, output_id)
) PARTITION BY LIST (version);

-- One row per model version, task, domain and scope; '' stands for any task, any domain and, as user, for the tenant.
CREATE TABLE neural.neural_model_scores (
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  user_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  evidence numeric NOT NULL DEFAULT 0,
  score_sum numeric NOT NULL DEFAULT 0,
  accuracy_evidence numeric NOT NULL DEFAULT 0,
  accuracy_sum numeric NOT NULL DEFAULT 0,
  relevance_evidence numeric NOT NULL DEFAULT 0,
  relevance_sum numeric NOT NULL DEFAULT 0,
  speed_evidence numeric NOT NULL DEFAULT 0,
  speed_sum numeric NOT NULL DEFAULT 0,
  positive_count bigint NOT NULL DEFAULT 0,
  negative_count bigint NOT NULL DEFAULT 0,
  neutral_count bigint NOT NULL DEFAULT 0,
  implicit_positive_count bigint NOT NULL DEFAULT 0,
  implicit_negative_count bigint NOT NULL DEFAULT 0,
  total_count bigint NOT NULL DEFAULT 0,
  raters bigint NOT NULL DEFAULT 0, -- users behind it
  revision bigint NOT NULL DEFAULT 1, -- grows with every change
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT neural_model_scores_pkey
    PRIMARY KEY (version, tenant_id, user_id, task_type, domain_mode, model, model_version)
) PARTITION BY LIST (version);
CREATE INDEX neural_model_scores_cell_idx ON neural.neural_model_scores
  (version, task_type, domain_mode, model, model_version) WHERE user_id = '';

-- Sums over the tenants that opted in; published only where enough tenants and users stand behind a row.
CREATE TABLE neural.global_model_scores (
  version bigint NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  evidence numeric NOT NULL DEFAULT 0,
  score_sum numeric NOT NULL DEFAULT 0,
  accuracy_evidence numeric NOT NULL DEFAULT 0,
  accuracy_sum numeric NOT NULL DEFAULT 0,
  relevance_evidence numeric NOT NULL DEFAULT 0,
  relevance_sum numeric NOT NULL DEFAULT 0,
  speed_evidence numeric NOT NULL DEFAULT 0,
  speed_sum numeric NOT NULL DEFAULT 0,
  positive_count bigint NOT NULL DEFAULT 0,
  negative_count bigint NOT NULL DEFAULT 0,
  neutral_count bigint NOT NULL DEFAULT 0,
  implicit_positive_count bigint NOT NULL DEFAULT 0,
  implicit_negative_count bigint NOT NULL DEFAULT 0,
  total_count bigint NOT NULL DEFAULT 0,
  raters bigint NOT NULL DEFAULT 0,
  tenants bigint NOT NULL DEFAULT 0,
  published boolean NOT NULL DEFAULT false,
  revision bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT global_model_scores_pkey PRIMARY KEY (version, task_type, domain_mode, model, model_version)
) PARTITION BY LIST (version);

-- Which orchestrations and services a model's outputs were made with, and how they were received; at tenant scope.
CREATE TABLE neural.model_companions (
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  kind text NOT NULL CONSTRAINT model_companions_kind_check CHECK (kind IN ('orchestration', 'service')),
  name text NOT NULL,
  evidence numeric NOT NULL DEFAULT 0,
  score_sum numeric NOT NULL DEFAULT 0,
  CONSTRAINT model_companions_pkey PRIMARY KEY (version, tenant_id, task_type, domain_mode, model, kind, name)
) PARTITION BY LIST (version);

-- When each version of a model was first seen, by manifest: what makes one version newer than another.
CREATE TABLE neural.model_versions (
  tenant_id text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  first_output_at timestamptz NOT NULL,
  CONSTRAINT model_versions_pkey PRIMARY KEY (tenant_id, model, model_version)
);

CREATE TABLE neural.tenant_settings (
  tenant_id text NOT NULL CONSTRAINT tenant_settings_pkey PRIMARY KEY,
  global_learning boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Grows when something beside the cells changes what a tenant's boards say (a new model version, a setting).
-- The empty tenant stands for the global boards.
CREATE TABLE neural.board_revisions (
  tenant_id text NOT NULL CONSTRAINT board_revisions_pkey PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 1
);

CREATE TABLE neural.user_trust_scores (
  tenant_id text NOT NULL,
  user_id text NOT NULL,
  trust double precision NOT NULL CONSTRAINT user_trust_scores_trust_check CHECK (trust BETWEEN 0 AND 1),
  factors jsonb NOT NULL DEFAULT '{}',
  outlier boolean NOT NULL DEFAULT false,
  outlier_reason text NOT NULL DEFAULT '',
  pinned boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_trust_scores_pkey PRIMARY KEY (tenant_id, user_id)
);

-- Every decision with the probability of its choice, for later evaluation.
CREATE TABLE neural.neural_routing_recommendations (
  tenant_id text NOT NULL,
  decision_id text NOT NULL,
  decided_at timestamptz NOT NULL,
  user_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  propensity double precision NOT NULL,
  strategy text NOT NULL,
  scope text NOT NULL,
  score double precision NOT NULL,
  confidence double precision NOT NULL,
  table_version bigint NOT NULL,
  CONSTRAINT neural_routing_recommendations_pkey PRIMARY KEY (tenant_id, decided_at, decision_id)
) PARTITION BY RANGE (decided_at);

-- Boards (tenant, user, task, domain) that changed and are not yet in the cache; written with the change.
CREATE TABLE neural.publish_queue (
  seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT publish_queue_pkey PRIMARY KEY,
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  user_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL
);

-- Units that changed while a rebuild was reading; it learns them again before it swaps.
CREATE TABLE neural.rebuild_queue (
  seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT rebuild_queue_pkey PRIMARY KEY,
  version bigint NOT NULL,
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL
);

-- Answers of writes, so that a repeat of a request gets the first answer.
CREATE TABLE neural.requests (
  tenant_id text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  fingerprint bytea NOT NULL,
  answer bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT neural_requests_pkey PRIMARY KEY (tenant_id, request_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'model_versions', 'tenant_settings',
                              'board_revisions', 'user_trust_scores', 'neural_routing_recommendations',
                              'publish_queue', 'rebuild_queue', 'requests']
  LOOP
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON neural.%I TO radiant_learner', name);
  END LOOP;
END
$$;
CREATE POLICY global_revision ON neural.board_revisions FOR SELECT USING (tenant_id = '');
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.score_versions, neural.global_model_scores TO radiant_learner;
GRANT SELECT ON neural.score_versions, neural.neural_model_scores, neural.model_versions, neural.tenant_settings,
  neural.board_revisions, neural.user_trust_scores, neural.unit_contributions, neural.model_companions TO radiant_neural;
GRANT SELECT, INSERT ON neural.neural_routing_recommendations, neural.requests TO radiant_neural;
GRANT INSERT, UPDATE ON neural.user_trust_scores TO radiant_neural;

-- What may leave the global scope.
CREATE VIEW neural.published_global_scores AS SELECT * FROM neural.global_model_scores WHERE published;
GRANT SELECT ON neural.published_global_scores TO radiant_neural;

-- Makes the partitions of a new version of the scores.
CREATE FUNCTION neural.create_version_partitions(version bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
  child text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'global_model_scores'] LOOP
    child := format('%s_v%s', parent, version);
    EXECUTE format('CREATE TABLE neural.%I PARTITION OF neural.%I FOR VALUES IN (%s)', child, parent, version);
    IF parent <> 'global_model_scores' THEN
      EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', child);
      EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', child);
      EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', child);
    END IF;
  END LOOP;
END
$$;

-- Drops the partitions of a version that is no longer needed; never those of the live one.
CREATE FUNCTION neural.drop_version_partitions(doomed bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
BEGIN
  IF EXISTS (SELECT FROM neural.score_versions v WHERE v.version = doomed AND v.state IN ('live', 'building')) THEN
    RAISE EXCEPTION 'version % is in use', doomed USING ERRCODE = 'object_in_use';
  END IF;
  FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'model_companions', 'global_model_scores'] LOOP
    EXECUTE format('DROP TABLE IF EXISTS neural.%I', format('%s_v%s', parent, doomed));
  END LOOP;
END
$$;

-- Makes the monthly partitions of the decisions; safe to repeat.
CREATE FUNCTION neural.ensure_partitions(months_back integer DEFAULT 0, months_ahead integer DEFAULT 3)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text := 'neural_routing_recommendations';
  first_day timestamptz;
  child text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('neural.ensure_partitions', 0));
  FOR offset_months IN -months_back .. months_ahead LOOP
    first_day := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => offset_months))
      AT TIME ZONE 'UTC';
    child := parent || to_char(first_day AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
    CONTINUE WHEN to_regclass('neural.' || child) IS NOT NULL;
    EXECUTE format('CREATE TABLE neural.%I PARTITION OF neural.%I FOR VALUES FROM (%L) TO (%L)', child, parent,
      first_day, (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', child);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', child);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;
REVOKE ALL ON FUNCTION neural.create_version_partitions, neural.drop_version_partitions, neural.ensure_partitions
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION neural.create_version_partitions, neural.drop_version_partitions TO radiant_learner;
GRANT EXECUTE ON FUNCTION neural.ensure_partitions TO radiant_neural, radiant_learner;
SELECT neural.ensure_partitions();
RESET ROLE;

-- Functions for people and reports: the formulas of the Python code, in SQL. Tests hold both together.
SET LOCAL ROLE radiant_owner;

GRANT SELECT ON neural.published_global_scores TO radiant_learner;

-- Weighted score in [-1, 1] of one unit: its rating (-1, 0, 1), the mean sentiment of its signals, the sentiment of its
-- voice and the rater's trust; NULL for a part that is absent, NULL when all are.
CREATE FUNCTION neural.get_feedback_score(
  rating double precision, implicit double precision, voice double precision, trust double precision DEFAULT 1
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  3 * least(greatest(trust, 0.1), 1) * coalesce(rating, 0) + coalesce(implicit, 0)
  + 2 * least(greatest(trust, 0.1), 1) * coalesce(voice, 0)
) / nullif(
  3 * least(greatest(trust, 0.1), 1) * (rating IS NOT NULL)::int + (implicit IS NOT NULL)::int
  + 2 * least(greatest(trust, 0.1), 1) * (voice IS NOT NULL)::int, 0);

-- The same for what stands of one user on one output; NULL without feedback.
CREATE FUNCTION neural.get_feedback_score(tenant text, output text, rater text) RETURNS double precision
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT neural.get_feedback_score(
    (SELECT f.rating FROM ingest_api_v1.explicit_feedback f
     WHERE f.tenant_id = tenant AND f.output_id = output AND f.user_id = rater)::float8,
    (SELECT avg(s.sentiment) FROM ingest_api_v1.implicit_feedback s
     WHERE s.tenant_id = tenant AND s.output_id = output AND s.user_id = rater),
    (SELECT v.sentiment FROM ingest_api_v1.voice_feedback v
     WHERE v.tenant_id = tenant AND v.output_id = output AND v.user_id = rater),
    coalesce((SELECT t.trust FROM neural.user_trust_scores t WHERE t.tenant_id = tenant AND t.user_id = rater), 1)
  );
END;

-- A sum of fixed-point weights as seen from a moment, in units.
CREATE FUNCTION neural.decayed(total numeric, moment timestamptz, half_life_seconds double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (total / power(2::numeric, 40)
  / power(2::numeric, floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds)::numeric)
)::float8 / power(2::float8,
  extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds
  - floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds));

-- The best model by strategy scope_fallback: at the first scope, from user to global, where any model is confident
-- enough, the one with the best score. No row when no scope is.
CREATE FUNCTION neural.get_neural_recommendation(
  tenant text, rater text, task text, domain text DEFAULT 'general',
  min_samples integer[] DEFAULT '{20,50,100}', threshold double precision DEFAULT 0.5,
  carry_over double precision DEFAULT 0.5
) RETURNS TABLE (model text, score double precision, confidence double precision, scope text, sample_size bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH live AS (
    SELECT v.version, v.half_life_seconds FROM neural.score_versions v WHERE v.state = 'live'
  ), cells AS (
    SELECT 1 AS place, 'user' AS scope, s.model, s.model_version, s.evidence, s.score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = rater AND rater <> ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 2, 'tenant', s.model, s.model_version, s.evidence, s.score_sum, s.total_count, k.first_output_at
    FROM neural.neural_model_scores s
    LEFT JOIN neural.model_versions k USING (tenant_id, model, model_version)
    WHERE s.version = (SELECT version FROM live) AND s.tenant_id = tenant AND s.user_id = ''
      AND s.task_type = task AND s.domain_mode = domain AND s.total_count > 0
    UNION ALL
    SELECT 3, 'global', s.model, s.model_version, s.evidence, s.score_sum, s.total_count,
      (SELECT min(k.first_output_at) FROM neural.model_versions k
       WHERE k.model = s.model AND k.model_version = s.model_version)
    FROM neural.published_global_scores s
    WHERE s.version = (SELECT version FROM live) AND s.task_type = task AND s.domain_mode = domain
  ), shared AS (
    SELECT c.*, power(carry_over, row_number() OVER (PARTITION BY c.place, c.model
      ORDER BY coalesce(c.first_output_at, '-infinity') DESC, c.model_version COLLATE "C" DESC) - 1) AS share,
      neural.decayed(c.evidence, now(), live.half_life_seconds) AS amount
    FROM cells c, live
  ), models AS (
    SELECT s.place, s.scope, s.model, sum(s.share * s.amount) AS evidence,
      sum(s.share * s.amount * (s.score_sum / nullif(s.evidence, 0))::float8) / nullif(sum(s.share * s.amount), 0) AS score,
      sum(s.total_count) AS total
    FROM shared s GROUP BY s.place, s.scope, s.model
  ), confident AS (
    SELECT m.*, least(m.evidence / min_samples[m.place], 1) AS confidence FROM models m
    WHERE least(m.evidence / min_samples[m.place], 1) >= threshold
  )
  SELECT c.model, c.score, c.confidence, c.scope, c.total::bigint FROM confident c
  WHERE c.place = (SELECT min(place) FROM confident) ORDER BY c.score DESC, c.model COLLATE "C" LIMIT 1;
END;

GRANT EXECUTE ON FUNCTION neural.decayed, neural.get_neural_recommendation,
  neural.get_feedback_score(double precision, double precision, double precision, double precision),
  neural.get_feedback_score(text, text, text) TO radiant_neural, radiant_learner;
RESET ROLE;

-- What experiments may read of learning: how far raters are trusted, and the formula of a unit's score.
CREATE SCHEMA neural_api_v1 AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;

CREATE OR REPLACE FUNCTION neural.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true)
  OR current_user IN ('radiant_learner', 'radiant_experimenter');

GRANT USAGE ON SCHEMA neural_api_v1 TO radiant_neural, radiant_experiments, radiant_experimenter;
GRANT USAGE ON SCHEMA neural TO radiant_experiments, radiant_experimenter; -- for the view's own security function

CREATE VIEW neural_api_v1.trust AS
SELECT tenant_id, user_id, trust FROM neural.user_trust_scores;

CREATE FUNCTION neural_api_v1.get_feedback_score(
  rating double precision, implicit double precision, voice double precision, trust double precision DEFAULT 1
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN neural.get_feedback_score(rating, implicit, voice, trust);

GRANT SELECT ON neural_api_v1.trust TO radiant_experiments, radiant_experimenter;
GRANT EXECUTE ON FUNCTION neural_api_v1.get_feedback_score TO radiant_experiments, radiant_experimenter;
GRANT EXECUTE ON FUNCTION neural.may_touch TO PUBLIC;
RESET ROLE;

-- What a decision could have chosen, so that another strategy can be asked what it would have.
SET LOCAL ROLE radiant_owner;

-- Eligible models, sorted; empty in decisions from before this was logged, which cannot be evaluated.
ALTER TABLE neural.neural_routing_recommendations ADD COLUMN candidates text[] NOT NULL DEFAULT '{}';
RESET ROLE;

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

-- What outputs cost, and the weight of cost that keeps a tenant's daily budget.
SET LOCAL ROLE radiant_owner;

ALTER TABLE neural.tenant_settings ADD COLUMN daily_budget_usd double precision NOT NULL DEFAULT 0
  CONSTRAINT tenant_settings_daily_budget_check CHECK (daily_budget_usd BETWEEN 0 AND 1e9);

-- By the hour in which outputs were created, and by their model; '' stands for outputs of several models. US dollars.
CREATE TABLE neural.spending (
  tenant_id text NOT NULL,
  hour timestamptz NOT NULL,
  model text NOT NULL,
  outputs bigint NOT NULL,
  cost double precision NOT NULL,
  CONSTRAINT spending_pkey PRIMARY KEY (tenant_id, hour, model)
);

-- What of neural.spending is each output's, for as long as an output may still be counted: what makes it count once.
CREATE TABLE neural.counted_outputs (
  hour timestamptz NOT NULL,
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  model text NOT NULL,
  cost double precision NOT NULL,
  CONSTRAINT counted_outputs_pkey PRIMARY KEY (hour, tenant_id, output_id)
);

-- Where each budget stands (see neural.pacing), written by whichever process looks at it.
CREATE TABLE neural.budget_pacers (
  tenant_id text NOT NULL CONSTRAINT budget_pacers_pkey PRIMARY KEY,
  cost_weight double precision NOT NULL DEFAULT 0
    CONSTRAINT budget_pacers_cost_weight_check CHECK (cost_weight BETWEEN 0 AND 1), -- in force
  steady_weight double precision NOT NULL DEFAULT 0
    CONSTRAINT budget_pacers_steady_weight_check CHECK (steady_weight BETWEEN 0 AND 1), -- where a new day begins
  spent double precision NOT NULL DEFAULT 0, -- on the UTC day of updated_at
  rate double precision NOT NULL DEFAULT 0, -- US dollars a second, lately
  model_costs jsonb NOT NULL DEFAULT '{}', -- mean cost of an output by model, over the last days
  updated_at timestamptz NOT NULL DEFAULT 'epoch'
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['spending', 'counted_outputs', 'budget_pacers'] LOOP
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', name);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, DELETE ON neural.counted_outputs TO radiant_learner;
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.spending, neural.budget_pacers TO radiant_learner;
GRANT SELECT ON neural.spending, neural.budget_pacers TO radiant_neural;
RESET ROLE;

-- Users who are forgotten: what is kept of them beside what learning takes back by itself.

SET LOCAL ROLE radiant_owner;
CREATE INDEX neural_routing_recommendations_user_idx ON neural.neural_routing_recommendations (tenant_id, user_id);

-- Removes a user's rows from versions that nobody learns into any more, and the user's empty cells from the live one.
-- Nothing is done to a version that is being built.
CREATE FUNCTION neural.forget_user_rows(tenant text, gone text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known record;
  parent text;
BEGIN
  IF tenant IS DISTINCT FROM current_setting('app.current_tenant_id', true) THEN
    RAISE EXCEPTION 'not a user of the tenant of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR known IN SELECT v.version, v.state = 'live' AS live FROM neural.score_versions v WHERE v.state <> 'building' LOOP
    FOREACH parent IN ARRAY ARRAY['unit_contributions', 'neural_model_scores', 'heavy_raters'] LOOP
      CONTINUE WHEN to_regclass(format('neural.%s_v%s', parent, known.version)) IS NULL
        OR known.live AND parent <> 'neural_model_scores';
      EXECUTE format('DELETE FROM neural.%I WHERE version = $1 AND tenant_id = $2 AND user_id = $3%s',
        format('%s_v%s', parent, known.version), CASE WHEN known.live THEN ' AND total_count = 0' ELSE '' END)
        USING known.version, tenant, gone;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION neural.forget_user_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION neural.forget_user_rows TO radiant_learner;
RESET ROLE;

-- Everything that is stored of a user here, one record a row, for whoever asks what is known of them.

SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA neural_api_v1 TO radiant_ingest;
GRANT USAGE ON SCHEMA neural TO radiant_ingest; -- for the view's own security function

CREATE VIEW neural_api_v1.user_records AS
SELECT 'user_trust_scores' AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record FROM neural.user_trust_scores t
UNION ALL
SELECT 'unit_contributions', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.unit_contributions t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'neural_model_scores', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.neural_model_scores t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'heavy_raters', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.heavy_raters t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'recent_units', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.recent_units t
UNION ALL
SELECT 'neural_routing_recommendations', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.neural_routing_recommendations t;
GRANT SELECT ON neural_api_v1.user_records TO radiant_ingest;
RESET ROLE;
