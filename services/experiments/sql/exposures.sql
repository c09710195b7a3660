-- query: insert_exposures
-- Inserts exposures and returns the number of new ones: one per output, user, epoch and variant.
WITH kept AS (
  INSERT INTO experiments.exposures
    (tenant_id, experiment_id, epoch, user_id, output_id, variant, metrics, occurred_at)
  SELECT $1, e.experiment_id, e.epoch, e.user_id, e.output_id, e.variant, e.metrics,
    timestamptz 'epoch' + e.time_us * interval '1 microsecond'
  FROM jsonb_to_recordset($2::text::jsonb) AS e (experiment_id uuid, epoch integer, user_id text, output_id text,
    variant text, metrics jsonb, time_us bigint)
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM kept;
