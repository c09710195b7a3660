"""A disorderly history, and what it must have been learned as."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

from tests.neural.works import Cells, Works
from tests.neural.world import World

KINDS = ("copy_response", "regenerate", "scroll_to_end")


async def busy(world: World, seed: int, units: int = 40) -> None:
    """Writes a disorderly history of two tenants."""
    chance = random.Random(seed)
    for number in range(units):
        own = world.of(chance.choice(["acme", "globex"]))
        output = f"{seed}-{number}"
        models = chance.sample(["m", "n", "k"], chance.randint(1, 3))
        user = chance.choice(["ann", "bob", "cy"])
        steps: list[Any] = [
            own.manifest(output, *models, versions=[chance.choice(["", "v2"]) for _ in models]),
            own.vote(output, chance.choice([-1, 0, 1]), user, 1, ["speed"]),
            own.vote(output, chance.choice([-1, 0, 1]), user, 2),
            own.signal(output, chance.choice(KINDS), user),
            own.voice(output, chance.uniform(-1, 1), chance.choice(["ann", "bob"])),
        ]
        chance.shuffle(steps)
        for step in steps:
            await step


async def exact(work: Works) -> None:
    """Checks that the cells are, to the last bit, those that the raw rows give, and that there are any."""
    expected = await work.from_scratch()
    assert await work.cells() == expected
    assert expected


def run_id() -> str:
    """Returns a fresh identifier of a run."""
    return str(uuid4())


async def versions(work: Works) -> list[str]:
    """Returns the states of all versions, oldest first."""
    return [row["state"] for row in await work.rows("SELECT state FROM neural.score_versions ORDER BY version")]


async def unchanged(work: Works, cells: Cells, live: int) -> None:
    """Checks that the live version and its cells are as they were, and that learning goes on."""
    assert (await work.live()).number == live
    assert await work.cells() == cells
    await work.world.liked("m", [1])
    await work.learn()
    await exact(work)
