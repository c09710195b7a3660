"""Folders of the spool: separation of tenants, locks, and errors at the start."""

import os
from pathlib import Path

import pytest

from radiant_client import Radiant, SpoolFailed, SpoolSettings
from radiant_client.spool.folder import Slot
from tests.client.fixtures.fake_services import fake_suite
from tests.client.fixtures.spool_clients import outage, spool_client, token_of


async def test_spooled_write_is_sent_only_by_a_client_of_the_same_tenant(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", "u", "positive")
    async with fake_suite(port) as served:
        async with spool_client(port, tmp_path, "other") as other:
            await other.spool.adopt()  # type: ignore[union-attr]
            assert other.health().spool.records == 0  # type: ignore[union-attr]
            assert served.ingest.requests == []
        async with spool_client(port, tmp_path) as again:
            assert await again.spool.drained(5.0)  # type: ignore[union-attr]
        assert len(served.ingest.requests) == 1
        assert served.ingest.metadata[0]["authorization"] == f"Bearer {token_of('acme')}"


async def test_spool_with_unknown_tenant_or_invalid_limit_raises_value_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Set SpoolSettings\.tenant"):
        await Radiant.connect(ingest="x:1", neural="x:1", token="opaque", default_model="m", spool=tmp_path)
    with pytest.raises(ValueError, match="records_max"):
        SpoolSettings(folder=tmp_path, records_max=0)


async def test_spool_in_unusable_folder_raises_spool_failed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolFailed, match="Cannot create"):
        async with spool_client(1, tmp_path / "file"):
            pass
    slot = tmp_path / "acme" / "0"
    slot.mkdir(parents=True)
    (slot / "spool.db").write_bytes(b"this is not an SQLite file" * 100)
    with pytest.raises(SpoolFailed, match="not a database"):
        async with spool_client(1, tmp_path):
            pass


def test_slot_taken_is_locked_until_closed(tmp_path: Path) -> None:
    first = Slot.first_free(tmp_path)
    assert Slot.take(tmp_path / "0") is None
    second = Slot.first_free(tmp_path)
    assert (first.folder.name, second.folder.name) == ("0", "1")
    first.close()
    assert Slot.first_free(tmp_path).folder.name == "0"


async def test_folders_and_files_of_a_spool_are_private(tmp_path: Path) -> None:
    earlier = tmp_path / "spool" / "acme" / "3"
    earlier.mkdir(parents=True, mode=0o755)
    (earlier / "spool.db").touch(mode=0o644)
    mask = os.umask(0o022)
    try:
        async with outage(tmp_path / "spool") as (radiant, _):
            await radiant.ingest.submit_feedback("o", "u", "positive")
            paths = list((tmp_path / "spool").rglob("*"))
            assert any(path.name == "spool.db-wal" for path in paths)
            modes = {str(path): path.stat().st_mode & 0o777 for path in paths}
            assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    finally:
        os.umask(mask)
