"""Names of Redis channels, streams and keys, which processes of several services and versions share.

Redis is a cache and a wake-up signal; PostgreSQL holds the data. Names on the wire do not change. Keys of a user
contain a digest of the user id (kit.redis.user_digest): files of Redis keep the names of deleted keys for some time.
"""

from __future__ import annotations

from kit.redis.keys import PREFIX, tenant_key

LEARNER_WAKE_UP = "radiant:learn"
"""Channel without content: ingest and voice publish after new feedback; learners then read their queue."""

BOARD_CHANGES = "radiant:boards"
"""Channel of neural: JSON, {"boards": [[tenant, user, task, domain], ...]} or {"reload": tenant}."""

VOICE_JOBS = "radiant:voice:jobs"
"""Stream of voice comments to transcribe: tenant, voice_id, created_at (ISO 8601, UTC)."""

VOICE_JOBS_GROUP = "listeners"
"""Consumer group of the voice workers on VOICE_JOBS."""

VOICE_DEAD_JOBS = "radiant:voice:dead"
"""Stream of voice comments whose transcription failed: tenant, voice_id, error_code, attempts."""

GLOBAL_TENANT = "-global-"
"""Stands for the global scope where a key needs a tenant."""

ALL_BOARDS = f"{PREFIX}*:board:*"
"""Pattern of the keys of all boards of all tenants."""


def board_key(tenant: str, user_digest: str, task: str, domain: str) -> str:
    """Returns the key of a board; an empty tenant is the global scope."""
    return tenant_key(tenant or GLOBAL_TENANT, "board", user_digest, task, domain)


def boards_of_user(tenant: str, user_digest: str) -> str:
    """Returns the pattern of the keys of a user's boards."""
    return tenant_key(tenant, "board", user_digest, "") + "*"


def submissions_key(tenant: str, user_digest: str) -> str:
    """Returns the key of the sorted set that counts the submissions of the last hour, for the digest of a limit key."""
    return tenant_key(tenant, "pace", user_digest)


def voice_requeued_key(tenant: str, voice_id: str) -> str:
    """Returns the key that marks a voice comment as requeued on the stream."""
    return tenant_key(tenant, "voice", "swept", voice_id)
