"""Where a spool lies: apart by tenant, and told at the start when it cannot lie there."""

import asyncio
from pathlib import Path

import pytest

from radiant_client import Radiant, SpoolFailed, SpoolSettings
from tests.client.fixtures.fake_services import suite
from tests.client.fixtures.spool_clients import client, outage, token_of


async def test_what_waits_is_sent_for_its_own_tenant_alone(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", "u", "positive")
    async with suite(port) as served:
        async with client(port, tmp_path, "other") as other:
            await asyncio.sleep(0.3)
            assert other.health().spool.records == 0  # type: ignore[union-attr]
            assert served.ingest.requests == []
        async with client(port, tmp_path) as again:
            assert await again.spool.drained(5.0)  # type: ignore[union-attr]
        assert len(served.ingest.requests) == 1
        assert served.ingest.metadata[0]["authorization"] == f"Bearer {token_of('acme')}"


async def test_a_tenant_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SpoolSettings"):
        await Radiant.connect(ingest="x:1", neural="x:1", token="opaque", default_model="m", spool=tmp_path)
    with pytest.raises(ValueError, match="records_max"):
        SpoolSettings(folder=tmp_path, records_max=0)


async def test_a_folder_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolFailed, match="cannot make"):
        async with client(1, tmp_path / "file"):
            pass
    slot = tmp_path / "acme" / "0"
    slot.mkdir(parents=True)
    (slot / "spool.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(SpoolFailed, match="not a database"):
        async with client(1, tmp_path):
            pass
