-- Users who are forgotten: what was served to them goes, and what came of it with it.

SET LOCAL ROLE radiant_owner;
CREATE INDEX ab_experiment_assignments_user_idx ON experiments.ab_experiment_assignments (tenant_id, user_id);
CREATE INDEX exposures_user_idx ON experiments.exposures (tenant_id, user_id);
CREATE INDEX exposures_output_idx ON experiments.exposures (tenant_id, output_id) WHERE output_id <> '';
GRANT DELETE ON experiments.ab_experiment_assignments, experiments.exposures TO radiant_experimenter;
GRANT UPDATE ON experiments.epochs, experiments.requests TO radiant_experimenter;
RESET ROLE;
