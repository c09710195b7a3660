-- Rows that were stored under a user id that is not its user key. Erasure and export find such rows by the key. The other
-- tables contain users of rows of ingest alone.

SET LOCAL ROLE radiant_owner;

CREATE INDEX neural_routing_recommendations_spellings_idx ON neural.neural_routing_recommendations (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;
CREATE INDEX user_trust_scores_spellings_idx ON neural.user_trust_scores (tenant_id, user_id)
  WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;

CREATE VIEW neural_api_v1.user_spellings AS
SELECT tenant_id, ingest_api_v1.user_key(user_id) AS user_key, user_id FROM neural.neural_routing_recommendations
WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0
UNION
SELECT tenant_id, ingest_api_v1.user_key(user_id), user_id FROM neural.user_trust_scores
WHERE (user_id = ingest_api_v1.user_key(user_id))::int = 0;
GRANT SELECT ON neural_api_v1.user_spellings TO radiant_ingest;
RESET ROLE;
