-- Who changed what stands in the log of all services; what was noted here before moves there. Testers, who are users, are
-- not named in it.

SET LOCAL ROLE radiant_owner;
ALTER TABLE experiments.audit NO FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  entry experiments.audit;
BEGIN
  FOR entry IN SELECT * FROM experiments.audit ORDER BY tenant_id, seq LOOP
    PERFORM ingest_api_v1.import_audit(entry.tenant_id, 'experiments', entry.actor,
      CASE WHEN entry.action LIKE 'rollout %' THEN replace(entry.action, ' ', '.')
        ELSE 'experiment.' || split_part(entry.action, ' ', 1) END,
      entry.experiment_id::text, entry.reason,
      jsonb_strip_nulls(jsonb_build_object('definition', entry.definition - 'forced')), entry.happened_at);
  END LOOP;
END
$$;
DROP TABLE experiments.audit;
RESET ROLE;
