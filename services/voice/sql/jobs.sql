-- query: due
-- What may be tried now and has been due for a moment, oldest first; for all tenants.
SELECT tenant_id, voice_id::text AS voice_id, created_at FROM ingest_api_v1.voice_waiting
WHERE (status = 'pending' AND next_attempt_at <= now() - $1::interval)
  OR (status = 'processing' AND lease_until <= now())
ORDER BY next_attempt_at LIMIT $2;

-- query: claim
-- One worker gets a job that is due; whoever else was told of it gets nothing. An attempt that never ended is noted.
UPDATE ingest_api_v1.voice_jobs SET status = 'processing', attempts = attempts + 1, lease_id = $3,
  lease_until = now() + $4::interval, updated_at = now(),
  error_code = CASE status WHEN 'processing' THEN 'cut_short' ELSE error_code END,
  error = CASE status WHEN 'processing' THEN 'An attempt to hear the recording was cut short.' ELSE error END
WHERE tenant_id = $1 AND voice_id = $2
  AND ((status = 'pending' AND next_attempt_at <= now()) OR (status = 'processing' AND lease_until <= now()))
RETURNING output_id, user_id, created_at, audio_key, attempts, coalesce(error_code = 'cut_short', false) AS cut_short;

-- query: renew
-- The worker is still at it.
UPDATE ingest_api_v1.voice_jobs SET lease_until = now() + $4::interval
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: complete
-- What was heard, by the worker that holds the lease and by no other.
UPDATE ingest_api_v1.voice_jobs SET status = 'completed', transcription = $4, original_language = $5,
  language_probability = $6, english_translation = $7, confidence = $8, doubt = $9, model = $10, audio_seconds = $11,
  sentiment = $12, inferred_rating = $13, inferred_categories = $14::text[], error = NULL, error_code = NULL,
  lease_id = NULL, lease_until = NULL, completed_at = now(), updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing'
RETURNING output_id, user_id;

-- query: complete_silent
-- Nobody spoke: no text, no language, no opinion.
UPDATE ingest_api_v1.voice_jobs SET status = 'no_speech', transcription = NULL, original_language = NULL,
  language_probability = NULL, english_translation = NULL, confidence = NULL, doubt = NULL, model = $4,
  audio_seconds = $5, sentiment = NULL, inferred_rating = NULL, inferred_categories = NULL, error = NULL,
  error_code = NULL, lease_id = NULL, lease_until = NULL, completed_at = now(), updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing'
RETURNING output_id, user_id;

-- query: learn
-- In the transaction of the result, so that the learner learns it.
SELECT ingest_api_v1.enqueue_units(ARRAY[$1], ARRAY[$2], ARRAY[$3]);

-- query: fail
-- It is not tried again unless somebody asks for it.
UPDATE ingest_api_v1.voice_jobs SET status = 'failed', error_code = $4, error = $5, lease_id = NULL, lease_until = NULL,
  completed_at = now(), updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: put_back
-- It is tried again after a while.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', error_code = $4, error = $5,
  next_attempt_at = now() + $6::interval, lease_id = NULL, lease_until = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: release
-- The worker leaves before it is done, which is not the job's fault: the attempt does not count.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', attempts = greatest(attempts - 1, 0),
  next_attempt_at = now() + $4::interval, lease_id = NULL, lease_until = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = $2 AND lease_id = $3 AND status = 'processing' RETURNING true;

-- query: old_recordings
-- Recordings older than the retention, oldest first, after a place; for all tenants.
SELECT tenant_id, voice_id::text AS voice_id, created_at FROM ingest_api_v1.voice_recordings
WHERE created_at < now() - $1::interval AND (created_at, voice_id) > ($2::timestamptz, $3::uuid)
ORDER BY created_at, voice_id LIMIT $4;

-- query: deletable_recordings
-- Of these, what need not be kept for a worker: what was spoken long ago may have arrived just now.
SELECT voice_id::text AS voice_id, audio_key FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND audio_key <> '' AND created_at < now() - $3::interval
  AND (status NOT IN ('pending', 'processing') OR updated_at < now() - $3::interval);

-- query: forget_recordings
-- The recordings are deleted; what was heard in them stays.
UPDATE ingest_api_v1.voice_jobs SET audio_key = '', updated_at = now()
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND created_at < now() - $3::interval;
