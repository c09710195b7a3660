"""Fixtures of the tests of nightly runs."""

from collections.abc import AsyncIterator

import pytest

from neural.nightly.run import NightlyRuns
from neural.trust.rounds import TrustRounds
from tests.neural.fixtures.stack import LearningStack, no_op


def nightly_of_another_process(stack: LearningStack) -> NightlyRuns:
    """Returns the nightly runs of another process on the same database."""
    return NightlyRuns(stack.database, stack.settings, stack.rebuild_with(), TrustRounds(stack.database, no_op))


@pytest.fixture
async def nightly(stack: LearningStack) -> AsyncIterator[NightlyRuns]:
    """Gives the nightly runs of one process."""
    runs = nightly_of_another_process(stack)
    yield runs
    await runs.close()
