"""Attacks: the framework counts an attack as held only if it ends in time and its property holds."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bench.resilience.attack.api import METHODS, empty_request, path_of, text_fields
from bench.resilience.attack.attack import Attack, Group, Outcome
from bench.resilience.attack.groups import ATTACKS
from bench.resilience.attack.groups.browser import FORMULAS, is_formula
from bench.resilience.attack.run import run
from bench.resilience.attack.table import table
from bench.resilience.attack.target import Target
from cli.embedded.process import free_port
from tests.gateway.fixtures.otlp import otlp_gateway
from tests.ingest.fixtures import service as ingest
from tests.support.suite import KEY

GROUP = Group("example")


@GROUP.attack("succeeds", "nothing")
async def held(target: Target) -> Outcome:
    """Is held."""
    return Outcome(3, True, "as it must be")


@GROUP.attack("finds a hole", "nothing")
async def broken(target: Target) -> Outcome:
    """Is not held."""
    return Outcome(2, False, "a hole")


@GROUP.attack("raises", "nothing")
async def failing(target: Target) -> Outcome:
    """Fails."""
    raise ConnectionError("refused")


@GROUP.attack("hangs", "nothing", seconds_max=0.05)
async def endless(target: Target) -> Outcome:
    """Does not end."""
    await asyncio.Event().wait()
    return Outcome(0, True, "")


class Recovered:
    """A target that always answers."""

    async def recover(self) -> bool:
        """Returns True."""
        return True


async def test_only_attacks_with_a_positive_outcome_count_as_held() -> None:
    target: Any = Recovered()
    rows = await run(GROUP.attacks, target)
    assert [(row.name, row.is_held) for row in rows] == [
        ("succeeds", True),
        ("finds a hole", False),
        ("raises", False),
        ("hangs", False),
    ]
    assert "ConnectionError: refused" in rows[2].figure
    assert "within 0.05 s" in rows[3].figure
    lines = table(rows).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [line.count(" NO ") for line in lines[1:]] == [0, 1, 1, 1]


async def test_attack_is_not_tried_on_a_suite_that_does_not_answer() -> None:
    class Lost:
        async def recover(self) -> bool:
            return False

    target: Any = Lost()
    (row,) = await run(GROUP.attacks[:1], target)
    assert (row.is_held, row.attempts) == (False, 0)


def test_attacks_have_distinct_names_and_limits() -> None:
    assert len(ATTACKS) >= 40
    assert len({(each.group, each.name) for each in ATTACKS}) == len(ATTACKS)
    assert all(each.limit for each in ATTACKS)


def test_text_fields_of_nested_messages_are_found() -> None:
    method = next(each for each in METHODS if each.name == "RecordManifest")
    request = empty_request(method)
    names = {field.name for _, field in text_fields(request)}
    assert {"request_id", "output_id", "models_used", "brain_reasoning"} <= names
    assert path_of(method) == "/radiant.ingest.v1.IngestService/RecordManifest"


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_after_blanks_and_in_full_width_is_recognized(cell: str) -> None:
    assert is_formula(cell)
    assert not is_formula("'" + cell)


async def test_probe_measures_the_latency_of_other_callers(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with ingest.open_service(database_url, redis_url) as intake, otlp_gateway(intake) as gateway:
        addresses = {"ingest": intake.address, "gateway": f"127.0.0.1:{gateway.http_port}"}
        target = Target(tmp_path, addresses, 0, KEY, "", tmp_path / "output", lambda module: [])
        assert await target.recover()
        async with target.probing("ingest") as idle:
            await asyncio.sleep(0)
        assert idle.is_within(5.0)
        async with target.probing("gateway") as blocked:
            async with asyncio.timeout(10):
                while not blocked.calls:  # noqa: ASYNC110 - the probe runs in a thread
                    await asyncio.sleep(0.01)
            time.sleep(1.2)  # noqa: ASYNC251 - blocks the loop of the gateway
        assert not blocked.is_within(0.5)


async def test_target_without_answer_does_not_recover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.resilience.attack.target.RECOVERY_SECONDS_MAX", 0.1)
    addresses = dict.fromkeys(("ingest", "gateway"), f"127.0.0.1:{free_port()}")
    target = Target(tmp_path, addresses, 0, KEY, "", tmp_path / "output", lambda module: [])
    assert not await target.recover()


def test_attack_is_registered_in_its_group() -> None:
    assert GROUP.attacks[0] == Attack("example", "succeeds", "nothing", held)
