"""Recommendations: ranking, experiment overrides, the decision log and watch streams."""
