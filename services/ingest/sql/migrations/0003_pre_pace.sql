-- How often a user spoke lately, and since when the suite knows a rater.

SET LOCAL ROLE radiant_owner;
CREATE INDEX explicit_feedback_user_idx ON ingest.explicit_feedback (tenant_id, user_id, updated_at);

CREATE OR REPLACE VIEW ingest_api_v1.explicit_feedback AS
SELECT f.tenant_id, f.output_id, f.user_id, f.rating, f.categories, f.client_time, f.recorded_at
FROM ingest.explicit_feedback f
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE f.client_time > coalesce(r.explicit_until, '-infinity');
RESET ROLE;
