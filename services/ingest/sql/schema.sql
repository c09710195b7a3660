-- The whole schema as the migrations leave it, for readers and reviews. A test holds both together.

-- The truth of the suite: what was answered, and what people thought of it.
-- Roles radiant_ingest and radiant_neural exist before this runs (`radiant migrate` ensures them).

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_owner') THEN
    CREATE ROLE radiant_owner NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_learner') THEN
    CREATE ROLE radiant_learner NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  EXECUTE format('GRANT radiant_owner TO %I', current_user);
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;

-- The learner's work across tenants happens in its own role, taken per transaction.
GRANT radiant_learner TO radiant_neural;

CREATE SCHEMA ingest AUTHORIZATION radiant_owner;
CREATE SCHEMA ingest_api_v1 AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA ingest TO radiant_ingest;
GRANT USAGE ON SCHEMA ingest_api_v1 TO radiant_ingest, radiant_neural, radiant_learner;

-- Whose data a transaction may touch. Owner's views pass the session's own role through, so the learner's right to
-- read across tenants is tied to its role and to nothing that a session can set.
CREATE FUNCTION ingest.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true) OR current_user = 'radiant_learner';

-- Spreads units over the learner's shards: all units of a user are learned in one shard, one after the other.
CREATE FUNCTION ingest.shard_of(tenant text, key text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashtextextended(tenant || '/' || key, 0) & 15)::smallint;

-- Answers of writes, so that a repeat of a request gets the first answer. Kept for 24 hours.
CREATE TABLE ingest.requests (
  tenant_id text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  fingerprint bytea NOT NULL,
  answer bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT requests_pkey PRIMARY KEY (tenant_id, request_id)
);
CREATE INDEX requests_created_at_idx ON ingest.requests (created_at);

-- One small row per output: what makes output_id unique within its tenant, which a table partitioned by time cannot.
CREATE TABLE ingest.outputs (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  created_at timestamptz NOT NULL,
  conversation_id text NOT NULL,
  fingerprint bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT outputs_pkey PRIMARY KEY (tenant_id, output_id)
);
CREATE INDEX outputs_conversation_idx
  ON ingest.outputs (tenant_id, conversation_id, created_at, output_id) WHERE conversation_id <> '';

CREATE TABLE ingest.execution_manifests (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  created_at timestamptz NOT NULL,
  user_id text NOT NULL,
  conversation_id text NOT NULL,
  message_id text NOT NULL,
  request_type text NOT NULL,
  task_type text NOT NULL,
  domain_mode text NOT NULL,
  input_prompt_hash bytea,
  input_tokens integer NOT NULL,
  input_language text,
  models_used text[] NOT NULL,
  model_versions text[] NOT NULL, -- one per model of models_used, '' for the unnamed version
  orchestration_id text NOT NULL,
  orchestration_name text NOT NULL,
  services_used text[] NOT NULL,
  thermal_states jsonb NOT NULL,
  provider_health jsonb NOT NULL,
  brain_reasoning text NOT NULL,
  brain_confidence double precision,
  was_user_override boolean NOT NULL,
  output_tokens integer NOT NULL,
  total_latency_ms double precision NOT NULL,
  time_to_first_token_ms double precision,
  total_cost double precision NOT NULL,
  was_streamed boolean NOT NULL,
  steps jsonb NOT NULL,
  decision_id text NOT NULL,
  propensity double precision,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT execution_manifests_pkey PRIMARY KEY (tenant_id, output_id, created_at)
) PARTITION BY RANGE (created_at);

-- The vote that stands, one per output and user: of several the one with the greatest (client_time, request_id).
-- Not partitioned by time, since that uniqueness has to hold over all time.
CREATE TABLE ingest.explicit_feedback (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  rating smallint NOT NULL CONSTRAINT explicit_feedback_rating_check CHECK (rating IN (-1, 0, 1)),
  categories text[] NOT NULL,
  comment text NOT NULL,
  comment_language text,
  source text NOT NULL,
  user_agent text NOT NULL,
  client_time timestamptz NOT NULL,
  request_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT explicit_feedback_pkey PRIMARY KEY (tenant_id, output_id, user_id)
);

-- Every occurrence of every signal. One index recognises a repeated occurrence and finds the signals of a unit.
CREATE TABLE ingest.implicit_signals (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  signal_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  signal_type text NOT NULL,
  sentiment double precision NOT NULL,
  signal_value jsonb,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT implicit_signals_pkey PRIMARY KEY (tenant_id, output_id, user_id, signal_id, occurred_at)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE ingest.voice_feedback (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  voice_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  audio_key text NOT NULL,
  audio_format text NOT NULL,
  audio_seconds double precision,
  source text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CONSTRAINT voice_feedback_status_check
    CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'no_speech')),
  transcription text,
  original_language text,
  english_translation text,
  confidence double precision,
  model text,
  sentiment double precision CONSTRAINT voice_feedback_sentiment_check CHECK (sentiment BETWEEN -1 AND 1),
  inferred_rating smallint,
  inferred_categories text[],
  error text,
  attempts integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT voice_feedback_pkey PRIMARY KEY (tenant_id, output_id, user_id, voice_id, created_at)
) PARTITION BY RANGE (created_at);

