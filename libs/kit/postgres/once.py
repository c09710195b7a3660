"""The former name of kit.postgres.idempotency."""

from kit.postgres.idempotency import IdempotencyKey, once

__all__ = ["Asked", "once"]

Asked = IdempotencyKey
