-- An exposure of a user to a second variant is stored beside that to the first one, so that the analysis excludes the user.

SET LOCAL ROLE radiant_owner;

ALTER TABLE experiments.exposures DROP CONSTRAINT exposures_pkey,
  ADD CONSTRAINT exposures_pkey PRIMARY KEY (tenant_id, experiment_id, epoch, user_id, output_id, variant);
RESET ROLE;
