"""Runs attacks one after another, each on a suite that answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bench.resilience.attack.attack import Attack, Outcome, Row, row
from bench.resilience.attack.target import Target


async def run(attacks: Sequence[Attack], target: Target) -> list[Row]:
    """Returns the rows of the attacks. An attack that fails or takes too long counts as not held."""
    rows = []
    for each in attacks:
        if not await target.recover():
            rows.append(row(each, Outcome(0, False, "not tried: the suite did not recover"), time.monotonic()))
            continue
        begun = time.monotonic()
        rows.append(row(each, await _outcome(each, target), begun))
        found = rows[-1]
        print(f"{'held' if found.is_held else 'NOT HELD':<9}{found.group}: {found.name}: {found.figure}", flush=True)
    return rows


async def _outcome(attack: Attack, target: Target) -> Outcome:
    try:
        async with asyncio.timeout(attack.seconds_max):
            return await attack.run(target)
    except TimeoutError:
        return Outcome(1, False, f"no result within {attack.seconds_max:g} s")
    except Exception as error:
        return Outcome(1, False, f"the attack failed: {type(error).__name__}: {str(error)[:200]}")
