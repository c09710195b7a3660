-- What lists, totals and questions to users rest on.

SET LOCAL ROLE radiant_owner;

ALTER TABLE ingest.execution_manifests
  ADD COLUMN verification_failed boolean NOT NULL DEFAULT false,
  ADD COLUMN contradiction_found boolean NOT NULL DEFAULT false;
CREATE INDEX execution_manifests_newest_idx ON ingest.execution_manifests (tenant_id, created_at, output_id);
CREATE INDEX execution_manifests_user_idx ON ingest.execution_manifests (tenant_id, user_id, created_at, output_id);

-- Feedback that stands, row by row with all its columns, for this service alone: other services read ingest_api_v1. Nothing is
-- grouped here, so that whoever reads the feedback on a few outputs touches their rows only.
CREATE VIEW ingest.standing_votes AS
SELECT f.* FROM ingest.explicit_feedback f
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE f.client_time > coalesce(r.explicit_until, '-infinity');

CREATE VIEW ingest.standing_signals AS
SELECT s.* FROM ingest.implicit_signals s
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE s.occurred_at > coalesce(r.implicit_until, '-infinity');

-- Whether heard or not: `sentiment` is there once it counts.
CREATE VIEW ingest.standing_voice AS
SELECT v.tenant_id, v.output_id, v.user_id, v.voice_id, v.created_at, CASE WHEN v.status = 'completed' THEN v.sentiment END AS sentiment
FROM ingest.voice_feedback v
LEFT JOIN ingest.retractions r USING (tenant_id, output_id, user_id)
WHERE v.created_at > coalesce(r.voice_until, '-infinity');

GRANT SELECT ON ingest.standing_votes, ingest.standing_signals, ingest.standing_voice TO radiant_ingest;

-- Outputs of which a user was asked for an opinion, or spared it for being asked too often. Kept for 30 days.
CREATE TABLE ingest.feedback_asks (
  tenant_id text NOT NULL,
  user_id text NOT NULL,
  output_id text NOT NULL,
  asked_at timestamptz NOT NULL,
  reason text NOT NULL CONSTRAINT feedback_asks_reason_check CHECK (reason IN
    ('first_outputs', 'low_confidence', 'verification_failed', 'contradiction', 'sampled', 'fatigue')),
  probability double precision NOT NULL CONSTRAINT feedback_asks_probability_check CHECK (probability BETWEEN 0 AND 1),
  CONSTRAINT feedback_asks_pkey PRIMARY KEY (tenant_id, user_id, output_id)
);
CREATE INDEX feedback_asks_newest_idx ON ingest.feedback_asks (tenant_id, user_id, asked_at) WHERE reason <> 'fatigue';
CREATE INDEX feedback_asks_asked_at_idx ON ingest.feedback_asks (asked_at);
ALTER TABLE ingest.feedback_asks ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.feedback_asks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON ingest.feedback_asks USING (tenant_id = current_setting('app.current_tenant_id', true));
CREATE POLICY purge ON ingest.feedback_asks FOR DELETE TO radiant_ingest USING (asked_at < now() - interval '30 days');
CREATE POLICY purge_sight ON ingest.feedback_asks FOR SELECT TO radiant_ingest USING (asked_at < now() - interval '30 days');
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.feedback_asks TO radiant_ingest;
RESET ROLE;
