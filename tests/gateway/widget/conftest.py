"""Fixtures of the widget's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.serving import Gateway
from tests.gateway.widget.showing import Shown, shown


@pytest.fixture
async def chat(served: Gateway) -> AsyncIterator[Shown]:
    """Gives a product's page with the widget, in a browser."""
    async with shown(served) as opened:
        yield opened
