-- query: purge_answers
-- Deletes the stored answers of requests that are older than a day.
SELECT voice.purge_answers(NULL);

-- query: find_feedback
-- One voice comment with its transcript.
SELECT * FROM ingest_api_v1.voice_jobs WHERE tenant_id = $1 AND voice_id = $2;

-- query: list_feedback
-- A page, newest first, after a key. An empty filter matches all rows.
SELECT * FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND ($2 = '' OR status = $2) AND ($3 = '' OR output_id = $3) AND ($4 = '' OR user_id = $4)
  AND (created_at, voice_id) < (timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6::uuid)
ORDER BY created_at DESC, voice_id DESC LIMIT $7;

-- query: known_feedback
-- The identifiers that exist among the given ones.
SELECT voice_id::text AS voice_id FROM ingest_api_v1.voice_jobs WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]);

-- query: retry_feedback
-- Resets failed voice comments whose recordings still exist to their initial state.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', attempts = 0, next_attempt_at = now(), error = NULL,
  error_code = NULL, lease_id = NULL, lease_until = NULL, completed_at = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND status = 'failed' AND audio_key <> ''
RETURNING tenant_id, voice_id::text AS voice_id, created_at;

-- query: tenant_depths
-- Voice comments of a tenant by status: all that wait or are processed, and the finished ones of the last 30 days.
-- Two parts, so that the first one uses the index of waiting rows and the second one skips old partitions.
SELECT status, count(*) AS count, min(created_at) AS oldest FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND status IN ('pending', 'processing') GROUP BY status
UNION ALL
SELECT status, count(*), min(created_at) FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND status NOT IN ('pending', 'processing') AND created_at > now() - interval '30 days'
GROUP BY status;

-- query: all_depths
-- Voice comments of all tenants that wait or are processed, by status.
SELECT status, count(*) AS count, min(created_at) AS oldest FROM ingest_api_v1.voice_waiting GROUP BY status;

-- query: user_spellings
-- Ids of a user in rows that earlier versions stored under another spelling than the user key.
SELECT user_id FROM ingest_api_v1.user_spellings WHERE tenant_id = $1 AND user_key = $2;
