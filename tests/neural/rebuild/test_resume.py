"""Interrupted rebuilds: resumed, or replaced by another run, without changes of the live version."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kit.errors import Unavailable
from neural.rebuild import builder
from neural.rebuild import rebuild as rebuild_module
from neural.rebuild.rebuild import Rebuild
from tests.neural.fixtures.history import (
    assert_cells_exact,
    assert_unchanged,
    new_run_id,
    version_states,
    write_history,
)
from tests.neural.fixtures.stack import LearningStack, no_op

FUNCTIONS = [
    (builder.VersionBuilder, "_insert_contributions"),
    (builder.VersionBuilder, "_index"),
    (builder.VersionBuilder, "_insert_user_cells"),
    (builder.VersionBuilder, "_insert_tenant_cells"),
    (rebuild_module, "_learn_changed"),
    (rebuild_module, "report_of"),
    (rebuild_module, "recompute_version"),
]


async def interrupt(stack: LearningStack, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], run: str) -> None:
    """Starts a rebuild and cancels it in a function: in the third call of functions that run for each slice."""
    reached, calls = asyncio.Event(), []
    original = getattr(*where)

    def hang(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) < 3 and where[1] in ("_insert_contributions", "_index", "_insert_user_cells"):
            return original(*arguments)
        reached.set()
        return asyncio.Event().wait() if asyncio.iscoroutinefunction(original) else stop()

    def stop() -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(*where, hang)
        task = asyncio.create_task(stack.rebuild.run(run))
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("where", FUNCTIONS, ids=lambda each: each[1])
async def test_interrupted_rebuild_is_resumed(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    monkeypatch.setattr(builder, "OUTPUTS_PER_SLICE", 5)
    monkeypatch.setattr(builder, "OUTPUTS_PER_PART", 5)
    await write_history(stack.feedback, 13, 25)
    await stack.learn()
    cells, live = await stack.cells(), (await stack.live()).number
    interrupted = new_run_id()
    await interrupt(stack, monkeypatch, where, interrupted)
    await assert_unchanged(stack, cells, live)
    assert await version_states(stack) == ["live", "building"]
    await write_history(stack.feedback, 14, 5)
    await stack.learn()
    report = await Rebuild(stack.database, stack.settings, no_op).run(interrupted)
    assert (report["changed_cells"], report["previous_version"]) == (0, live)
    assert await version_states(stack) == ["retired", "live"]
    await assert_cells_exact(stack)


async def test_interrupted_rebuild_is_replaced_by_another_run(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_history(stack.feedback, 13, 15)
    await stack.learn()
    interrupted = new_run_id()
    await interrupt(stack, monkeypatch, FUNCTIONS[3], interrupted)
    assert (await stack.rebuild.run(new_run_id()))["changed_cells"] == 0
    assert await version_states(stack) == ["retired", "failed", "live"]
    with pytest.raises(Unavailable) as caught:
        await stack.rebuild.run(interrupted)
    assert caught.value.reason == "REBUILD_FAILED"
    await assert_cells_exact(stack)


async def test_failed_rebuild_leaves_live_version_unchanged(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.feedback.rate("m", [1])
    await stack.learn()
    cells, live, run = await stack.cells(), (await stack.live()).number, new_run_id()

    async def fail(*_: object) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(builder.VersionBuilder, "_insert_tenant_cells", fail)
        with pytest.raises(ExceptionGroup):
            await stack.rebuild.run(run)
    assert await version_states(stack) == ["live", "failed"]
    await assert_unchanged(stack, cells, live)
