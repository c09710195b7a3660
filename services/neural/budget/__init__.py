"""Daily budgets: spending, the controller of cost weights, and the weights used by recommendations."""
