-- Everything that is stored of a user here, one record a row, for whoever asks what is known of them.

SET LOCAL ROLE radiant_owner;
GRANT USAGE ON SCHEMA neural_api_v1 TO radiant_ingest;
GRANT USAGE ON SCHEMA neural TO radiant_ingest; -- for the view's own security function

CREATE VIEW neural_api_v1.user_records AS
SELECT 'user_trust_scores' AS kind, t.tenant_id, t.user_id, to_jsonb(t) AS record FROM neural.user_trust_scores t
UNION ALL
SELECT 'unit_contributions', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.unit_contributions t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'neural_model_scores', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.neural_model_scores t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'heavy_raters', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.heavy_raters t
WHERE t.version = (SELECT v.version FROM neural.score_versions v WHERE v.state = 'live')
UNION ALL
SELECT 'recent_units', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.recent_units t
UNION ALL
SELECT 'neural_routing_recommendations', t.tenant_id, t.user_id, to_jsonb(t) FROM neural.neural_routing_recommendations t;
GRANT SELECT ON neural_api_v1.user_records TO radiant_ingest;
RESET ROLE;
