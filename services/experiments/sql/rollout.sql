-- query: insert_rollout
-- Inserts the rollout of an experiment. Returns no row when the experiment has one.
INSERT INTO experiments.rollouts (tenant_id, experiment_id, steps, interval_seconds, needs_approval, state)
VALUES ($1, $2, $3, $4, $5, 'running') ON CONFLICT DO NOTHING RETURNING true;

-- query: find_rollout
-- A rollout of the tenant $1 or over all tenants.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts WHERE tenant_id IN ($1, '') AND experiment_id = $2;

-- query: lock_rollout
-- A rollout of the owner $1, locked until the transaction ends.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts WHERE tenant_id = $1 AND experiment_id = $2 FOR UPDATE;

-- query: open_rollouts
-- Rollouts that have not ended, after the key ($1, $2). Includes rollouts whose next step is not due, as these can regress.
SELECT tenant_id, experiment_id::text AS experiment_id FROM experiments.rollouts
WHERE state IN ('running', 'waiting') AND (tenant_id, experiment_id) > ($1, $2::uuid)
ORDER BY tenant_id, experiment_id LIMIT $3;

-- query: lock_open_rollout
-- A rollout that has not ended, locked until the transaction ends. Returns no row when another transaction has locked it.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts
WHERE tenant_id = $1 AND experiment_id = $2 AND state IN ('running', 'waiting') FOR UPDATE SKIP LOCKED;

-- query: update_rollout
-- Sets state and percentage. A step, $5, sets its start and clears the approval.
UPDATE experiments.rollouts SET state = $3, percent = $4, approved = approved AND NOT $5,
  stepped_at = CASE WHEN $5 THEN now() ELSE stepped_at END
WHERE tenant_id = $1 AND experiment_id = $2;

-- query: approve_next_step
-- Marks the next step as approved.
UPDATE experiments.rollouts SET approved = true WHERE tenant_id = $1 AND experiment_id = $2;

-- query: insert_decision
-- Inserts a decision with its numbers.
INSERT INTO experiments.rollout_decisions (tenant_id, experiment_id, action, percent, reason, numbers)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb);

-- query: last_decision
-- The last decision of a rollout.
SELECT action, reason FROM experiments.rollout_decisions
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY seq DESC LIMIT 1;

-- query: end_rollout
-- Ends an open rollout at its current percentage.
UPDATE experiments.rollouts SET state = 'finished'
WHERE tenant_id = $1 AND experiment_id = $2 AND state IN ('running', 'waiting') RETURNING percent;

-- query: decisions
-- The first 1000 decisions of a rollout, oldest first.
SELECT action, percent, reason, numbers::text AS numbers, decided_at FROM experiments.rollout_decisions
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY seq LIMIT 1000;
