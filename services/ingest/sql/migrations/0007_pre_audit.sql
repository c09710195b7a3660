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
