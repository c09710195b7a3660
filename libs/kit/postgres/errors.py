"""Mapping of driver errors to kit.errors."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import asyncpg

from kit.errors import Conflict, DeadlineExceeded, Unavailable

log = logging.getLogger(__name__)

RETRY_AFTER = timedelta(milliseconds=200)

_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # server shutdown; a cancelled query is handled above
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    asyncpg.ReadOnlySQLTransactionError,  # the former primary is a standby now
    asyncpg.PostgresSystemError,  # its disk fails
    ConnectionError,
)
_FILE_ERROR = re.compile(r"could not \w+ (to |from )?file")
"""Message of the server for a file error that has no SQLSTATE of its own, for example an exceeded disk quota."""
_CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises Unavailable for a lost server or a rejected login, DeadlineExceeded for a cancelled query, and Conflict
    for a concurrent write.
    """
    try:
        yield
    except asyncpg.QueryCanceledError:
        raise DeadlineExceeded("The database query exceeded its time limit.", reason="STATEMENT_TIMEOUT") from None
    except _CONFLICTS as error:
        raise Conflict(
            "The row was changed by a concurrent request. Read it again and retry.", reason="TRANSACTION_CONFLICT"
        ) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:  # for example a password that was changed
        log.error("the database rejects the login: %s", error)
        raise Unavailable(
            "The database rejects the login of this service. Its operator must correct RADIANT_DATABASE_URL.",
            RETRY_AFTER,
            reason="DATABASE_UNAVAILABLE",
        ) from error
    except _UNAVAILABLE as error:
        raise Unavailable(
            "The database does not answer. Retry later.", RETRY_AFTER, reason="DATABASE_UNAVAILABLE"
        ) from error
    except asyncpg.InternalServerError as error:
        if _FILE_ERROR.match(str(error)) is None:
            raise
        raise Unavailable(
            "The database cannot write: its disk is full or over its quota. Retry later.",
            RETRY_AFTER,
            reason="DATABASE_UNAVAILABLE",
        ) from error
