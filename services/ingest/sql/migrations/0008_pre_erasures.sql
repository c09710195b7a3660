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
