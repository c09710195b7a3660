"""Experiments: assignment of users to variants, analysis of the outcomes, and rollout of a treatment to all users."""
