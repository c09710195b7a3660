"""Streams of the replay: seeds, held-out prompts, bounds in hindsight."""

from __future__ import annotations

import numpy as np
import pytest

from bench.learning.attacks.collusion import Plan
from bench.learning.replay.streams import HELD_OUT, draw_streams, score_and_evidence
from bench.learning.replay.upper_bounds import ORACLE, PER_TASK, SINGLE, hindsight_bounds
from bench.learning.tables import Table
from neural.domain.scoring import score_unit
from tests.bench.fixtures.outcomes import facts, table


@pytest.fixture(name="outcomes")
def _outcomes() -> Table:
    return table()


def test_stream_of_seed_is_independent_of_other_seeds(outcomes: Table) -> None:
    """Rows have independent random numbers."""
    alone, beside = draw_streams(outcomes, range(5, 6), 300), draw_streams(outcomes, range(4, 7), 300)
    for name in ("user", "prompt", "up", "pleased", "held", "order"):
        assert np.array_equal(getattr(alone, name)[0], getattr(beside, name)[1])
        assert not np.array_equal(getattr(beside, name)[0], getattr(beside, name)[1])


def test_streams_of_plans_have_the_same_prompts(outcomes: Table) -> None:
    """A plan changes users and reactions, but not prompts."""
    streams = draw_streams(outcomes, range(3, 5), 200, [Plan(share=0.3, honest=1.0), Plan(share=0.3, volume=3.0)])
    assert streams.attack is not None
    assert np.array_equal(streams.prompt[:2], streams.prompt[2:])
    assert np.array_equal(streams.attack.member[:2], streams.attack.member[2:])
    members = np.take_along_axis(streams.attack.member, streams.user, 1).mean(1)
    assert (members[2:] > members[:2]).all()


def test_stream_has_no_held_out_prompts(outcomes: Table) -> None:
    """A long stream contains all prompts except the held-out share."""
    prompts = len(outcomes.quality)
    streams = draw_streams(outcomes, range(8), 3 * prompts)
    for row in range(8):
        streamed = np.unique(streams.prompt[row])
        held = np.setdiff1d(np.arange(prompts), streamed)
        assert len(held) == round(HELD_OUT * prompts)
        mean = outcomes.quality[held][:, streams.order[row]].mean(0)
        assert np.allclose((streams.share[row][:, None] * streams.held[row]).sum(0), mean)


def test_hindsight_bounds_are_ordered() -> None:
    """Bounds with more knowledge are higher if streamed and held-out prompts are similar."""
    streams = draw_streams(table(prompts=4_000), range(6), 10)
    bounds = hindsight_bounds(streams)
    assert (bounds[ORACLE] > bounds[PER_TASK]).all()
    assert (bounds[PER_TASK] > bounds[SINGLE]).all()


@pytest.mark.parametrize("trust", [0.0, 0.1, 0.4, 1.0])
@pytest.mark.parametrize("rating", [-1, 0, 1])
def test_score_and_evidence_equal_those_of_the_service(rating: int, trust: float) -> None:
    """Score and evidence equal those of neural.domain.scoring."""
    for implicit in (-0.8, 0.0, 0.5):
        score, evidence = score_and_evidence(np.array([rating]), np.array([implicit]), trust)
        scored = score_unit(facts(rating or None, implicit, trust))
        assert scored is not None
        assert (float(score[0]), float(evidence[0])) == pytest.approx((scored.score, scored.evidence), abs=1e-12)
