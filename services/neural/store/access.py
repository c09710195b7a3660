"""Database role and stored answers of the service."""

from kit.postgres.idempotency import StoredAnswers

LEARNER = "radiant_learner"
"""Role that may read and write the rows of all tenants."""

ANSWERS = StoredAnswers("neural")
"""Answers of idempotent requests."""
