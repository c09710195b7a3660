"""Findings about open files, clocks, addresses and Redis."""

from __future__ import annotations

import resource
import socket
from pathlib import Path

import pytest

from cli.embedded.process import free_port
from kit.checks import database
from kit.checks.cache import cache_findings
from kit.checks.certificates import certificate_findings
from kit.checks.finding import Level
from kit.checks.hosts import is_local, port_finding
from kit.checks.process import limit_findings
from kit.redis.client import RedisSettings
from tests.support.certificates import Authority


@pytest.mark.parametrize(("limit", "level"), [(1_024, Level.FAIL), (8_192, Level.WARN), (65_536, Level.OK)])
def test_limit_of_open_files_has_level_by_its_size(monkeypatch: pytest.MonkeyPatch, limit: int, level: Level) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert [each.level for each in limit_findings()] == [level]


@pytest.mark.parametrize(("skew_s", "level"), [(0.2, Level.OK), (-5.0, Level.WARN), (61.0, Level.FAIL)])
def test_difference_of_clocks_has_level_by_its_size(skew_s: float, level: Level) -> None:
    assert database._clock(skew_s).level is level


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), ("/run/postgresql", True), ("db.example", False)]
)
def test_local_hosts_need_no_encryption(host: str, local: bool) -> None:
    assert is_local(host) is local


async def test_address_is_free_or_in_use_or_unusable() -> None:
    port = free_port()
    assert (await port_finding("127.0.0.1", port)).observation.endswith("is free")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert (await port_finding("127.0.0.1", port)).level is Level.OK
    assert (await port_finding("192.0.2.1", port)).level is Level.FAIL


async def test_unreachable_redis_is_a_failure() -> None:
    settings = RedisSettings(url=f"redis://127.0.0.1:{free_port()}")
    assert [each.level async for each in cache_findings(settings, is_production=True)] == [Level.FAIL]
    assert [each.level async for each in cache_findings(RedisSettings(), is_production=True)] == [Level.WARN]


def test_certificate_that_expires_soon_or_has_another_name_is_a_warning(tmp_path: Path) -> None:
    pair = Authority("ours").issue(tmp_path, "services", days=5)
    found = list(certificate_findings(str(pair.cert), str(pair.key), "RADIANT_TLS_CERT", "10.1.2.3"))
    assert [each.level for each in found] == [Level.WARN, Level.WARN]
    assert "expires in" in found[0].observation
    assert "10.1.2.3" in found[1].observation


def test_certificate_without_its_key_or_without_a_name_is_a_failure(tmp_path: Path) -> None:
    one, other = Authority("one").issue(tmp_path, "a"), Authority("other").issue(tmp_path, "b")
    found = list(certificate_findings(str(one.cert), str(other.key), "RADIANT_TLS_CERT"))
    assert [each.level for each in found] == [Level.FAIL]
    bare = Authority("one").issue(tmp_path, "c", local=False, days=90)
    found = list(certificate_findings(str(bare.cert), str(bare.key), "RADIANT_TLS_CERT"))
    assert [each.level for each in found] == [Level.OK, Level.FAIL]
