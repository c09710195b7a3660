-- query: followed_decisions
-- Decisions with an output that used the chosen model, newest first, each with its first output. Outputs are searched
-- up to 7 days after the decision, and 1 day before it to allow for clock differences.
SELECT DISTINCT ON (d.decided_at, d.decision_id) d.user_id, d.task_type, d.domain_mode, d.model, d.propensity,
  d.candidates, m.output_id, m.user_id AS rater
FROM neural.neural_routing_recommendations d
JOIN ingest_api_v1.manifests m ON m.tenant_id = d.tenant_id AND m.decision_id = d.decision_id
WHERE d.tenant_id = $1 AND d.decided_at >= $2 AND d.decided_at < $3 AND d.propensity > 0
  AND d.model = ANY(d.candidates) AND d.model = ANY(m.models_used)
  AND m.created_at >= $2 - interval '1 day' AND m.created_at < $3 + interval '7 days'
ORDER BY d.decided_at DESC, d.decision_id, m.created_at, m.output_id
LIMIT $4;