-- Feedback counts only if it is later than its withdrawal. Latest times only grow, so order does not matter.
CREATE TABLE ingest.retractions (
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  explicit_until timestamptz NOT NULL DEFAULT '-infinity',
  implicit_until timestamptz NOT NULL DEFAULT '-infinity',
  voice_until timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT retractions_pkey PRIMARY KEY (tenant_id, output_id, user_id)
);

-- Units whose facts changed, written in the transaction of the change. An empty user_id stands for every user of the
-- output (its manifest arrived). Rows are deleted by the learner in the transaction that learns them.
CREATE TABLE ingest.learn_queue (
  shard smallint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id text NOT NULL,
  output_id text NOT NULL,
  user_id text NOT NULL,
  enqueued_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT learn_queue_pkey PRIMARY KEY (shard, seq)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['requests', 'outputs', 'execution_manifests', 'explicit_feedback', 'implicit_signals',
                              'voice_feedback', 'retractions', 'learn_queue']
  LOOP
    EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I USING (ingest.may_touch(tenant_id))', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON ingest.%I TO radiant_ingest', name);
  END LOOP;
END
$$;

-- Makes the monthly partitions from `months_back` months ago to `months_ahead` months from now; safe to repeat.
-- Rows outside of them go to the default partition, so that nothing is ever refused for its date.
CREATE FUNCTION ingest.ensure_partitions(months_back integer DEFAULT 1, months_ahead integer DEFAULT 3)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent text;
  first_day timestamptz;
  child text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ingest.ensure_partitions', 0));
  FOREACH parent IN ARRAY ARRAY['execution_manifests', 'implicit_signals', 'voice_feedback'] LOOP
    FOR offset_months IN -months_back .. months_ahead LOOP
      first_day := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
      first_day := (first_day AT TIME ZONE 'UTC' + make_interval(months => offset_months)) AT TIME ZONE 'UTC';
      child := parent || to_char(first_day AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
      CONTINUE WHEN to_regclass('ingest.' || child) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE ingest.%I PARTITION OF ingest.%I FOR VALUES FROM (%L) TO (%L)', child, parent,
          first_day, (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I USING (ingest.may_touch(tenant_id))', child);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN
        RAISE WARNING 'rows of % already lie in the default partition', child;
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

DO $$
DECLARE
  parent text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['execution_manifests', 'implicit_signals', 'voice_feedback'] LOOP
    EXECUTE format('CREATE TABLE ingest.%I PARTITION OF ingest.%I DEFAULT', parent || '_default', parent);
    EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', parent || '_default');
    EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', parent || '_default');
    EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I USING (ingest.may_touch(tenant_id))',
      parent || '_default');
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION ingest.ensure_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.ensure_partitions TO radiant_ingest;
SELECT ingest.ensure_partitions();

-- Deletes answers older than `age`, at most `most` at once; across tenants, hence with the owner's learner-like right.
CREATE POLICY purge ON ingest.requests FOR DELETE TO radiant_ingest USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON ingest.requests FOR SELECT TO radiant_ingest
  USING (created_at < now() - interval '24 hours');
GRANT DELETE ON ingest.requests TO radiant_ingest;

-- Sentiment of a signal type, in [-1, 1]; NULL for an unknown type.
CREATE FUNCTION ingest_api_v1.get_implicit_sentiment(signal_type text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE signal_type
  WHEN 'favorite_added' THEN 0.9
  WHEN 'share_response' THEN 0.9
  WHEN 'copy_response' THEN 0.7
  WHEN 'export_response' THEN 0.6
  WHEN 'continue_conversation' THEN 0.3
  WHEN 'scroll_to_end' THEN 0.2
  WHEN 'response_time_short' THEN 0.2
  WHEN 'edit_and_resend' THEN 0.0
  WHEN 'response_time_long' THEN 0.0
  WHEN 'abandon_conversation' THEN -0.3
  WHEN 'scroll_bounce' THEN -0.4
  WHEN 'manual_model_switch' THEN -0.6
  WHEN 'abandon_mid_response' THEN -0.7
  WHEN 'regenerate' THEN -0.8
  WHEN 'report_content' THEN -1.0
END;

-- What other services may read and do.
CREATE VIEW ingest_api_v1.manifests AS
SELECT m.tenant_id, m.output_id, m.created_at, m.user_id, m.conversation_id, m.task_type, m.domain_mode,
       m.models_used, m.model_versions, m.orchestration_id, m.services_used, m.total_latency_ms, m.total_cost,
       m.decision_id, m.propensity
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at);

CREATE VIEW ingest_api_v1.explicit_feedback AS
SELECT f.tenant_id, f.output_id, f.user_id, f.rating, f.categories, f.client_time
FROM ingest.explicit_feedback f
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE f.client_time > coalesce(r.explicit_until, '-infinity');

-- Each signal type once per output and user.
CREATE VIEW ingest_api_v1.implicit_feedback AS
SELECT s.tenant_id, s.output_id, s.user_id, s.signal_type, min(s.sentiment) AS sentiment, count(*) AS occurrences
FROM ingest.implicit_signals s
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE s.occurred_at > coalesce(r.implicit_until, '-infinity')
GROUP BY s.tenant_id, s.output_id, s.user_id, s.signal_type;

-- The latest heard comment of each unit.
CREATE VIEW ingest_api_v1.voice_feedback AS
SELECT DISTINCT ON (v.tenant_id, v.output_id, v.user_id)
       v.tenant_id, v.output_id, v.user_id, v.voice_id, v.sentiment
FROM ingest.voice_feedback v
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE v.status = 'completed' AND v.sentiment IS NOT NULL AND v.created_at > coalesce(r.voice_until, '-infinity')
ORDER BY v.tenant_id, v.output_id, v.user_id, v.created_at DESC, v.voice_id DESC;

CREATE VIEW ingest_api_v1.learn_queue AS
SELECT shard, seq, tenant_id, output_id, user_id, enqueued_at FROM ingest.learn_queue;

-- Every unit that has any feedback, for rebuilds and for outputs whose manifest arrived late.
CREATE VIEW ingest_api_v1.units AS
SELECT tenant_id, output_id, user_id FROM ingest.explicit_feedback
UNION
SELECT tenant_id, output_id, user_id FROM ingest.implicit_signals
UNION
SELECT tenant_id, output_id, user_id FROM ingest.voice_feedback;

-- Puts units back into the queue, as when a rater's trust changes. An empty user_id stands for every user.
CREATE FUNCTION ingest_api_v1.enqueue_units(tenants text[], outputs text[], users text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY INVOKER
BEGIN ATOMIC
  INSERT INTO ingest_api_v1.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of(u.tenant, CASE u.who WHEN '' THEN u.output ELSE u.who END), u.tenant, u.output, u.who
  FROM unnest(tenants, outputs, users) AS u (tenant, output, who);
END;

GRANT EXECUTE ON FUNCTION ingest.shard_of, ingest.may_touch TO PUBLIC;
GRANT USAGE ON SCHEMA ingest TO radiant_learner;
GRANT SELECT ON ingest_api_v1.manifests, ingest_api_v1.explicit_feedback, ingest_api_v1.implicit_feedback,
  ingest_api_v1.voice_feedback, ingest_api_v1.units, ingest_api_v1.learn_queue TO radiant_neural, radiant_learner;
GRANT INSERT, DELETE ON ingest_api_v1.learn_queue TO radiant_learner;
GRANT SELECT ON ingest_api_v1.explicit_feedback, ingest_api_v1.implicit_feedback, ingest_api_v1.voice_feedback
  TO radiant_ingest;
RESET ROLE;

-- Which experiment an output was part of, recorded with its manifest.
-- Roles radiant_experiments and radiant_neural exist before this runs.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_experimenter') THEN
    CREATE ROLE radiant_experimenter NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;

-- Work across tenants (experiments over all of them, the rollout worker) happens in its own role, taken per transaction.
GRANT radiant_experimenter TO radiant_experiments;
SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ADD COLUMN experiment_id uuid,
  ADD COLUMN variant text NOT NULL DEFAULT '',
  ADD COLUMN experiment_epoch integer NOT NULL DEFAULT 0;
CREATE INDEX execution_manifests_experiment_idx
  ON ingest.execution_manifests (tenant_id, experiment_id, experiment_epoch) WHERE experiment_id IS NOT NULL;

CREATE OR REPLACE VIEW ingest_api_v1.manifests AS
SELECT m.tenant_id, m.output_id, m.created_at, m.user_id, m.conversation_id, m.task_type, m.domain_mode,
       m.models_used, m.model_versions, m.orchestration_id, m.services_used, m.total_latency_ms, m.total_cost,
       m.decision_id, m.propensity, m.experiment_id, m.variant, m.experiment_epoch
FROM ingest.outputs o
JOIN ingest.execution_manifests m USING (tenant_id, output_id, created_at);

-- Experiments over all tenants are analysed in a role of their own, as learning is.
CREATE OR REPLACE FUNCTION ingest.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true)
  OR current_user IN ('radiant_learner', 'radiant_experimenter');
GRANT USAGE ON SCHEMA ingest_api_v1, ingest TO radiant_experiments, radiant_experimenter;
GRANT SELECT ON ingest_api_v1.manifests, ingest_api_v1.explicit_feedback, ingest_api_v1.implicit_feedback,
  ingest_api_v1.voice_feedback TO radiant_experiments, radiant_experimenter;
RESET ROLE;

-- How often a user spoke lately, and since when the suite knows a rater.

SET LOCAL ROLE radiant_owner;
CREATE INDEX explicit_feedback_user_idx ON ingest.explicit_feedback (tenant_id, user_id, updated_at);

CREATE OR REPLACE VIEW ingest_api_v1.explicit_feedback AS
SELECT f.tenant_id, f.output_id, f.user_id, f.rating, f.categories, f.client_time, f.recorded_at
FROM ingest.explicit_feedback f
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE f.client_time > coalesce(r.explicit_until, '-infinity');
RESET ROLE;

-- Reading all rows at once, as a rebuild does: who asks is looked at once a statement, not once a row.

SET LOCAL ROLE radiant_owner;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['outputs', 'execution_manifests', 'explicit_feedback', 'implicit_signals', 'voice_feedback',
                              'retractions']
  LOOP
    EXECUTE format('ALTER POLICY tenant_isolation ON ingest.%I USING ('
      '(SELECT current_user IN (''radiant_learner'', ''radiant_experimenter'')) '
      'OR tenant_id = current_setting(''app.current_tenant_id'', true))', name);
  END LOOP;
END
$$;

-- Manifests without the way by which single ones are found: every manifest has its row in ingest.outputs.
CREATE VIEW ingest_api_v1.all_manifests AS
SELECT tenant_id, output_id, created_at, task_type, domain_mode, models_used, model_versions, orchestration_id, services_used
FROM ingest.execution_manifests;
GRANT SELECT ON ingest_api_v1.all_manifests TO radiant_learner;

-- Identifiers of all outputs in order.
CREATE VIEW ingest_api_v1.outputs AS SELECT tenant_id, output_id FROM ingest.outputs;
GRANT SELECT ON ingest_api_v1.outputs TO radiant_learner;
RESET ROLE;

-- Spoken feedback as work for those who listen: who hears what, when it is tried again, and what was heard.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_listener') THEN
    CREATE ROLE radiant_listener NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;
-- Looking for work across tenants happens in its own role, taken per transaction; everything else is done as one tenant.
GRANT radiant_listener TO radiant_voice;
SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.voice_feedback ADD COLUMN audio_bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE ingest.voice_feedback ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE ingest.voice_feedback ADD COLUMN lease_id uuid; -- of the attempt that is under way
ALTER TABLE ingest.voice_feedback ADD COLUMN lease_until timestamptz; -- after it another may try
ALTER TABLE ingest.voice_feedback ADD COLUMN language_probability double precision;
ALTER TABLE ingest.voice_feedback ADD COLUMN doubt text; -- why what was heard may be wrong; NULL or empty without
ALTER TABLE ingest.voice_feedback ADD COLUMN error_code text; -- for programs, beside error for people
ALTER TABLE ingest.voice_feedback ADD COLUMN completed_at timestamptz;
CREATE INDEX voice_feedback_work_idx ON ingest.voice_feedback (next_attempt_at) WHERE status IN ('pending', 'processing');
CREATE INDEX voice_feedback_id_idx ON ingest.voice_feedback (tenant_id, voice_id);
CREATE INDEX voice_feedback_list_idx ON ingest.voice_feedback (tenant_id, created_at, voice_id);
CREATE INDEX voice_feedback_user_idx ON ingest.voice_feedback (tenant_id, user_id, created_at);

ALTER POLICY tenant_isolation ON ingest.voice_feedback USING (
  (SELECT current_user IN ('radiant_learner', 'radiant_experimenter', 'radiant_listener'))
  OR tenant_id = current_setting('app.current_tenant_id', true));

-- What the voice service reads and changes, as one tenant.
CREATE VIEW ingest_api_v1.voice_jobs AS
SELECT tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format, audio_seconds, audio_bytes, source, status,
  transcription, original_language, language_probability, english_translation, confidence, doubt, model, sentiment,
  inferred_rating, inferred_categories, error, error_code, attempts, next_attempt_at, lease_id, lease_until, completed_at,
  updated_at
FROM ingest.voice_feedback;

-- Where work waits, for all tenants: no more than what is needed to take it.
CREATE VIEW ingest_api_v1.voice_waiting AS
SELECT tenant_id, voice_id, created_at, status, next_attempt_at, lease_until FROM ingest.voice_feedback
WHERE status IN ('pending', 'processing');

-- Recordings by age, for all tenants, so that old ones can be deleted.
CREATE VIEW ingest_api_v1.voice_recordings AS
SELECT tenant_id, voice_id, created_at, audio_key FROM ingest.voice_feedback WHERE audio_key <> '';

GRANT USAGE ON SCHEMA ingest_api_v1 TO radiant_voice, radiant_listener;
GRANT USAGE ON SCHEMA ingest TO radiant_voice;
GRANT SELECT ON ingest_api_v1.voice_jobs TO radiant_voice;
GRANT UPDATE (audio_key, audio_seconds, status, transcription, original_language, language_probability, english_translation,
  confidence, doubt, model, sentiment, inferred_rating, inferred_categories, error, error_code, attempts, next_attempt_at,
  lease_id, lease_until, completed_at, updated_at) ON ingest_api_v1.voice_jobs TO radiant_voice;
GRANT SELECT ON ingest_api_v1.voice_waiting, ingest_api_v1.voice_recordings TO radiant_listener;
GRANT INSERT ON ingest_api_v1.learn_queue TO radiant_voice;
GRANT EXECUTE ON FUNCTION ingest_api_v1.enqueue_units TO radiant_voice;
RESET ROLE;

-- What lists, totals and questions to users rest on.

SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ADD COLUMN verification_failed boolean NOT NULL DEFAULT false,
  ADD COLUMN contradiction_found boolean NOT NULL DEFAULT false;
CREATE INDEX execution_manifests_newest_idx ON ingest.execution_manifests (tenant_id, created_at, output_id);
CREATE INDEX execution_manifests_user_idx ON ingest.execution_manifests (tenant_id, user_id, created_at, output_id);

-- Feedback that stands, row by row with all its columns, for this service alone: other services read ingest_api_v1. Nothing is
-- grouped here, so that whoever reads the feedback on a few outputs touches their rows only.
CREATE VIEW ingest.standing_votes AS
SELECT f.* FROM ingest.explicit_feedback f
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE f.client_time > coalesce(r.explicit_until, '-infinity');

CREATE VIEW ingest.standing_signals AS
SELECT s.* FROM ingest.implicit_signals s
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE s.occurred_at > coalesce(r.implicit_until, '-infinity');

-- Whether heard or not: `sentiment` is there once it counts.
CREATE VIEW ingest.standing_voice AS
SELECT v.tenant_id, v.output_id, v.user_id, v.voice_id, v.created_at, CASE WHEN v.status = 'completed' THEN v.sentiment END AS sentiment
FROM ingest.voice_feedback v
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE v.created_at > coalesce(r.voice_until, '-infinity');

GRANT SELECT ON ingest.standing_votes, ingest.standing_signals, ingest.standing_voice TO radiant_ingest;

-- Outputs of which a user was asked for an opinion, or spared it for being asked too often. Kept for 30 days.
CREATE TABLE ingest.feedback_asks (
  tenant_id text NOT NULL,
  user_id text NOT NULL,
  output_id text NOT NULL,
  asked_at timestamptz NOT NULL,
  reason text NOT NULL CONSTRAINT feedback_asks_reason_check CHECK (reason IN
    ('first_outputs', 'low_confidence', 'verification_failed', 'contradiction', 'sampled', 'fatigue')),
  probability double precision NOT NULL CONSTRAINT feedback_asks_probability_check CHECK (probability BETWEEN 0 AND 1),
  CONSTRAINT feedback_asks_pkey PRIMARY KEY (tenant_id, user_id, output_id)
);
CREATE INDEX feedback_asks_newest_idx ON ingest.feedback_asks (tenant_id, user_id, asked_at) WHERE reason <> 'fatigue';
CREATE INDEX feedback_asks_asked_at_idx ON ingest.feedback_asks (asked_at);
ALTER TABLE ingest.feedback_asks ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.feedback_asks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.feedback_asks USING (tenant_id = current_setting('app.current_tenant_id', true));
CREATE POLICY purge ON ingest.feedback_asks FOR DELETE TO radiant_ingest USING (asked_at < now() - interval '30 days');
CREATE POLICY purge_sight ON ingest.feedback_asks FOR SELECT TO radiant_ingest USING (asked_at < now() - interval '30 days');
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.feedback_asks TO radiant_ingest;
RESET ROLE;

-- Who changed what, of all services in one log: a chain of hashes per tenant that nobody can change unnoticed.

SET LOCAL ROLE radiant_owner;

-- The empty tenant stands for what operators do to all tenants.
CREATE TABLE ingest.audit_log (
  tenant_id text NOT NULL,
  sequence bigint NOT NULL, -- from 1, without gaps
  service text NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  reason text NOT NULL,
  detail jsonb NOT NULL,
  happened_at timestamptz NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, sequence)
);

