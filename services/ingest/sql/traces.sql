-- query: upsert_spans
-- Stores spans of traces: $2 to $6 are arrays. Values that a later request states are added to those of an earlier one.
INSERT INTO ingest.trace_spans AS s (tenant_id, trace_id, span_id, parent_span_id, context, is_output)
SELECT $1, trace_id, span_id, parent_span_id, context::jsonb, is_output
FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::boolean[])
  AS given (trace_id, span_id, parent_span_id, context, is_output)
ON CONFLICT (tenant_id, trace_id, span_id)
DO UPDATE SET context = s.context || excluded.context, is_output = s.is_output OR excluded.is_output;

-- query: insert_waiting
-- Stores manifests that wait for $6 seconds. A manifest does not wait if the root of its trace is known or if the tenant has
-- $7 waiting manifests. A manifest that waits already keeps its time.
INSERT INTO ingest.waiting_manifests (tenant_id, trace_id, span_id, manifest, release_at)
SELECT $1, trace_id, span_id, manifest, clock_timestamp() + CASE
    WHEN NOT waits OR full_queue.is_full OR EXISTS (
      SELECT FROM ingest.trace_spans r
      WHERE r.tenant_id = $1 AND r.trace_id = given.trace_id AND r.parent_span_id = '')
    THEN interval '0' ELSE make_interval(secs => $6) END
FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::boolean[]) AS given (trace_id, span_id, manifest, waits),
  (SELECT count(*) >= $7 AS is_full FROM (
    SELECT FROM ingest.waiting_manifests WHERE tenant_id = $1 LIMIT $7) AS waiting) AS full_queue
ON CONFLICT (tenant_id, trace_id, span_id) DO NOTHING;

-- query: release_traces
-- Ends the waiting time of the manifests of traces whose root has arrived.
UPDATE ingest.waiting_manifests SET release_at = clock_timestamp()
WHERE tenant_id = $1 AND trace_id = ANY ($2::bytea[]) AND release_at > clock_timestamp();

-- query: tenants_with_due_manifests
-- Tenants with manifests to record.
SELECT tenant_id FROM ingest.tenants_with_due_manifests();

-- query: due_manifests
-- Manifests of a tenant whose waiting time is over, with up to 500 spans of their trace that state a value, and whether
-- a child of the span is an output.
SELECT w.trace_id, w.span_id, w.manifest,
  EXISTS (
    SELECT FROM ingest.trace_spans c
    WHERE c.tenant_id = $1 AND c.trace_id = w.trace_id AND c.parent_span_id = w.span_id AND c.is_output
  ) AS contains_output,
  (
    SELECT jsonb_agg(jsonb_build_array(encode(s.span_id, 'hex'), encode(s.parent_span_id, 'hex'), s.context))
    FROM (
      SELECT * FROM ingest.trace_spans t WHERE t.tenant_id = $1 AND t.trace_id = w.trace_id LIMIT 500
    ) AS s
  ) AS spans
FROM ingest.waiting_manifests w
WHERE w.tenant_id = $1 AND w.release_at <= clock_timestamp()
ORDER BY w.release_at LIMIT $2;

-- query: delete_waiting
-- Deletes manifests that were recorded.
DELETE FROM ingest.waiting_manifests w USING unnest($2::bytea[], $3::bytea[]) AS done (trace_id, span_id)
WHERE w.tenant_id = $1 AND w.trace_id = done.trace_id AND w.span_id = done.span_id;

-- query: purge_spans
-- Deletes spans that no output can inherit from any more, at most $1, and returns how many.
SELECT ingest.purge_trace_spans($1);

-- query: forget_user_in_spans
-- Deletes the values of spans that name a user.
DELETE FROM ingest.trace_spans WHERE tenant_id = $1 AND context ->> 'user_id' = $2;
