"""Fixtures of the tests of the night."""

from collections.abc import AsyncIterator

import pytest

from neural.nightly.run import Nightly
from neural.trust.rounds import Trusting
from tests.neural.works import Works, quiet


def another(work: Works) -> Nightly:
    """Returns the nightly work of a process of its own."""
    return Nightly(work.database, work.settings, work.another(), Trusting(work.database, quiet))


@pytest.fixture
async def nightly(work: Works) -> AsyncIterator[Nightly]:
    """Gives the nightly work of one process."""
    own = another(work)
    yield own
    await own.close()
