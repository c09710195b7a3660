"""Limits of concurrent use, in total and per tenant."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Exhausted
from kit.tenant_slots import TenantSlots


def test_tenant_with_all_its_slots_is_refused_while_another_tenant_is_served() -> None:
    slots = TenantSlots("uploads", 3, 2, reason="UPLOADS_FULL")
    with slots.hold("a"), slots.hold("a"):
        with pytest.raises(Exhausted, match=r"The tenant has 2 uploads, which is its limit\. Retry after 1 s\.") as own:
            slots.check("a")
        assert (own.value.reason, own.value.retry_after) == ("UPLOADS_FULL", timedelta(seconds=1))
        with slots.hold("b"), pytest.raises(Exhausted, match="The server has 3 uploads, which is its limit"):
            slots.check("c")
    assert slots.used == 0
    slots.check("a")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_slots_after_any_sequence_hold_limits_and_return_to_zero(steps: list[tuple[str, bool]]) -> None:
    slots, held = TenantSlots("uploads", 4, 2, reason="FULL"), dict[str, list[contextlib.ExitStack]]()
    for tenant, is_release in steps:
        mine = held.setdefault(tenant, [])
        total = sum(map(len, held.values()))
        if is_release and mine:
            mine.pop().close()
        elif not is_release:
            stack, is_full = contextlib.ExitStack(), len(mine) >= 2 or total >= 4
            with pytest.raises(Exhausted) if is_full else contextlib.nullcontext():
                stack.enter_context(slots.hold(tenant))
            if not is_full:
                mine.append(stack)
        assert slots.used == sum(map(len, held.values()))
    for stack in (each for mine in held.values() for each in mine):
        stack.close()
    assert slots.used == 0
