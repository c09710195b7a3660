"""Rollouts of treatments to all users."""
