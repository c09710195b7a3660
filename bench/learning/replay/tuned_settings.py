"""Settings of the rival policies, chosen by `bench.learning.replay.tuning`.

Each policy had a grid of twelve settings on the tables pareto and agentfc, seeds 1000 to 1009. The grids of all
policies were moved once, because the best settings were on their edges.
"""

FORMULA_EPSILON, FORMULA_SAMPLES = 0.05, 8.0
"""Share of random choices, and factor on the number of samples from which a scope is confident."""
PARETOBANDIT_ALPHA, PARETOBANDIT_RIDGE = 0.3, 0.1
"""Exploration and ridge penalty."""
