-- query: forget_user
-- Deletes all data of a user in this schema and returns the number of deleted rows.
SELECT ingest.forget_user($1, $2, $3);

-- query: lock_user
-- Waits for concurrent writes of a user, and for those that name no user, and excludes further ones.
SELECT pg_advisory_xact_lock(72008, hashtext($1 || '/' || $2)), pg_advisory_xact_lock(72008, hashtext($1 || '/'));

-- query: forget_scores
-- Deletes the evaluation scores of a user's outputs under all their names and returns how many. forget_user deletes the
-- aliases.
WITH deleted AS (
  DELETE FROM ingest.evaluation_scores s
  USING ingest.execution_manifests m CROSS JOIN LATERAL ingest.scores_of_output(m.tenant_id, m.output_id) k
  WHERE m.tenant_id = $1 AND m.user_id = $2 AND hashtext(m.tenant_id || '/' || m.user_id) = hashtext($1 || '/' || $2)
    AND s.tenant_id = $1 AND s.output_id = k.sent_name AND s.score_id = k.sent_id
  RETURNING 1
)
SELECT count(*) FROM deleted;

-- query: list_erasures
-- A page of erasures before a key, newest first.
SELECT erasure_id::text AS erasure_id, user_id, user_digest, asked_at, done_at, rows_erased, parts_done
FROM ingest.erasures
WHERE tenant_id = $1 AND (asked_at, erasure_id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid)
ORDER BY asked_at DESC, erasure_id DESC LIMIT $4;

-- query: queued_recordings
-- Keys of audio objects whose rows an erasure deleted.
SELECT audio_key FROM ingest.erased_recordings WHERE tenant_id = $1 AND erasure_id = $2 ORDER BY audio_key LIMIT $3;

-- query: dequeue_recordings
-- Deletes queue rows whose audio objects were deleted.
DELETE FROM ingest.erased_recordings WHERE tenant_id = $1 AND erasure_id = $2 AND audio_key = ANY($3::text[]);

-- query: ingest_spellings
-- User ids that are not their user key and have rows in this schema.
SELECT user_id FROM ingest_api_v1.user_spellings WHERE tenant_id = $1 AND user_key = $2;

-- query: neural_spellings
-- The same in the schema of the neural service.
SELECT user_id FROM neural_api_v1.user_spellings WHERE tenant_id = $1 AND user_key = $2;

-- query: experiment_spellings
-- The same in the schema of the experiments service.
SELECT user_id FROM experiments_api_v1.user_spellings WHERE tenant_id = $1 AND user_key = $2;

-- query: published_views
-- Whether the other services publish views of their records of users.
SELECT to_regclass('neural_api_v1.user_spellings') IS NOT NULL AS has_neural,
  to_regclass('experiments_api_v1.user_spellings') IS NOT NULL AS has_experiments;

-- query: ingest_records
-- Records of a user in this schema. An outcome, or a score without a user, belongs to the user of its output.
SELECT kind, record::text AS record FROM ingest_api_v1.user_records
WHERE tenant_id = $1 AND user_id = $2 AND user_key = hashtext($1 || '/' || $2)
UNION ALL
SELECT 'outcomes', to_jsonb(r)::text FROM ingest.execution_manifests m JOIN ingest.outcomes r USING (tenant_id, output_id)
WHERE m.tenant_id = $1 AND m.user_id = $2
UNION ALL
SELECT 'evaluation_scores', to_jsonb(s)::text FROM ingest.execution_manifests m
CROSS JOIN LATERAL ingest.scores_of_output(m.tenant_id, m.output_id) k
JOIN ingest.evaluation_scores s ON s.tenant_id = m.tenant_id AND s.output_id = k.sent_name AND s.score_id = k.sent_id
WHERE m.tenant_id = $1 AND m.user_id = $2 AND s.user_id = '';

-- query: neural_records
-- Records of a user in the schema of the neural service.
SELECT kind, record::text AS record FROM neural_api_v1.user_records WHERE tenant_id = $1 AND user_id = $2;

-- query: experiment_records
-- Records of a user in the schema of the experiments service.
SELECT kind, record::text AS record FROM experiments_api_v1.user_records WHERE tenant_id = $1 AND user_id = $2;
