"""Outcomes and results of experiments."""
