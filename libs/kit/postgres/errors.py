"""The driver's errors as ours, translated once."""

from __future__ import annotations

import contextlib
import re
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
    asyncpg.PostgresSystemError,  # its disk fails
    ConnectionError,
)
_OF_FILES = re.compile(r"could not \w+ (to |from )?file")
"""What the server says of a file that it cannot use for a reason without a code of its own, such as a quota."""
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
    except asyncpg.InternalServerError as error:
        if _OF_FILES.match(str(error)) is None:
            raise
        raise Unavailable("The database cannot write.", RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from error
