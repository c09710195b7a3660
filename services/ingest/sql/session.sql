-- query: plan_for_values
-- Plans each query of this transaction for its argument values: unset conditions cost nothing, set ones choose the index.
SET LOCAL plan_cache_mode = force_custom_plan;

-- query: plan_automatically
-- Restores the default for the rest of the transaction.
SET LOCAL plan_cache_mode = auto;

-- query: disable_statement_timeout
-- Lifts the statement time-out in this transaction, for statements over very many rows.
SET LOCAL statement_timeout = 0;
