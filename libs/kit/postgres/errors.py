"""The driver's errors as ours, translated once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import asyncpg

from kit.errors import Conflict, DeadlineExceeded, Unavailable

RETRY_AFTER = timedelta(milliseconds=200)

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutdowns; a cancelled query is caught before
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that was the primary
    ConnectionError,
)
_RETRY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises Unavailable for a lost server, DeadlineExceeded for a cancelled query, Conflict for a lost race."""
    try:
        yield
    except asyncpg.QueryCanceledError:
        raise DeadlineExceeded("The database took too long.", reason="STATEMENT_TIMEOUT") from None
    except _RETRY as error:
        raise Conflict("Another transaction was faster.", reason="TRANSACTION_CONFLICT") from error
    except _GONE as error:
        raise Unavailable("The database does not answer.", RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from error
