-- Old answers go by a function of the owner: it alone sees them across tenants, the service's own role no longer does.
SET LOCAL ROLE radiant_owner;
DROP POLICY purge ON experiments.requests;
DROP POLICY purge_sight ON experiments.requests;
CREATE POLICY purge ON experiments.requests FOR DELETE TO radiant_owner USING (created_at < now() - interval '24 hours');
CREATE POLICY purge_sight ON experiments.requests FOR SELECT TO radiant_owner
  USING (created_at < now() - interval '24 hours');

-- Deletes at most `most` answers older than a day, all of them for NULL; returns how many.
CREATE FUNCTION experiments.purge_answers(most bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH old AS (
    SELECT tenant_id, request_id FROM experiments.requests WHERE created_at < now() - interval '24 hours' LIMIT most
  ), gone AS (
    DELETE FROM experiments.requests r USING old
    WHERE r.tenant_id = old.tenant_id AND r.request_id = old.request_id AND r.created_at < now() - interval '24 hours'
    RETURNING 1
  )
  SELECT count(*) FROM gone;
END;
REVOKE ALL ON FUNCTION experiments.purge_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION experiments.purge_answers TO radiant_experiments;
RESET ROLE;
