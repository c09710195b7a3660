-- query: count_outputs
-- Adds outputs to the spending and to the outcomes of calls. The marks state what is counted of each output: an output that
-- is queued again adds only what changed, such as a cost or an outcome that was stated later. Outputs older than 8 days
-- are left out, because their marks may be deleted; no budget, no mean cost and no error rate uses them. A known cost is
-- limited to 1e9, so that sums stay finite. Rows are written in order, so that two learners do not deadlock.
WITH executions AS MATERIALIZED (
  SELECT m.tenant_id, m.output_id, date_trunc('hour', m.created_at, 'UTC') AS hour,
    date_bin('10 minutes', m.created_at, timestamptz 'epoch') AS period,
    CASE cardinality(m.models_used) WHEN 1 THEN m.models_used[1] ELSE '' END AS model, m.task_type, m.provider, m.outcome,
    CASE WHEN m.total_cost IS NOT NULL THEN least(m.total_cost, 1e9) END AS cost
  FROM unnest($1::text[], $2::text[]) AS k (tenant_id, output_id)
  CROSS JOIN LATERAL (
    SELECT * FROM ingest_api_v1.executions m WHERE m.tenant_id = k.tenant_id AND m.output_id = k.output_id
  ) AS m
  WHERE m.created_at > now() - interval '8 days'
), changed AS MATERIALIZED (
  SELECT e.*, c.output_id IS NULL AS is_new, c.cost AS old_cost, c.outcome AS old_outcome
  FROM executions e
  LEFT JOIN neural.counted_outputs c ON c.hour = e.hour AND c.tenant_id = e.tenant_id AND c.output_id = e.output_id
  WHERE c.output_id IS NULL OR c.cost IS DISTINCT FROM e.cost OR c.outcome IS DISTINCT FROM e.outcome
), marks AS (
  INSERT INTO neural.counted_outputs (hour, tenant_id, output_id, model, cost, outcome)
  SELECT hour, tenant_id, output_id, model, cost, outcome FROM changed ORDER BY hour, tenant_id, output_id
  ON CONFLICT (hour, tenant_id, output_id) DO UPDATE SET cost = excluded.cost, outcome = excluded.outcome
), amounts AS (
  SELECT tenant_id, hour, period, model, task_type, provider, outcome, cost, 1 AS factor FROM changed
  UNION ALL
  SELECT tenant_id, hour, period, model, task_type, provider, old_outcome, old_cost, -1 FROM changed WHERE NOT is_new
), spent AS (
  INSERT INTO neural.spending AS s (tenant_id, hour, model, outputs, cost, unmeasured, failed_measured, failed_cost)
  SELECT tenant_id, hour, model, sum(factor), coalesce(sum(factor * cost), 0),
    coalesce(sum(factor) FILTER (WHERE cost IS NULL), 0),
    coalesce(sum(factor) FILTER (WHERE outcome <> 'ok' AND cost IS NOT NULL), 0),
    coalesce(sum(factor * cost) FILTER (WHERE outcome <> 'ok'), 0)
  FROM amounts
  GROUP BY tenant_id, hour, model ORDER BY tenant_id, hour, model
  ON CONFLICT (tenant_id, hour, model) DO UPDATE SET outputs = s.outputs + excluded.outputs,
    cost = s.cost + excluded.cost, unmeasured = s.unmeasured + excluded.unmeasured,
    failed_measured = s.failed_measured + excluded.failed_measured, failed_cost = s.failed_cost + excluded.failed_cost
)
INSERT INTO neural.call_outcomes AS o (tenant_id, period, model, task_type, provider, answered, errors, timeouts, cancelled)
SELECT tenant_id, period, model, task_type, provider, coalesce(sum(factor) FILTER (WHERE outcome = 'ok'), 0),
  coalesce(sum(factor) FILTER (WHERE outcome = 'error'), 0), coalesce(sum(factor) FILTER (WHERE outcome = 'timeout'), 0),
  coalesce(sum(factor) FILTER (WHERE outcome = 'cancelled'), 0)
FROM amounts WHERE model <> '' AND outcome IS NOT NULL
GROUP BY tenant_id, period, model, task_type, provider ORDER BY tenant_id, period, model, task_type, provider
ON CONFLICT (tenant_id, period, model, task_type, provider) DO UPDATE SET answered = o.answered + excluded.answered,
  errors = o.errors + excluded.errors, timeouts = o.timeouts + excluded.timeouts,
  cancelled = o.cancelled + excluded.cancelled;

-- query: delete_old_marks
-- Deletes marks of outputs one day after the outputs became too old to be counted.
DELETE FROM neural.counted_outputs WHERE hour < now() - interval '9 days';

-- query: delete_old_spending
-- Deletes spending that is older than 90 days.
DELETE FROM neural.spending WHERE hour < now() - interval '90 days';

-- query: delete_old_call_outcomes
-- Deletes outcomes of calls that are older than 9 days.
DELETE FROM neural.call_outcomes WHERE period < now() - interval '9 days';

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
-- Writes the new controller states. Once a minute also recomputes the mean costs of answered outputs over 7 days: of the
-- 1,000 most used models, and of all outputs of one model. Outputs with an unknown cost are in no mean.
UPDATE neural.budget_pacers p SET cost_weight = n.cost_weight, steady_weight = n.steady_weight, spent = n.spent,
  rate = n.rate, updated_at = $6, (model_costs, mean_cost) = (
    SELECT CASE WHEN k.is_kept THEN p.model_costs ELSE (
      SELECT coalesce(jsonb_object_agg(c.model, c.mean), '{}') FROM (
        SELECT s.model, sum(s.cost - s.failed_cost) / sum(s.outputs - s.unmeasured - s.failed_measured) AS mean
        FROM neural.spending s
        WHERE s.tenant_id = p.tenant_id AND s.hour > $6::timestamptz - interval '7 days' AND s.model <> ''
        GROUP BY s.model HAVING sum(s.outputs - s.unmeasured - s.failed_measured) > 0
        ORDER BY sum(s.outputs) DESC, s.model LIMIT 1000
      ) AS c
    ) END, CASE WHEN k.is_kept THEN p.mean_cost ELSE (
      SELECT sum(s.cost - s.failed_cost) / nullif(sum(s.outputs - s.unmeasured - s.failed_measured), 0)
      FROM neural.spending s
      WHERE s.tenant_id = p.tenant_id AND s.hour > $6::timestamptz - interval '7 days' AND s.model <> ''
    ) END
    FROM (
      SELECT date_trunc('minute', p.updated_at) = date_trunc('minute', $6::timestamptz) AS is_kept
    ) AS k
  )
FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::float8[])
  AS n (tenant_id, cost_weight, steady_weight, spent, rate)
WHERE p.tenant_id = n.tenant_id;

-- query: delete_budget_state
-- Deletes the controller state of a tenant without a budget.
DELETE FROM neural.budget_pacers WHERE tenant_id = $1;

-- query: budget_weights
-- Cost weights and mean costs of models of all tenants with a budget.
SELECT p.tenant_id, p.cost_weight, p.model_costs::text AS model_costs, p.mean_cost
FROM neural.budget_pacers p
JOIN neural.tenant_settings t ON t.tenant_id = p.tenant_id AND t.daily_budget_usd > 0;
