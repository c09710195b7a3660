-- query: due
-- Jobs of all tenants that have been due for at least the given time, oldest first.
SELECT tenant_id, voice_id::text AS voice_id, created_at FROM ingest_api_v1.voice_waiting
WHERE (status = 'pending' AND next_attempt_at <= now() - $1::interval)
  OR (status = 'processing' AND lease_until <= now())
ORDER BY next_attempt_at LIMIT $2;

-- query: claim
-- Gives a due job to one worker; others get no row. Marks an attempt whose lease has ended as interrupted.
UPDATE ingest_api_v1.voice_jobs SET status = 'processing', attempts = attempts + 1, lease_id = $3,
  lease_until = now() + $4::interval, updated_at = now(),
  error_code = CASE status WHEN 'processing' THEN 'cut_short' ELSE error_code END,
  error = CASE status WHEN 'processing' THEN 'The last attempt to transcribe the recording was interrupted.'
    ELSE error END
WHERE tenant_id = $1 AND voice_id = $2
  AND ((status = 'pending' AND next_attempt_at <= now()) OR (status = 'processing' AND lease_until <= now()))
RETURNING output_id, user_id, created_at, audio_key, attempts,
  coalesce(error_code = 'cut_short', false) AS was_interrupted;

-- query: renew
-- Extends the lease.
UPDATE ingest_api_v1.voice_jobs SET lease_until = now() + $4::interval
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: complete
-- Stores the result of the worker that holds the lease: status 'completed', or 'no_speech' with NULL for the rest.
UPDATE ingest_api_v1.voice_jobs SET status = $4, model = $5, audio_seconds = $6, transcription = $7,
  original_language = $8, language_probability = $9, english_translation = $10, confidence = $11, doubt = $12,
  sentiment = $13, inferred_rating = $14, inferred_categories = $15::text[], error = NULL, error_code = NULL,
  lease_id = NULL, lease_until = NULL, completed_at = now(), updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing'
RETURNING output_id, user_id;

-- query: queue_for_learning
-- Runs in the transaction of the result, so that no result is left without learning.
SELECT ingest_api_v1.enqueue_units(ARRAY[$1], ARRAY[$2], ARRAY[$3]);

-- query: fail
-- Ends the job with an error; only RetryVoiceFeedback starts it again.
UPDATE ingest_api_v1.voice_jobs SET status = 'failed', error_code = $4, error = $5, lease_id = NULL, lease_until = NULL,
  completed_at = now(), updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: postpone
-- Makes the job due again after a wait, with the error of this attempt.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', error_code = $4, error = $5,
  next_attempt_at = now() + $6::interval, lease_id = NULL, lease_until = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: release
-- Makes the job due again after a wait. The attempt does not count, since it ended for a reason outside of the job.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', attempts = greatest(attempts - 1, 0),
  next_attempt_at = now() + $4::interval, lease_id = NULL, lease_until = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: old_recordings
-- A page of the recordings of all tenants that are older than the retention, oldest first, after a key.
SELECT tenant_id, voice_id::text AS voice_id, created_at FROM ingest_api_v1.voice_recordings
WHERE created_at < now() - $1::interval AND (created_at, voice_id) > ($2::timestamptz, $3::uuid)
ORDER BY created_at, voice_id LIMIT $4;

-- query: deletable_recordings
-- Of these, the recordings that no worker needs. A waiting recording may be old at its arrival (the client was
-- offline), so it is kept until it has also waited for the retention.
SELECT voice_id::text AS voice_id, audio_key FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND audio_key <> '' AND created_at < now() - $3::interval
  AND (status NOT IN ('pending', 'processing') OR updated_at < now() - $3::interval);

-- query: clear_audio_keys
-- Removes the keys of deleted recordings. The transcripts stay.
UPDATE ingest_api_v1.voice_jobs SET audio_key = '', updated_at = now()
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND created_at < now() - $3::interval;
