-- What a decision could have chosen, so that another strategy can be asked what it would have.
SET LOCAL ROLE radiant_owner;

-- Eligible models, sorted; empty in decisions from before this was logged, which cannot be evaluated.
ALTER TABLE neural.neural_routing_recommendations ADD COLUMN candidates text[] NOT NULL DEFAULT '{}';
RESET ROLE;
