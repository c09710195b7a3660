"""Fixtures of the widget's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.serving import Served
from tests.gateway.widget.showing import Shown, shown


@pytest.fixture
async def chat(served: Served) -> AsyncIterator[Shown]:
    """Gives a product's page with the widget, in a browser."""
    async with shown(served) as opened:
        yield opened
