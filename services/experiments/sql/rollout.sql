-- query: start_rollout
-- One rollout per experiment.
INSERT INTO experiments.rollouts (tenant_id, experiment_id, steps, interval_seconds, needs_approval, state)
VALUES ($1, $2, $3, $4, $5, 'running') ON CONFLICT DO NOTHING RETURNING true;

-- query: find_rollout
-- A rollout as it stands.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts WHERE tenant_id IN ($1, '') AND experiment_id = $2;

-- query: lock_rollout
-- The same, kept from workers until it is changed.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts WHERE tenant_id = $1 AND experiment_id = $2 FOR UPDATE;

-- query: open_rollouts
-- Rollouts on their way, after a place; each is looked at every round, since a regression cannot wait.
SELECT tenant_id, experiment_id::text AS experiment_id FROM experiments.rollouts
WHERE state IN ('running', 'waiting') AND (tenant_id, experiment_id) > ($1, $2::uuid)
ORDER BY tenant_id, experiment_id LIMIT $3;

-- query: take_rollout
-- One rollout, unless another worker looks at it right now.
SELECT tenant_id, experiment_id::text AS experiment_id, steps, interval_seconds, needs_approval, state, percent, approved,
  stepped_at
FROM experiments.rollouts
WHERE tenant_id = $1 AND experiment_id = $2 AND state IN ('running', 'waiting') FOR UPDATE SKIP LOCKED;

-- query: move_rollout
-- Where a rollout stands after a decision; an approval is good for one step.
UPDATE experiments.rollouts SET state = $3, percent = $4, approved = approved AND NOT $5,
  stepped_at = CASE WHEN $5 THEN now() ELSE stepped_at END
WHERE tenant_id = $1 AND experiment_id = $2;

-- query: approve_rollout
-- The next step may be taken.
UPDATE experiments.rollouts SET approved = true WHERE tenant_id = $1 AND experiment_id = $2;

-- query: note_decision
-- A decision with its numbers.
INSERT INTO experiments.rollout_decisions (tenant_id, experiment_id, action, percent, reason, numbers)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb);

-- query: last_decision
-- What was decided last.
SELECT action, reason FROM experiments.rollout_decisions
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY seq DESC LIMIT 1;

-- query: end_rollout
-- An open rollout ends with its experiment, where it stands.
UPDATE experiments.rollouts SET state = 'finished'
WHERE tenant_id = $1 AND experiment_id = $2 AND state IN ('running', 'waiting') RETURNING percent;

-- query: decisions
-- Everything that was decided, oldest first.
SELECT action, percent, reason, numbers::text AS numbers, decided_at FROM experiments.rollout_decisions
WHERE tenant_id = $1 AND experiment_id = $2 ORDER BY seq LIMIT 1000;
