-- query: count_spending
-- Adds the cost of outputs to the spending. Each output counts once: only outputs that this statement marks as counted
-- are added. Outputs older than 8 days are left out, because their marks may be deleted; no budget and no mean cost
-- uses them. A cost is limited to 1e9, so that sums stay finite. Rows are written in order, so that two learners do not
-- deadlock.
WITH fresh AS (
  INSERT INTO neural.counted_outputs (hour, tenant_id, output_id, model, cost)
  SELECT date_trunc('hour', m.created_at, 'UTC') AS hour, m.tenant_id, m.output_id,
    CASE cardinality(m.models_used) WHEN 1 THEN m.models_used[1] ELSE '' END, least(m.total_cost, 1e9)
  FROM unnest($1::text[], $2::text[]) AS k (tenant_id, output_id)
  CROSS JOIN LATERAL (
    SELECT * FROM ingest_api_v1.manifests m WHERE m.tenant_id = k.tenant_id AND m.output_id = k.output_id
  ) AS m
  WHERE m.created_at > now() - interval '8 days'
  ORDER BY hour, m.tenant_id, m.output_id
  ON CONFLICT DO NOTHING
  RETURNING tenant_id, hour, model, cost
)
INSERT INTO neural.spending AS s (tenant_id, hour, model, outputs, cost)
SELECT tenant_id, hour, model, count(*), sum(cost) FROM fresh
GROUP BY tenant_id, hour, model ORDER BY tenant_id, hour, model
ON CONFLICT (tenant_id, hour, model) DO UPDATE SET outputs = s.outputs + excluded.outputs, cost = s.cost + excluded.cost;

-- query: delete_old_marks
-- Deletes marks of outputs one day after the outputs became too old to be counted.
DELETE FROM neural.counted_outputs WHERE hour < now() - interval '9 days';

-- query: delete_old_spending
-- Deletes spending that is older than 90 days.
DELETE FROM neural.spending WHERE hour < now() - interval '90 days';

-- query: ensure_budget_states
-- Creates the controller state of tenants with a budget.
INSERT INTO neural.budget_pacers (tenant_id)
SELECT t.tenant_id FROM neural.tenant_settings t
WHERE t.daily_budget_usd > 0 AND NOT EXISTS (SELECT FROM neural.budget_pacers p WHERE p.tenant_id = t.tenant_id)
ORDER BY t.tenant_id
ON CONFLICT DO NOTHING;

-- query: due_budget_states
-- Locks the controller states last updated before $2, oldest first, with the spending of the day that began at $1.
-- Skips states that another process has locked.
SELECT p.tenant_id, p.steady_weight, p.spent, p.rate, p.updated_at, t.daily_budget_usd, s.spent AS spent_today
FROM neural.budget_pacers p
JOIN neural.tenant_settings t ON t.tenant_id = p.tenant_id AND t.daily_budget_usd > 0
CROSS JOIN LATERAL (
  SELECT coalesce(sum(s.cost), 0) AS spent FROM neural.spending s
  WHERE s.tenant_id = p.tenant_id AND s.hour >= $1 AND s.hour < $1::timestamptz + interval '24 hours'
) AS s
WHERE p.updated_at < $2
ORDER BY p.updated_at LIMIT $3
FOR UPDATE OF p SKIP LOCKED;

-- query: update_budget_states
-- Writes the new controller states. Once a minute also recomputes the mean cost of models over 7 days, for the 1,000
-- most used models.
UPDATE neural.budget_pacers p SET cost_weight = n.cost_weight, steady_weight = n.steady_weight, spent = n.spent,
  rate = n.rate, updated_at = $6, model_costs = CASE
    WHEN date_trunc('minute', p.updated_at) = date_trunc('minute', $6::timestamptz) THEN p.model_costs
    ELSE (
      SELECT coalesce(jsonb_object_agg(c.model, c.mean), '{}') FROM (
        SELECT s.model, sum(s.cost) / sum(s.outputs) AS mean FROM neural.spending s
        WHERE s.tenant_id = p.tenant_id AND s.hour > $6::timestamptz - interval '7 days' AND s.model <> ''
        GROUP BY s.model ORDER BY sum(s.outputs) DESC, s.model LIMIT 1000
      ) AS c
    ) END
FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::float8[])
  AS n (tenant_id, cost_weight, steady_weight, spent, rate)
WHERE p.tenant_id = n.tenant_id;

-- query: delete_budget_state
-- Deletes the controller state of a tenant without a budget.
DELETE FROM neural.budget_pacers WHERE tenant_id = $1;

-- query: budget_weights
-- Cost weights and mean costs of models of all tenants with a budget.
SELECT p.tenant_id, p.cost_weight, p.model_costs::text AS model_costs
FROM neural.budget_pacers p
JOIN neural.tenant_settings t ON t.tenant_id = p.tenant_id AND t.daily_budget_usd > 0;
