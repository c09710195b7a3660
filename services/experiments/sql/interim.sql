-- query: lock_looks
-- Held until a look is there; whoever comes second leaves it to the first.
SELECT pg_try_advisory_xact_lock(hashtextextended('experiments.looks:' || $1 || ':' || $2, 0));

-- query: look_is_due
-- Whether there is none yet since the end of the experiment, $3, or without an end in so many seconds.
SELECT NOT EXISTS (
  SELECT FROM experiments.looks
  WHERE tenant_id = $1 AND experiment_id = $2
    AND taken_at > coalesce($3::timestamptz, now() - $4::float8 * interval '1 second')
);

-- query: keep_look
-- What was seen now.
INSERT INTO experiments.looks (tenant_id, experiment_id, comparisons) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- query: due_looks
-- Whose results of which experiments are to be looked at, after a place: of those that run when the last look is older
-- than so many seconds, $1, of those completed within a week once since. Of one over all tenants, those of operators
-- and of every tenant that has asked before.
WITH watched AS (
  SELECT tenant_id AS owner, experiment_id, CASE WHEN state = 'completed' THEN ended_at END AS ended_at
  FROM experiments.ab_experiments
  WHERE state = 'running' OR (state = 'completed' AND ended_at > now() - interval '7 days')
), asked AS (
  SELECT owner AS reader, experiment_id, ended_at FROM watched
  UNION
  SELECT l.tenant_id, w.experiment_id, w.ended_at
  FROM watched w JOIN experiments.looks l ON l.experiment_id = w.experiment_id WHERE w.owner = ''
)
SELECT a.reader, a.experiment_id::text AS experiment_id FROM asked a
WHERE (a.reader, a.experiment_id) > ($2, $3::uuid) AND NOT EXISTS (
  SELECT FROM experiments.looks l
  WHERE l.tenant_id = a.reader AND l.experiment_id = a.experiment_id
    AND l.taken_at > coalesce(a.ended_at, now() - $1::float8 * interval '1 second')
)
ORDER BY a.reader, a.experiment_id LIMIT $4;

-- query: looks
-- The latest looks, newest first.
SELECT taken_at, comparisons FROM experiments.looks WHERE tenant_id = $1 AND experiment_id = $2
ORDER BY taken_at DESC LIMIT $3;

-- query: thin_looks
-- Of looks older than 14 days the last of every 6 hours stays, of those older than 90 days the last of every day.
WITH old AS (
  SELECT tenant_id, experiment_id, taken_at, taken_at < now() - interval '90 days' AS very
  FROM experiments.looks WHERE taken_at < now() - interval '14 days'
), placed AS (
  SELECT tenant_id, experiment_id, taken_at, row_number() OVER (
    PARTITION BY tenant_id, experiment_id, very,
      date_bin(CASE WHEN very THEN interval '1 day' ELSE interval '6 hours' END, taken_at, timestamptz 'epoch')
    ORDER BY taken_at DESC
  ) AS place
  FROM old
)
DELETE FROM experiments.looks l USING placed p
WHERE p.place > 1 AND l.tenant_id = p.tenant_id AND l.experiment_id = p.experiment_id AND l.taken_at = p.taken_at;
