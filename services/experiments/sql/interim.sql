-- query: lock_interim_results
-- Locks the interim results of a reader and an experiment until the transaction ends; false if they are locked already.
SELECT pg_try_advisory_xact_lock(hashtextextended('experiments.looks:' || $1 || ':' || $2, 0));

-- query: is_interim_result_due
-- Whether there is no interim result since the completion of the experiment, $3; without one, in the last $4 seconds.
SELECT NOT EXISTS (
  SELECT FROM experiments.looks
  WHERE tenant_id = $1 AND experiment_id = $2
    AND taken_at > coalesce($3::timestamptz, now() - $4::float8 * interval '1 second')
);

-- query: insert_interim_result
-- Inserts an interim result of the current time.
INSERT INTO experiments.looks (tenant_id, experiment_id, comparisons) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- query: due_interim_results
-- Readers and experiments whose interim result is due, after the key ($2, $3). A running experiment is due when its last
-- result is older than $1 seconds, an experiment that completed within 7 days when it has no result since. The readers
-- of an experiment over all tenants are the operators ('') and every tenant that has an earlier interim result of it.
WITH watched AS (
  SELECT tenant_id AS owner, experiment_id, CASE WHEN state = 'completed' THEN ended_at END AS ended_at
  FROM experiments.ab_experiments
  WHERE state = 'running' OR (state = 'completed' AND ended_at > now() - interval '7 days')
), readers AS (
  SELECT owner AS reader, experiment_id, ended_at FROM watched
  UNION
  SELECT l.tenant_id, w.experiment_id, w.ended_at
  FROM watched w JOIN experiments.looks l ON l.experiment_id = w.experiment_id WHERE w.owner = ''
)
SELECT a.reader, a.experiment_id::text AS experiment_id FROM readers a
WHERE (a.reader, a.experiment_id) > ($2, $3::uuid) AND NOT EXISTS (
  SELECT FROM experiments.looks l
  WHERE l.tenant_id = a.reader AND l.experiment_id = a.experiment_id
    AND l.taken_at > coalesce(a.ended_at, now() - $1::float8 * interval '1 second')
)
ORDER BY a.reader, a.experiment_id LIMIT $4;

-- query: interim_results
-- The latest interim results, newest first.
SELECT taken_at, comparisons FROM experiments.looks WHERE tenant_id = $1 AND experiment_id = $2
ORDER BY taken_at DESC LIMIT $3;

-- query: delete_old_interim_results
-- Keeps the last result of every 6 hours after 14 days, and the last one of every day after 90 days.
WITH old AS (
  SELECT tenant_id, experiment_id, taken_at, taken_at < now() - interval '90 days' AS is_daily
  FROM experiments.looks WHERE taken_at < now() - interval '14 days'
), numbered AS (
  SELECT tenant_id, experiment_id, taken_at, row_number() OVER (
    PARTITION BY tenant_id, experiment_id, is_daily,
      date_bin(CASE WHEN is_daily THEN interval '1 day' ELSE interval '6 hours' END, taken_at, timestamptz 'epoch')
    ORDER BY taken_at DESC
  ) AS number
  FROM old
)
DELETE FROM experiments.looks l USING numbered p
WHERE p.number > 1 AND l.tenant_id = p.tenant_id AND l.experiment_id = p.experiment_id AND l.taken_at = p.taken_at;
