"""Settings of the rivals as `bench.learning.replay.tuning` chose them.

Twelve settings each, on pareto and agentfc, seeds 1000 to 1009; the grids were moved once, for every contestant alike,
because best settings lay on their edges.
"""

FORMULA_EPSILON, FORMULA_SAMPLES = 0.05, 8.0
"""Share served by lot, and how many times the default samples make a scope confident."""
PARETOBANDIT_ALPHA, PARETOBANDIT_RIDGE = 0.3, 0.1
"""Exploration, and the strength of the belief that a model scores 0."""
