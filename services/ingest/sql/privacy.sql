-- query: begin_writes
-- Whose rows the transaction may touch, and an end to erasures of the users it writes of until it ends.
SELECT set_config('app.current_tenant_id', $1, true), ingest.hold_users($1, $2::text[]);

-- query: stored_answer
-- The answer that a request got before.
SELECT method, fingerprint, answer FROM ingest.requests WHERE tenant_id = $1 AND request_id = $2;

-- query: store_answer
-- Kept in the transaction of the change; nothing is returned when another process was faster.
INSERT INTO ingest.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;

-- query: forget_user
-- Everything here that is a user's goes.
SELECT ingest.forget_user($1, $2, $3);

-- query: list_erasures
-- A page, newest first, after a place.
SELECT erasure_id::text AS erasure_id, user_id, user_digest, asked_at, done_at, rows_erased, parts_done
FROM ingest.erasures
WHERE tenant_id = $1 AND (asked_at, erasure_id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid)
ORDER BY asked_at DESC, erasure_id DESC LIMIT $4;

-- query: recordings_to_erase
-- Objects whose rows are gone.
SELECT audio_key FROM ingest.erased_recordings WHERE tenant_id = $1 AND erasure_id = $2 ORDER BY audio_key LIMIT $3;

-- query: recordings_erased
-- They are gone, too.
DELETE FROM ingest.erased_recordings WHERE tenant_id = $1 AND erasure_id = $2 AND audio_key = ANY($3::text[]);

-- query: published_records
-- Which services publish what they hold of users.
SELECT to_regclass('neural_api_v1.user_records') IS NOT NULL AS learned,
  to_regclass('experiments_api_v1.user_records') IS NOT NULL AS tried;

-- query: own_records
-- What intake holds of a user.
SELECT kind, record::text AS record FROM ingest_api_v1.user_records
WHERE tenant_id = $1 AND user_id = $2 AND user_key = hashtext($1 || '/' || $2);

-- query: learned_records
-- What learning holds of a user.
SELECT kind, record::text AS record FROM neural_api_v1.user_records WHERE tenant_id = $1 AND user_id = $2;

-- query: tried_records
-- What experiments hold of a user.
SELECT kind, record::text AS record FROM experiments_api_v1.user_records WHERE tenant_id = $1 AND user_id = $2;
