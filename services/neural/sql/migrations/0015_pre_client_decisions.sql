-- Decisions that clients made without a call and recorded later, beside those of the service.

SET LOCAL ROLE radiant_owner;

ALTER TABLE neural.neural_routing_recommendations
  ADD COLUMN stated_by_client boolean NOT NULL DEFAULT false;
CREATE INDEX neural_routing_recommendations_decision_idx
  ON neural.neural_routing_recommendations (tenant_id, decision_id);
RESET ROLE;
