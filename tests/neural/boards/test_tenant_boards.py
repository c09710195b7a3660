"""Separation of the boards of tenants."""

from __future__ import annotations

import redis.asyncio

from neural.domain.model import ANY, BoardKey
from neural.recommendation.ranking import board_keys
from tests.neural.fixtures.stack import LearningStack


async def test_boards_and_cache_keys_of_tenants_are_separate(stack: LearningStack, redis_url: str) -> None:
    await stack.feedback.for_tenant("acme").rate("m", [1] * 3)
    await stack.feedback.for_tenant("globex").rate("m", [-1] * 5)
    await stack.publish()
    for tenant, positive, negative in (("acme", 3, 0), ("globex", 0, 5), ("hooli", 0, 0)):
        boards = await stack.table().boards(tenant, board_keys(tenant, "u", "chat", "general"))
        seen = [(row.positive, row.negative) for board in boards for row in board.rows.values()]
        assert set(seen) == ({(positive, negative)} if positive + negative else set())
        known = await stack.estimates(tenant, "u")
        assert [(each.positive, each.negative) for each in known.values()] == list(set(seen))
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        keys = [key.decode() async for key in client.scan_iter()]
        for key in keys:
            value = str(await client.get(key))
            assert (",5,0,5," in value) is ("{globex}" in key), key
            assert (",3,3,0," in value) is ("{acme}" in key), key
    assert {key.split("{")[1].split("}")[0] for key in keys} == {"acme", "globex", "hooli", "-global-"}


async def test_board_of_another_tenant_is_not_readable(stack: LearningStack) -> None:
    await stack.feedback.for_tenant("globex").rate("m", [1])
    await stack.learn()
    key = BoardKey("globex", ANY, "chat", "general")
    assert [board.rows for board in await stack.table().boards("acme", [key])] == []
    assert "m" in (await stack.board(tenant="globex")).rows
