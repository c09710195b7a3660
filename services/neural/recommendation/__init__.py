"""Recommendations: rankings, decisions and their log, experiment overrides and watch streams."""
