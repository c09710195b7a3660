-- Spans of traces: values that outputs inherit from spans of later requests, and outputs that wait for them.

SET LOCAL ROLE radiant_owner;

CREATE TABLE ingest.trace_spans (
  tenant_id text NOT NULL,
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  parent_span_id bytea NOT NULL, -- empty for the root
  context jsonb NOT NULL, -- fields of manifests that descendants inherit
  is_output boolean NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT trace_spans_pkey PRIMARY KEY (tenant_id, trace_id, span_id)
);
CREATE INDEX trace_spans_received ON ingest.trace_spans (received_at);

CREATE TABLE ingest.waiting_manifests (
  tenant_id text NOT NULL,
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  manifest bytea NOT NULL, -- serialized radiant.ingest.v1.ExecutionManifest
  release_at timestamptz NOT NULL,
  CONSTRAINT waiting_manifests_pkey PRIMARY KEY (tenant_id, trace_id, span_id)
);
CREATE INDEX waiting_manifests_release ON ingest.waiting_manifests (release_at);

ALTER TABLE ingest.trace_spans ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.trace_spans FORCE ROW LEVEL SECURITY;
ALTER TABLE ingest.waiting_manifests ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.waiting_manifests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.trace_spans TO radiant_ingest
  USING (tenant_id = current_setting('app.current_tenant_id', true));
CREATE POLICY tenant_isolation ON ingest.waiting_manifests TO radiant_ingest
  USING (tenant_id = current_setting('app.current_tenant_id', true));
CREATE POLICY keeper ON ingest.trace_spans TO radiant_owner USING (true);
CREATE POLICY keeper ON ingest.waiting_manifests TO radiant_owner USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.trace_spans, ingest.waiting_manifests TO radiant_ingest;

-- Tenants with manifests whose waiting time is over, so that a background task can record them.
CREATE FUNCTION ingest.tenants_with_due_manifests() RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT w.tenant_id FROM ingest.waiting_manifests w WHERE w.release_at <= clock_timestamp();
END;

-- Deletes spans that were received more than an hour ago, at most `most`, and returns how many.
CREATE FUNCTION ingest.purge_trace_spans(most bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH old AS (
    SELECT s.tenant_id, s.trace_id, s.span_id FROM ingest.trace_spans s
    WHERE s.received_at < now() - interval '1 hour' LIMIT most
  ), gone AS (
    DELETE FROM ingest.trace_spans s USING old
    WHERE s.tenant_id = old.tenant_id AND s.trace_id = old.trace_id AND s.span_id = old.span_id
    RETURNING 1
  )
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION ingest.tenants_with_due_manifests, ingest.purge_trace_spans FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.tenants_with_due_manifests, ingest.purge_trace_spans TO radiant_ingest;
RESET ROLE;
