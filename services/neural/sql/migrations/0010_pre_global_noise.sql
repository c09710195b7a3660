-- Global scores with noise: contributions of tenants, measured once per period, and the cells published from them.

SET LOCAL ROLE radiant_owner;

-- Secrets from which noise is computed. A copy of a key lets its owner remove the noise.
CREATE TABLE neural.noise_keys (
  name text CONSTRAINT noise_keys_pkey PRIMARY KEY,
  key bytea NOT NULL CONSTRAINT noise_keys_key_check CHECK (length(key) >= 32)
);
-- gen_random_uuid() has 122 bits of the server's cryptographic random source.
INSERT INTO neural.noise_keys (name, key) VALUES ('global_scores',
  sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
GRANT SELECT ON neural.noise_keys TO radiant_learner;

-- Period and noise of the last measurement of each tenant in global learning. A tenant is measured once per period: a
-- second measurement with the same noise would reveal the difference.
CREATE TABLE neural.global_measurements (
  tenant_id text CONSTRAINT global_measurements_pkey PRIMARY KEY,
  period_start timestamptz NOT NULL,
  noise_scale double precision NOT NULL -- in units; 0 for exact sums
);

-- Sums of a tenant's cells with noise, in steps of 2^-20 units, decayed to a time.
CREATE TABLE neural.global_contributions (
  tenant_id text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  sums bigint[] NOT NULL,
  counts bigint[] NOT NULL,
  raters bigint NOT NULL,
  first_output_at timestamptz NOT NULL,
  decayed_to timestamptz NOT NULL,
  CONSTRAINT global_contributions_pkey PRIMARY KEY (tenant_id, task_type, domain_mode, model, model_version)
);
CREATE INDEX global_contributions_context_idx ON neural.global_contributions (task_type, domain_mode);

-- Published global cells, computed from the contributions.
CREATE TABLE neural.global_publications (
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  model text NOT NULL,
  model_version text NOT NULL,
  sums bigint[] NOT NULL,
  counts bigint[] NOT NULL,
  raters bigint NOT NULL,
  tenants bigint NOT NULL,
  first_output_at timestamptz NOT NULL,
  decayed_to timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT global_publications_pkey PRIMARY KEY (task_type, domain_mode, model, model_version)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['global_measurements', 'global_contributions'] LOOP
    EXECUTE format('ALTER TABLE neural.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE neural.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON neural.%I USING (neural.may_touch(tenant_id))', name);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON neural.global_measurements, neural.global_contributions, neural.global_publications
  TO radiant_learner;

-- A sum in steps of 2^-20 units, decayed to a time, in the fixed point of scores.
CREATE FUNCTION neural.fixed_point(steps bigint, moment timestamptz, half_life_seconds double precision) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(steps::numeric * 1048576
  * power(2::numeric, floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds)::numeric)
  * power(2::float8, extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds
    - floor(extract(epoch FROM moment - timestamptz '2020-01-01 00:00:00+00')::float8 / half_life_seconds))::numeric);

-- Global scores for readers, in the columns of the earlier view: processes of the earlier release read noised scores.
CREATE OR REPLACE VIEW neural.published_global_scores AS
SELECT v.version, g.task_type, g.domain_mode, g.model, g.model_version,
  neural.fixed_point(g.sums[1], g.decayed_to, v.half_life_seconds) AS evidence,
  neural.fixed_point(g.sums[2], g.decayed_to, v.half_life_seconds) AS score_sum,
  neural.fixed_point(g.sums[3], g.decayed_to, v.half_life_seconds) AS accuracy_evidence,
  neural.fixed_point(g.sums[4], g.decayed_to, v.half_life_seconds) AS accuracy_sum,
  neural.fixed_point(g.sums[5], g.decayed_to, v.half_life_seconds) AS relevance_evidence,
  neural.fixed_point(g.sums[6], g.decayed_to, v.half_life_seconds) AS relevance_sum,
  neural.fixed_point(g.sums[7], g.decayed_to, v.half_life_seconds) AS speed_evidence,
  neural.fixed_point(g.sums[8], g.decayed_to, v.half_life_seconds) AS speed_sum,
  g.counts[1] AS positive_count, g.counts[2] AS negative_count, g.counts[3] AS neutral_count,
  g.counts[4] AS implicit_positive_count, g.counts[5] AS implicit_negative_count, g.counts[6] AS total_count,
  g.raters, g.tenants, true AS published, 1::bigint AS revision, g.updated_at, g.first_output_at
FROM neural.global_publications g CROSS JOIN neural.score_versions v WHERE v.state IN ('live', 'building');
GRANT EXECUTE ON FUNCTION neural.fixed_point TO radiant_neural, radiant_learner;

-- Scores of the earlier release have no noise.
DELETE FROM neural.global_model_scores;
RESET ROLE;
