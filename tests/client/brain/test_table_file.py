"""Local table on disk: a process that starts without the services decides from the stored table."""

import json
from pathlib import Path

import pytest

from cli.embedded.process import free_port
from radiant_client import LocalTable, Radiant, open_channel
from radiant_client.brain.entries import Entry, LearnedModel
from radiant_client.brain.table_file import TableFile
from tests.client.fixtures.fake_services import entry, eventually, fake_suite, part
from tests.client.fixtures.spool_clients import spool_client

ONE = Entry((LearnedModel("a", 0.7, 0.5, 1.0, "tenant"),), "because", 30.0)


async def stored_table(folder: Path, tenant: str = "acme") -> int:
    """Stores a table by a client. Returns the port of the services, which are unreachable afterwards."""
    port = free_port()
    async with fake_suite(port) as served:
        served.recommend.parts.put_nowait(
            part(entry({"a": 0.25, "b": 0.75}), entry({"c": 1.0}, "u1", "chat", "general"))
        )
        async with spool_client(port, folder, tenant) as radiant:
            assert await radiant.table.ready(5.0)
    return port


async def test_client_started_without_services_decides_from_the_stored_table(tmp_path: Path) -> None:
    async with spool_client(await stored_table(tmp_path), tmp_path) as radiant:
        decision = await radiant.choose("u1", "chat", "general")
        assert (decision.model, decision.source, decision.reasoning) == ("c", "last_table", "u1/chat/general")
        assert 0.0 < decision.staleness_ms < 60_000
        health = radiant.health().table
        assert (health.source, health.from_disk, health.entries) == ("last_table", True, 2)
        assert 0.0 < health.staleness_s < 60
        assert (await radiant.choose("u2", "chat", "", ["b"])).model == "b"
        assert (await radiant.choose("u2", "chat", "", ["x", "y"])).source == "default"


async def test_stored_table_is_replaced_by_the_first_snapshot(tmp_path: Path) -> None:
    port = await stored_table(tmp_path)
    async with fake_suite(port) as served, spool_client(port, tmp_path) as radiant:
        assert radiant.table.from_disk
        served.recommend.parts.put_nowait(part(entry({"new": 1.0})))
        await eventually(lambda: not radiant.table.from_disk)
        assert (await radiant.choose("u1", "chat", "general")).model == "new"
        assert (await radiant.choose("u1", "chat", "general")).source == "table"


async def test_stored_table_of_other_tenant_or_strategy_is_not_used(tmp_path: Path) -> None:
    port = await stored_table(tmp_path)
    async with spool_client(port, tmp_path, "other") as radiant:
        assert (await radiant.choose("u1", "chat", "general")).source == "default"
    connection = open_channel("127.0.0.1:1")
    other = LocalTable(connection, strategy="greedy", file=TableFile(tmp_path / "acme"))
    assert not await other.restore()
    await connection.close()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2}', '{"format":1,"strategy":0,"current_at":0,"entries":[[1]]}']
)
async def test_stored_table_with_invalid_content_is_ignored(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    port = await stored_table(tmp_path)
    (tmp_path / "acme" / "table.json").write_text(text)
    async with spool_client(port, tmp_path) as radiant:
        assert (await radiant.choose("u1", "chat")).source == "default"
    assert "stored local table ignored" in caplog.text


async def test_table_with_keep_table_off_or_without_spool_is_not_stored(tmp_path: Path) -> None:
    port = free_port()
    async with fake_suite(port) as served:
        served.recommend.parts.put_nowait(part(entry({"a": 1.0})))
        async with spool_client(port, tmp_path, keep_table=False) as radiant:
            assert await radiant.table.ready(5.0)
    assert not (tmp_path / "acme" / "table.json").exists()
    address = f"127.0.0.1:{port}"
    async with await Radiant.connect(
        ingest=address, neural=address, token="t", default_model="m", ready_timeout=0.01
    ) as plain:
        assert plain.health().table.source == "default"


def test_table_file_keeps_its_size_limit_and_is_replaced_atomically(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = TableFile(tmp_path, bytes_max=1000)
    users = [((f"u{number}", "chat", ""), ONE) for number in range(100)]
    assert file.save([(("", "", ""), ONE), *users], 0, 1.0)
    kept = file.load(0)
    assert kept is not None
    assert list(kept.entries) == [("", "", "")]
    before = (tmp_path / "table.json").read_bytes()
    assert not file.save([(("", f"t{number}", ""), ONE) for number in range(100)], 0, 2.0)
    assert not file.save([(("", "", ""), ONE)], 0, 1.0)

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", fail)
    assert not file.save([], 0, 3.0)
    assert (tmp_path / "table.json").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["table.json"]
    assert json.loads(before)["entries"][0][:3] == ["", "", ""]
