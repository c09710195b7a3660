"""Storage of rollouts and their steps."""
