"""The task that writes checkpoints: which logs get one, and which are reported instead."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.audit.anchor import AuditAnchor
from ingest.audit.checkpoints import CheckpointKeys, CheckpointStore
from kit.objects import open_store
from kit.postgres.pool import PostgresSettings, open_database
from tests.ingest.fixtures.audit import RECHAIN, SECRET, append_audit, stored, tamper
from tests.support.servers import url_as


@contextlib.asynccontextmanager
async def opened_anchor(database_url: str, folder: Path) -> AsyncIterator[AuditAnchor]:
    """Yields the task that writes checkpoints. It does not run in the background."""
    settings = PostgresSettings(url=url_as("radiant_ingest", database_url), application_name="test")
    async with open_database(settings) as database:
        store = CheckpointStore(open_store(str(folder)), CheckpointKeys(SECRET, ()))
        yield AuditAnchor(database, store, timedelta(hours=1))


async def test_checkpoint_is_written_only_for_changed_logs(database_url: str, tmp_path: Path) -> None:
    async with opened_anchor(database_url, tmp_path) as anchor:
        assert await anchor.run_once() == 0
        await append_audit(database_url, "acme", "a")
        await append_audit(database_url, "globex", "b")
        assert [await anchor.run_once() for _ in range(3)] == [2, 0, 0]
        await append_audit(database_url, "acme", "c")
        assert [await anchor.run_once() for _ in range(2)] == [1, 0]


async def test_checkpoint_of_replaced_log_is_not_written(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened_anchor(database_url, tmp_path) as anchor:
        await append_audit(database_url, "acme", "a", "b")
        assert await anchor.run_once() == 1
        with caplog.at_level(logging.ERROR, "ingest.audit"):
            await tamper(database_url, "UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 1", RECHAIN)
            await append_audit(database_url, "acme", "c")
            assert [await anchor.run_once() for _ in range(3)] == [0, 0, 0]
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["audit log does not match its checkpoints"]
    assert [path.name for path in stored(tmp_path)] == [f"{1:012d}.json"]


async def test_deleted_log_is_reported(database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened_anchor(database_url, tmp_path) as anchor:
        await append_audit(database_url, "acme", "a")
        assert await anchor.run_once() == 1
        await tamper(database_url, "DELETE FROM ingest.audit_log", "DELETE FROM ingest.audit_heads")
        with caplog.at_level(logging.ERROR, "ingest.audit"):
            assert [await anchor.run_once() for _ in range(2)] == [0, 0]
    assert [record.getMessage() for record in caplog.records] == ["audit log does not match its checkpoints"]
