"""Register of advisory locks: every lock of the suite has one number or name, and one purpose.

SQL files use the numbers and names literally; a test compares them with this register. Numbers never change their
purpose: processes of two versions must exclude each other during an upgrade. A retired number is not used again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryLock:
    """One lock, or a family of locks with one number and a key each."""

    name: str
    """Service and object: neural.shard."""
    number: int | None = None
    """First argument of pg_advisory_lock(number, key); None for a lock that is named by a text."""
    text: str = ""
    """Text of pg_advisory_lock(hashtextextended(text, 0)); its beginning when a key follows."""
    keys: tuple[str, ...] = ()
    """SQL expressions of the second argument, or of the end of the text."""
    purpose: str
    """The work that the lock serialises."""


NUMBERED = (
    AdvisoryLock(
        name="neural.shard",
        number=72001,
        keys=("shard",),
        purpose="One learner at a time takes work of a shard of users. The key is the shard, 0 to 15.",
    ),
    AdvisoryLock(
        name="neural.first_version",
        number=72002,
        keys=("0",),
        purpose="Processes that start together create the first version of the scores once.",
    ),
    AdvisoryLock(
        name="neural.global_scope",
        number=72003,
        keys=("0",),
        purpose="One process at a time recomputes the sums of the global scope.",
    ),
    AdvisoryLock(
        name="neural.rebuild",
        number=72004,
        keys=("0",),
        purpose="One rebuild of the scores at a time, held by the session of the rebuild.",
    ),
    AdvisoryLock(
        name="neural.trust_round",
        number=72005,
        keys=("0",),
        purpose="One round of rater trust at a time, held by the session of the round.",
    ),
    AdvisoryLock(
        name="neural.nightly_run",
        number=72006,
        keys=("0",),
        purpose="One nightly run at a time, held by the session of the run.",
    ),
    AdvisoryLock(
        name="ingest.user",
        number=72008,
        keys=(
            "hashtext(tenant || '/' || u.who)",
            "hashtext(tenant || '/' || gone)",
            "hashtext(tenant || '/')",
            "hashtext($1 || '/' || $2)",
            "hashtext($1 || '/')",
        ),
        purpose="Writes of a user share the lock; the erasure of the user holds it exclusively. Key: tenant/user.",
    ),
    AdvisoryLock(
        name="ingest.audit_log",
        number=72009,
        keys=("hashtext(tenant)",),
        purpose="Entries of a tenant's audit log are appended one after the other. The key is the tenant.",
    ),
    AdvisoryLock(
        name="neural.decisions",
        number=72010,
        keys=("hashtext($1)",),
        purpose="Writes of decisions share the lock; an erasure holds it exclusively. The key is the tenant.",
    ),
    AdvisoryLock(
        name="ingest.retention",
        number=72011,
        keys=("0",),
        purpose="One process at a time deletes expired rows.",
    ),
    AdvisoryLock(
        name="ingest.survey_prompt",
        number=72012,
        keys=("hashtext($1 || '/' || $2)",),
        purpose="Survey prompts of a user are decided one after the other, so that the limit per day holds. The "
        "key is tenant/user.",
    ),
    AdvisoryLock(
        name="ingest.evaluators",
        number=72015,
        keys=("hashtext($1)",),
        purpose="Evaluators of a tenant are registered one after the other, so that their limit holds. Key: tenant.",
    ),
    AdvisoryLock(
        name="ingest.audit_checkpoint",
        number=72016,
        keys=("hashtext($1)",),
        purpose="One process at a time writes a checkpoint of a tenant's audit log. The key is the tenant.",
    ),
    AdvisoryLock(
        name="ingest.aliases",
        number=72017,
        keys=("hashtext($1)",),
        purpose="Model aliases of a tenant are changed one after the other, so that their limit holds. Key: tenant.",
    ),
)
"""72007 is retired."""

NAMED = (
    AdvisoryLock(name="kit.migrations", text="radiant.migrations", purpose="One process at a time applies migrations."),
    AdvisoryLock(name="kit.roles", text="radiant.roles", purpose="One process at a time creates or alters roles."),
    AdvisoryLock(
        name="ingest.partitions",
        text="ingest.ensure_partitions",
        purpose="One process at a time creates partitions of the tables of ingest.",
    ),
    AdvisoryLock(
        name="neural.partitions",
        text="neural.ensure_partitions",
        purpose="One process at a time creates partitions of the tables of neural.",
    ),
    AdvisoryLock(
        name="experiments.layers",
        text="experiments.layers",
        purpose="Slots of layers are checked and taken by one transaction at a time.",
    ),
    AdvisoryLock(
        name="experiments.interim_result",
        text="experiments.looks:",
        keys=("$1 || ':' || $2",),
        purpose="One process at a time computes an interim result. The key is tenant:experiment.",
    ),
)

LOCKS = (*NUMBERED, *NAMED)
