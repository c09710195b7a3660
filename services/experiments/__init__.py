"""Experiments: which variant a user sees, what came of it, and how a winner reaches everybody.

`model`, `assignment`, `analysis`, `lifecycle`, `configs` and `rollout` are pure: no clock, no I/O.
"""
