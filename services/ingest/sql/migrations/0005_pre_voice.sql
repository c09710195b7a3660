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
