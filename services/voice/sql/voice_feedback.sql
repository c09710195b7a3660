-- query: become_listener
-- The role that sees where work waits for all tenants, for this transaction alone.
SET LOCAL ROLE radiant_listener;

-- query: stored_answer
-- The answer that a request got before.
SELECT method, fingerprint, answer FROM voice.requests WHERE tenant_id = $1 AND request_id = $2;

-- query: store_answer
-- Kept in the transaction of the change; nothing is returned when another process was faster.
INSERT INTO voice.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;

-- query: purge_answers
-- Answers older than a day go.
SELECT voice.purge_answers(NULL);

-- query: find_feedback
-- One recording and what was heard in it.
SELECT * FROM ingest_api_v1.voice_jobs WHERE tenant_id = $1 AND voice_id = $2;

-- query: list_feedback
-- A page, newest first, after a place; empty filters let everything pass.
SELECT * FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND ($2 = '' OR status = $2) AND ($3 = '' OR output_id = $3) AND ($4 = '' OR user_id = $4)
  AND (created_at, voice_id) < (timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6::uuid)
ORDER BY created_at DESC, voice_id DESC LIMIT $7;

-- query: known_feedback
-- Which of these exist.
SELECT voice_id::text AS voice_id FROM ingest_api_v1.voice_jobs WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]);

-- query: retry_feedback
-- Failed ones wait again as if they had never been tried.
UPDATE ingest_api_v1.voice_jobs SET status = 'pending', attempts = 0, next_attempt_at = now(), error = NULL,
  error_code = NULL, lease_id = NULL, lease_until = NULL, completed_at = NULL, updated_at = now()
WHERE tenant_id = $1 AND voice_id = ANY ($2::uuid[]) AND status = 'failed' AND audio_key <> ''
RETURNING voice_id::text AS voice_id, created_at;

-- query: tenant_depths
-- What waits, whole, and what is done, of the last 30 days.
SELECT status, count(*) AS count, min(created_at) AS oldest FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND status IN ('pending', 'processing') GROUP BY status
UNION ALL
SELECT status, count(*), min(created_at) FROM ingest_api_v1.voice_jobs
WHERE tenant_id = $1 AND status NOT IN ('pending', 'processing') AND created_at > now() - interval '30 days'
GROUP BY status;

-- query: all_depths
-- What waits for all tenants.
SELECT status, count(*) AS count, min(created_at) AS oldest FROM ingest_api_v1.voice_waiting GROUP BY status;
