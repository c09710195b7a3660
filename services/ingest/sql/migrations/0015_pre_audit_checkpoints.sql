-- Ends of all audit logs, so that a background task can sign those that changed. The task acts for no tenant.
SET LOCAL ROLE radiant_owner;
CREATE FUNCTION ingest.audit_log_ends() RETURNS TABLE (tenant_id text, sequence bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT h.tenant_id, h.sequence, h.hash FROM ingest.audit_heads h;
END;
REVOKE ALL ON FUNCTION ingest.audit_log_ends FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.audit_log_ends TO radiant_ingest;
RESET ROLE;