-- Where each chain ends, so that a missing end is seen.
CREATE TABLE ingest.audit_heads (
  tenant_id text NOT NULL CONSTRAINT audit_heads_pkey PRIMARY KEY,
  sequence bigint NOT NULL,
  hash bytea NOT NULL
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_log', 'audit_heads'] LOOP
    EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I FOR SELECT TO radiant_ingest '
      'USING (tenant_id = current_setting(''app.current_tenant_id'', true))', name);
    EXECUTE format('CREATE POLICY keeper ON ingest.%I TO radiant_owner USING (true)', name);
    EXECUTE format('GRANT SELECT ON ingest.%I TO radiant_ingest', name);
  END LOOP;
END
$$;

-- What was written stays, for the owner, too; a head only moves forward.
CREATE FUNCTION ingest.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_heads' AND NEW.tenant_id = OLD.tenant_id
    AND NEW.sequence = OLD.sequence + 1 THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit log is only appended to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON ingest.audit_log
  FOR EACH ROW EXECUTE FUNCTION ingest.refuse_audit_change();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON ingest.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION ingest.refuse_audit_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON ingest.audit_heads
  FOR EACH ROW EXECUTE FUNCTION ingest.refuse_audit_change();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON ingest.audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION ingest.refuse_audit_change();

