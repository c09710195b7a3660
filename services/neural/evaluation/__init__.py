"""Off-policy evaluation: estimates of another strategy's mean reward from logged decisions."""
