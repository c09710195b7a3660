-- query: plan_for_values
-- Plans each query of this transaction for its argument values: the planner ignores unset conditions and selects an index for set ones.
SET LOCAL plan_cache_mode = force_custom_plan;

-- query: plan_automatically
-- Restores the default for the rest of the transaction.
SET LOCAL plan_cache_mode = auto;

-- query: disable_statement_timeout
-- Disables the statement timeout in this transaction, for statements over large tables.
SET LOCAL statement_timeout = 0;