-- SHA-256 over the hash before and one canonical text of the entry.
CREATE FUNCTION ingest.audit_hash(previous bytea, entry ingest.audit_log) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(previous || convert_to(jsonb_build_array(entry.tenant_id, entry.sequence, entry.service, entry.actor,
  entry.action, entry.target, entry.reason, entry.detail,
  (extract(epoch FROM entry.happened_at) * 1000000)::bigint)::text, 'UTF8'));

-- Appends; entries of a tenant follow one another, each waiting for the transaction of the one before. Entries of the
-- time before this log come in with their own service and moment, by the owner of the schemas alone.
CREATE FUNCTION ingest_api_v1.import_audit(tenant text, by_service text, by_actor text, what text, whom text, why text,
  more jsonb, moment timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head ingest.audit_heads;
  entry ingest.audit_log;
BEGIN
  PERFORM pg_advisory_xact_lock(72009, hashtext(tenant));
  SELECT * INTO head FROM ingest.audit_heads h WHERE h.tenant_id = tenant;
  entry.tenant_id := tenant;
  entry.sequence := coalesce(head.sequence, 0) + 1;
  entry.service := by_service;
  entry.actor := by_actor;
  entry.action := what;
  entry.target := whom;
  entry.reason := why;
  entry.detail := more;
  entry.happened_at := coalesce(moment, clock_timestamp());
  entry.hash := ingest.audit_hash(coalesce(head.hash, ''), entry);
  INSERT INTO ingest.audit_log SELECT entry.*;
  INSERT INTO ingest.audit_heads AS h (tenant_id, sequence, hash) VALUES (tenant, entry.sequence, entry.hash)
  ON CONFLICT (tenant_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
  RETURN entry.sequence;
END
$$;
REVOKE ALL ON FUNCTION ingest_api_v1.import_audit, ingest.audit_hash, ingest.refuse_audit_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.audit_hash TO radiant_ingest;

-- Notes a change in the transaction that makes it; returns the entry's number. The service is the one that is connected;
-- the tenant is that of the transaction, or empty where the transaction acts on all tenants.
CREATE FUNCTION ingest_api_v1.append_audit(tenant text, actor text, action text, target text, reason text, detail jsonb)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF tenant IS NULL
    OR tenant = '' AND current_setting('role') NOT IN ('radiant_learner', 'radiant_experimenter')
    OR tenant <> '' AND tenant IS DISTINCT FROM current_setting('app.current_tenant_id', true) THEN
    RAISE EXCEPTION 'the entry is not of the tenant of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN ingest_api_v1.import_audit(tenant, regexp_replace(session_user, '^radiant_', ''), actor, action, target, reason,
    detail);
END
$$;
REVOKE ALL ON FUNCTION ingest_api_v1.append_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_api_v1.append_audit TO radiant_ingest, radiant_neural, radiant_learner,
  radiant_experiments, radiant_experimenter, radiant_voice;
RESET ROLE;

-- Users who ask to be forgotten: what was erased of them here at once, and what other services still have to do.

SET LOCAL ROLE radiant_owner;

-- What one user left behind is found without reading what everybody did.
CREATE INDEX IF NOT EXISTS execution_manifests_user_idx ON ingest.execution_manifests (tenant_id, user_id);
CREATE INDEX implicit_signals_user_idx ON ingest.implicit_signals (tenant_id, user_id);
CREATE INDEX retractions_user_idx ON ingest.retractions (tenant_id, user_id);

CREATE TABLE ingest.erasures (
  tenant_id text NOT NULL,
  erasure_id uuid NOT NULL,
  user_id text NOT NULL, -- empty once all is erased
  user_digest text NOT NULL, -- SHA-256 of tenant/user in hexadecimal
  asked_at timestamptz NOT NULL,
  done_at timestamptz,
  rows_erased bigint NOT NULL,
  queued_until bigint NOT NULL, -- the last row of the learner's queue at that moment
  parts_done text[] NOT NULL DEFAULT '{}',
  CONSTRAINT erasures_pkey PRIMARY KEY (tenant_id, erasure_id)
);
CREATE INDEX erasures_asked_idx ON ingest.erasures (tenant_id, asked_at DESC, erasure_id DESC);
CREATE INDEX erasures_open_idx ON ingest.erasures (asked_at) WHERE done_at IS NULL;

-- Recordings whose rows are gone, until their objects are.
CREATE TABLE ingest.erased_recordings (
  tenant_id text NOT NULL,
  erasure_id uuid NOT NULL,
  audio_key text NOT NULL,
  CONSTRAINT erased_recordings_pkey PRIMARY KEY (tenant_id, erasure_id, audio_key)
);

-- Outputs that were made for the user, until everybody has forgotten them.
CREATE TABLE ingest.erased_outputs (
  tenant_id text NOT NULL,
  erasure_id uuid NOT NULL,
  output_id text NOT NULL,
  created_at timestamptz NOT NULL,
  models text[] NOT NULL,
  model_versions text[] NOT NULL,
  CONSTRAINT erased_outputs_pkey PRIMARY KEY (tenant_id, erasure_id, output_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['erasures', 'erased_recordings', 'erased_outputs'] LOOP
    EXECUTE format('ALTER TABLE ingest.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE ingest.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON ingest.%I TO radiant_ingest '
      'USING (tenant_id = current_setting(''app.current_tenant_id'', true))', name);
    EXECUTE format('CREATE POLICY keeper ON ingest.%I TO radiant_owner USING (true)', name);
  END LOOP;
END
$$;
GRANT SELECT ON ingest.erasures TO radiant_ingest;
GRANT SELECT, DELETE ON ingest.erased_recordings TO radiant_ingest;

-- Held by a transaction that writes facts of users, until it ends: an erasure of one of them comes wholly before or
-- after it. An empty name stands for more users than are worth a lock each.
CREATE FUNCTION ingest.hold_users(tenant text, users text[]) RETURNS bigint
LANGUAGE sql VOLATILE
RETURN (SELECT count(pg_advisory_xact_lock_shared(72008, hashtext(tenant || '/' || u.who))) FROM unnest(users) AS u (who));

-- Erases a user from every table of this schema, the outputs that were made for the user with what anybody said of them,
-- and queues what was learned from it to be taken back. Tables are found by their columns: one with tenant_id and user_id
-- loses the user's rows, one with tenant_id and output_id those of erased outputs. Returns how many rows went.
CREATE FUNCTION ingest.forget_user(tenant text, gone text, erasure uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  place record;
  step bigint;
  erased bigint := 0;
BEGIN
  IF gone = '' OR tenant = '' OR tenant IS DISTINCT FROM current_setting('app.current_tenant_id', true) THEN
    RAISE EXCEPTION 'not a user of the tenant of this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(72008, hashtext(tenant || '/' || gone)), pg_advisory_xact_lock(72008, hashtext(tenant || '/'));
  INSERT INTO ingest.erased_outputs (tenant_id, erasure_id, output_id, created_at, models, model_versions)
  SELECT m.tenant_id, erasure, m.output_id, m.created_at, m.models_used, m.model_versions
  FROM ingest.execution_manifests m WHERE m.tenant_id = tenant AND m.user_id = gone
  ON CONFLICT DO NOTHING;
  WITH units AS (
    SELECT f.output_id, f.user_id FROM ingest.explicit_feedback f WHERE f.tenant_id = tenant AND f.user_id = gone
    UNION SELECT f.output_id, f.user_id FROM ingest.implicit_signals f WHERE f.tenant_id = tenant AND f.user_id = gone
    UNION SELECT f.output_id, f.user_id FROM ingest.voice_feedback f WHERE f.tenant_id = tenant AND f.user_id = gone
    UNION SELECT f.output_id, f.user_id FROM ingest.erased_outputs o JOIN ingest.explicit_feedback f USING (tenant_id, output_id)
    WHERE o.tenant_id = tenant AND o.erasure_id = erasure
    UNION SELECT f.output_id, f.user_id FROM ingest.erased_outputs o JOIN ingest.implicit_signals f USING (tenant_id, output_id)
    WHERE o.tenant_id = tenant AND o.erasure_id = erasure
    UNION SELECT f.output_id, f.user_id FROM ingest.erased_outputs o JOIN ingest.voice_feedback f USING (tenant_id, output_id)
    WHERE o.tenant_id = tenant AND o.erasure_id = erasure
  )
  INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
  SELECT ingest.shard_of(tenant, u.user_id), tenant, u.output_id, u.user_id FROM units u;
  INSERT INTO ingest.erased_recordings (tenant_id, erasure_id, audio_key)
  SELECT tenant, erasure, v.audio_key FROM ingest.voice_feedback v
  WHERE v.tenant_id = tenant AND v.user_id = gone AND v.audio_key <> ''
  UNION
  SELECT tenant, erasure, v.audio_key FROM ingest.erased_outputs o JOIN ingest.voice_feedback v USING (tenant_id, output_id)
  WHERE o.tenant_id = tenant AND o.erasure_id = erasure AND v.audio_key <> '';
  FOR place IN
    SELECT c.relname AS name, array_agg(a.attname::text) AS has FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname IN ('tenant_id', 'output_id', 'user_id') AND NOT a.attisdropped
      AND c.relname NOT IN ('learn_queue', 'erasures', 'erased_outputs')
    GROUP BY c.relname ORDER BY c.relname
  LOOP
    IF place.has @> ARRAY['tenant_id', 'user_id'] THEN
      EXECUTE format('DELETE FROM ingest.%I WHERE tenant_id = $1 AND user_id = $2', place.name) USING tenant, gone;
      GET DIAGNOSTICS step = ROW_COUNT;
      erased := erased + step;
    END IF;
    IF place.has @> ARRAY['tenant_id', 'output_id'] THEN
      EXECUTE format('DELETE FROM ingest.%I t USING ingest.erased_outputs o WHERE o.tenant_id = $1 AND o.erasure_id = $2 '
        'AND t.tenant_id = $1 AND t.output_id = o.output_id', place.name) USING tenant, erasure;
      GET DIAGNOSTICS step = ROW_COUNT;
      erased := erased + step;
    END IF;
  END LOOP;
  INSERT INTO ingest.erasures (tenant_id, erasure_id, user_id, user_digest, asked_at, rows_erased, queued_until)
  VALUES (tenant, erasure, gone, encode(sha256(convert_to(tenant || '/' || gone, 'UTF8')), 'hex'), clock_timestamp(), erased,
    coalesce(pg_sequence_last_value('ingest.learn_queue_seq_seq'), 0));
  RETURN erased;
END
$$;

-- Which service does which part.
CREATE FUNCTION ingest.may_erase(part text) RETURNS boolean
LANGUAGE sql STABLE
RETURN (session_user::text, part) IN (('radiant_ingest', 'recordings'), ('radiant_neural', 'learning'),
  ('radiant_neural', 'decisions'), ('radiant_experiments', 'experiments'));

-- Erasures that wait for a part, of all tenants, oldest first.
CREATE FUNCTION ingest_api_v1.erasures_pending(part text)
RETURNS TABLE (tenant_id text, erasure_id uuid, user_id text, asked_at timestamptz, queued_until bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT e.tenant_id, e.erasure_id, e.user_id, e.asked_at, e.queued_until FROM ingest.erasures e
  WHERE e.done_at IS NULL AND NOT part = ANY (e.parts_done) AND ingest.may_erase(part) ORDER BY e.asked_at LIMIT 100;
END;

-- Outputs that an erasure takes away.
CREATE FUNCTION ingest_api_v1.erased_outputs(tenant text, erasure uuid)
RETURNS TABLE (output_id text, created_at timestamptz, models text[], model_versions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT o.output_id, o.created_at, o.models, o.model_versions FROM ingest.erased_outputs o
  WHERE o.tenant_id = tenant AND o.erasure_id = erasure;
END;

-- Who was erased within a day and when, as digests, for those who write behind time.
CREATE FUNCTION ingest_api_v1.erased_lately(tenant text) RETURNS TABLE (user_digest text, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT e.user_digest, e.asked_at FROM ingest.erasures e
  WHERE e.tenant_id = tenant AND tenant = current_setting('app.current_tenant_id', true)
    AND e.asked_at > now() - interval '1 day';
END;

-- A part is done; safe to repeat. After the last the user's name goes, and only the digest stays.
CREATE FUNCTION ingest_api_v1.erasure_done(tenant text, erasure uuid, part text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT ingest.may_erase(part) THEN
    RAISE EXCEPTION 'not a part of this service' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE ingest.erasures e SET parts_done = e.parts_done || part
  WHERE e.tenant_id = tenant AND e.erasure_id = erasure AND NOT part = ANY (e.parts_done);
  UPDATE ingest.erasures e SET user_id = '', done_at = clock_timestamp()
  WHERE e.tenant_id = tenant AND e.erasure_id = erasure AND e.done_at IS NULL
    AND e.parts_done @> ARRAY['recordings', 'learning', 'decisions', 'experiments'];
  IF FOUND THEN
    DELETE FROM ingest.erased_outputs o WHERE o.tenant_id = tenant AND o.erasure_id = erasure;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION ingest.hold_users, ingest.forget_user, ingest.may_erase, ingest_api_v1.erasures_pending,
  ingest_api_v1.erased_outputs, ingest_api_v1.erased_lately, ingest_api_v1.erasure_done FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.hold_users, ingest.forget_user TO radiant_ingest;
GRANT EXECUTE ON FUNCTION ingest_api_v1.erasures_pending, ingest_api_v1.erasure_done
  TO radiant_ingest, radiant_learner, radiant_experimenter;
GRANT EXECUTE ON FUNCTION ingest_api_v1.erased_outputs TO radiant_learner, radiant_experimenter;
GRANT EXECUTE ON FUNCTION ingest_api_v1.erased_lately TO radiant_neural;
RESET ROLE;

-- Everything that is stored of a user here, one record a row: every table that names users, but for work under way.

SET LOCAL ROLE radiant_owner;

DO $$
DECLARE
  parts text;
BEGIN
  SELECT string_agg(format('SELECT %L AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record FROM ingest.%I t', c.relname,
    c.relname), ' UNION ALL ' ORDER BY c.relname) INTO parts
  FROM pg_class c
  WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('learn_queue', 'erasures')
    AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'user_id')) = 2;
  EXECUTE 'CREATE VIEW ingest_api_v1.user_records AS ' || parts;
END
$$;
GRANT SELECT ON ingest_api_v1.user_records TO radiant_ingest;
RESET ROLE;

-- Facts that are too old: they go batch by batch, and with them what was learned from them, so that live scores stay those
-- of a rebuild. Work across tenants happens in a role of its own, taken per transaction.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'radiant_archivist') THEN
    CREATE ROLE radiant_archivist NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same cluster was faster
END
$$;
GRANT radiant_archivist TO radiant_ingest;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA ingest TO radiant_archivist;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['outputs', 'execution_manifests', 'explicit_feedback', 'implicit_signals', 'voice_feedback',
                              'retractions'] LOOP
    EXECUTE format('CREATE POLICY retention ON ingest.%I TO radiant_archivist USING (true)', name);
    EXECUTE format('GRANT SELECT, DELETE ON ingest.%I TO radiant_archivist', name);
  END LOOP;
END
$$;
CREATE POLICY retention ON ingest.learn_queue FOR INSERT TO radiant_archivist WITH CHECK (true);
GRANT INSERT ON ingest.learn_queue TO radiant_archivist;

-- Drops months that ended before a moment and take no room any more; returns how many. Whether a month is empty is told by
-- its size, for the owner sees no rows.
CREATE FUNCTION ingest.drop_empty_months(parent text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  child text;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ingest.ensure_partitions', 0));
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('ingest.' || parent) AND c.relname ~ '_y\d{4}m\d{2}$' AND pg_relation_size(c.oid) = 0
      AND (to_timestamp(substring(c.relname FROM '_y(\d{4}m\d{2})$'), 'YYYY"m"MM')::timestamp AT TIME ZONE 'UTC')
        + interval '1 month' <= before
  LOOP
    EXECUTE format('LOCK TABLE ingest.%I IN ACCESS EXCLUSIVE MODE', child);
    IF pg_relation_size(to_regclass('ingest.' || child)) = 0 THEN
      EXECUTE format('DROP TABLE ingest.%I', child);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
  RETURN 0; -- next time
END
$$;
REVOKE ALL ON FUNCTION ingest.drop_empty_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.drop_empty_months TO radiant_ingest;
RESET ROLE;

-- Old answers go by a function of the owner: it alone sees them across tenants, the service's own role no longer does.
SET LOCAL ROLE radiant_owner;
DROP POLICY purge ON ingest.requests;
DROP POLICY purge_sight ON ingest.requests;
CREATE POLICY purge ON ingest.requests FOR DELETE TO radiant_owner USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON ingest.requests FOR SELECT TO radiant_owner
  USING (created_at < now() - interval '24 hours');

-- Deletes at most `most` answers older than a day, all of them for NULL; returns how many.
CREATE FUNCTION ingest.purge_answers(most bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH old AS (
    SELECT tenant_id, request_id FROM ingest.requests WHERE created_at < now() - interval '24 hours' LIMIT most
  ), gone AS (
    DELETE FROM ingest.requests r USING old
    WHERE r.tenant_id = old.tenant_id AND r.request_id = old.request_id AND r.created_at < now() - interval '24 hours'
    RETURNING 1
  )
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION ingest.purge_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.purge_answers TO radiant_ingest;
RESET ROLE;
