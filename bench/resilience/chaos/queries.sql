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
