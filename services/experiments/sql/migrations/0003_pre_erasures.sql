-- Users who are forgotten: what was served to them goes, and what came of it with it.

SET LOCAL ROLE radiant_owner;

-- By a digest, so that no query takes an index for a better way than the key.
CREATE INDEX ab_experiment_assignments_user_key_idx ON experiments.ab_experiment_assignments
  (hashtext(tenant_id || '/' || user_id));
CREATE INDEX exposures_user_key_idx ON experiments.exposures (hashtext(tenant_id || '/' || user_id));
GRANT DELETE ON experiments.ab_experiment_assignments, experiments.exposures TO radiant_experimenter;
GRANT UPDATE ON experiments.epochs, experiments.requests TO radiant_experimenter;
RESET ROLE;
