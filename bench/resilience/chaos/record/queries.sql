-- query: outputs
-- Outputs with their number of manifests.
SELECT o.tenant_id, o.output_id,
       (SELECT count(*) FROM ingest.execution_manifests m WHERE m.tenant_id = o.tenant_id AND m.output_id = o.output_id)
         AS manifests
FROM ingest.outputs o;

-- query: stray_manifests
-- Number of manifests without an output.
SELECT count(*) FROM ingest.execution_manifests m
WHERE NOT EXISTS (SELECT FROM ingest.outputs o WHERE o.tenant_id = m.tenant_id AND o.output_id = m.output_id);

-- query: marks
-- Number of rows of each signal, by the mark that its sender put into its value.
SELECT tenant_id, signal_value ->> 'mark' AS mark, count(*) AS rows FROM ingest.implicit_signals GROUP BY 1, 2;

-- query: votes
-- Valid votes.
SELECT tenant_id, output_id, user_id, rating, (extract(epoch FROM client_time) * 1000000)::bigint AS time_us,
       request_id::text AS request_id
FROM ingest.explicit_feedback;

-- query: withdrawals
-- Times up to which feedback is withdrawn.
SELECT tenant_id, output_id, user_id, (extract(epoch FROM implicit_until) * 1000000)::bigint AS until_us
FROM ingest.retractions;

-- query: requests
-- Answers that are stored for repeated requests.
SELECT tenant_id, request_id::text AS request_id, method, answer FROM ingest.requests;

-- query: waiting
-- Number of rows in the queues of learning and publication.
SELECT (SELECT count(*) FROM ingest.learn_queue) + (SELECT count(*) FROM neural.publish_queue)
       + (SELECT count(*) FROM neural.rebuild_queue);

-- query: learn_queue
-- Number of units that wait for the learner.
SELECT count(*) FROM ingest.learn_queue;

-- query: recordings_waiting
-- Number of recordings that wait for a worker or are processed.
SELECT count(*) FROM ingest.voice_feedback WHERE status IN ('pending', 'processing');

-- query: recordings
-- Recordings, and how often each reached a final status.
SELECT v.tenant_id, v.voice_id::text AS voice_id, v.output_id, v.user_id, v.status, v.audio_key, v.error_code,
       (SELECT count(*) FROM chaos.completions c WHERE c.tenant_id = v.tenant_id AND c.voice_id = v.voice_id) AS completions
FROM ingest.voice_feedback v;

-- query: observe_completions
-- Counts every change of a recording to a final status. The trigger runs with the rights of the owner.
CREATE SCHEMA chaos;
CREATE TABLE chaos.completions (tenant_id text, voice_id uuid, status text);
CREATE INDEX ON chaos.completions (tenant_id, voice_id);
CREATE FUNCTION chaos.count_completion() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO chaos.completions VALUES (NEW.tenant_id, NEW.voice_id, NEW.status);
  RETURN NULL;
END $$;
CREATE TRIGGER count_completion AFTER UPDATE ON ingest.voice_feedback FOR EACH ROW
WHEN (NEW.status IN ('completed', 'no_speech', 'failed') AND OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION chaos.count_completion();
