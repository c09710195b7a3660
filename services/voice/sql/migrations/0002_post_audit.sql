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
