"""Errors of PostgreSQL: a full disk is a retryable state, other internal errors are not."""

import asyncpg
import pytest

from kit.errors import Unavailable
from kit.postgres.errors import translated


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError('could not extend file "base/5/1": No space left on device'),
        asyncpg.InternalServerError('could not extend file "base/5/1": Disk quota exceeded'),
        asyncpg.InternalServerError('could not write to file "pg_wal/xlogtemp.1": File too large'),
        asyncpg.PostgresIOError('could not read blocks 0..0 in file "base/5/1"'),
    ],
)
def test_full_disk_is_unavailable(error: asyncpg.PostgresError) -> None:
    with pytest.raises(Unavailable) as caught, translated():
        raise error
    assert caught.value.reason == "DATABASE_UNAVAILABLE"


def test_other_internal_error_is_internal() -> None:
    with pytest.raises(asyncpg.InternalServerError), translated():
        raise asyncpg.InternalServerError("cache lookup failed for relation 1")
