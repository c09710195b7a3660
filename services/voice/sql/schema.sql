-- The whole schema as the migrations leave it, for readers and reviews. A test holds both together.

-- What the voice service keeps of its own: answers for repeats and who changed what. Spoken feedback itself belongs to
-- intake, which lends it through views.

CREATE SCHEMA voice AUTHORIZATION radiant_owner;
SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA voice TO radiant_voice;

CREATE FUNCTION voice.may_touch(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN tenant = current_setting('app.current_tenant_id', true);

-- Answers of writes, so that a repeat of a request gets the first answer. Kept for 24 hours.
CREATE TABLE voice.requests (
  tenant_id text NOT NULL,
  request_id uuid NOT NULL,
  method text NOT NULL,
  fingerprint bytea NOT NULL,
  answer bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT voice_requests_pkey PRIMARY KEY (tenant_id, request_id)
);
CREATE INDEX requests_age_idx ON voice.requests (created_at);

-- Who changed what, when and why.
CREATE TABLE voice.audit (
  tenant_id text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  actor text NOT NULL,
  action text NOT NULL,
  voice_ids uuid[] NOT NULL,
  reason text NOT NULL DEFAULT '',
  happened_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audit_pkey PRIMARY KEY (tenant_id, seq)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['requests', 'audit'] LOOP
    EXECUTE format('ALTER TABLE voice.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE voice.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_isolation ON voice.%I USING (voice.may_touch(tenant_id))', name);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON voice.requests TO radiant_voice;
GRANT INSERT ON voice.audit TO radiant_voice;

-- Answers older than a day go; across tenants, hence by age alone.
CREATE POLICY purge ON voice.requests FOR DELETE TO radiant_voice USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON voice.requests FOR SELECT TO radiant_voice
  USING (created_at < now() - interval '24 hours');
GRANT DELETE ON voice.requests TO radiant_voice;
RESET ROLE;

-- Who changed what stands in the log of all services; what was noted here before moves there.

SET LOCAL ROLE radiant_owner;
ALTER TABLE voice.audit NO FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  entry voice.audit;
BEGIN
  FOR entry IN SELECT * FROM voice.audit ORDER BY tenant_id, seq LOOP
    PERFORM ingest_api_v1.import_audit(entry.tenant_id, 'voice', entry.actor,
      CASE entry.action WHEN 'RetryVoiceFeedback' THEN 'voice.retry' ELSE entry.action END, '', entry.reason,
      jsonb_build_object('voice_ids', entry.voice_ids), entry.happened_at);
  END LOOP;
END
$$;
DROP TABLE voice.audit;
RESET ROLE;

-- Old answers go by a function of the owner: it alone sees them across tenants, the service's own role no longer does.
SET LOCAL ROLE radiant_owner;
DROP POLICY purge ON voice.requests;
DROP POLICY purge_sight ON voice.requests;
CREATE POLICY purge ON voice.requests FOR DELETE TO radiant_owner USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON voice.requests FOR SELECT TO radiant_owner
  USING (created_at < now() - interval '24 hours');

-- Deletes at most `most` answers older than a day, all of them for NULL; returns how many.
CREATE FUNCTION voice.purge_answers(most bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH old AS (
    SELECT tenant_id, request_id FROM voice.requests WHERE created_at < now() - interval '24 hours' LIMIT most
  ), gone AS (
    DELETE FROM voice.requests r USING old
    WHERE r.tenant_id = old.tenant_id AND r.request_id = old.request_id AND r.created_at < now() - interval '24 hours'
    RETURNING 1
  )
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION voice.purge_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voice.purge_answers TO radiant_voice;
RESET ROLE;
