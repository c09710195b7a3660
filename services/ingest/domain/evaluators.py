"""User ids of evaluators."""

from __future__ import annotations

EVALUATOR_PREFIX = "evaluator:"
"""Prefix of the user id of an evaluator; its name follows."""


def evaluator_name(user_id: str) -> str:
    """Returns the name of the evaluator with that user id; empty for other users."""
    return user_id.removeprefix(EVALUATOR_PREFIX) if user_id.startswith(EVALUATOR_PREFIX) else ""
