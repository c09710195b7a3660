"""Cells, caps and trust rounds of the replay, and their parity with the service."""

from __future__ import annotations

import numpy as np
import pytest

from bench.learning.attacks import invented_users
from bench.learning.attacks.collusion import Plan
from bench.learning.attacks.trust_rounds import Defense, TrustLearner
from bench.learning.replay import service_parity
from bench.learning.replay.cells import Cap, Cells, NewRaters, Units
from bench.learning.replay.policies import OURS, Policy, default_policies
from bench.learning.replay.simulation import simulate
from bench.learning.replay.streams import USERS, draw_streams
from bench.learning.tables import Indices, Numbers
from neural.settings import RecommendSettings
from tests.bench.fixtures.outcomes import MODELS, TASKS, table

pytestmark = pytest.mark.slow


def _ours() -> Policy:
    return next(each for each in default_policies(RecommendSettings().priors) if each.name == OURS)


def test_replay_equals_the_service(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Both give equal estimates and choices for the same units."""
    monkeypatch.setattr(service_parity, "EVENTS", 400)
    monkeypatch.setattr(service_parity, "CONTEXTS", 10)
    service_parity.check_parity(table(), 3)
    assert "equal to the service" in capsys.readouterr().out


def test_parity_check_with_wrong_evidence_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check fails if the replay weights units differently."""
    learn = Cells.learn

    def wrong(self: Cells, user: Indices, task: Indices, model: Indices, evidence: Numbers, score: Numbers) -> None:
        learn(self, user, task, model, evidence * 1.01, score)

    monkeypatch.setattr(service_parity, "EVENTS", 200)
    monkeypatch.setattr(Cells, "learn", wrong)
    with pytest.raises(AssertionError, match="differs from the service"):
        service_parity.check_parity(table(), 3)


@pytest.mark.parametrize("new_raters", [None, NewRaters(floor=5.0)])
@pytest.mark.parametrize("cap", [None, Cap(), Cap(share=0.3, free=1.0)])
def test_cells_relearned_from_all_units_are_equal(cap: Cap | None, new_raters: NewRaters | None) -> None:
    """Units learned one by one and all at once give equal cells, with and without limits."""
    rng, rows, events = np.random.default_rng(0), 3, 500
    units = Units(
        user=np.minimum(rng.geometric(0.1, (rows, events)) - 1, USERS - 1),
        task=rng.integers(len(TASKS), size=(rows, events)),
        model=rng.integers(len(MODELS), size=(rows, events)),
        evidence=rng.uniform(0.1, 1, (rows, events)),
        score=rng.random((rows, events)),
    )
    slow, fast = (Cells(rows, len(TASKS), len(MODELS), cap=cap, new_raters=new_raters) for _ in range(2))
    slow.established[:] = fast.established[:] = rng.random((rows, USERS)) < 0.5
    for event in range(events):
        user, task, model = (each[:, event] for each in (units.user, units.task, units.model))
        slow.learn(user, task, model, units.evidence[:, event], units.score[:, event])
    fast.relearn(units)
    for name in ("user", "tenant", "everyone"):
        for part in ("evidence", "total"):
            assert np.allclose(getattr(getattr(slow, name), part), getattr(getattr(fast, name), part))
    assert np.array_equal(slow.raters, fast.raters)
    assert np.array_equal(slow.tenants, fast.tenants)


def test_evidence_of_one_rater_is_capped() -> None:
    """A rater with all units counts for the free units. Smaller amounts are unchanged."""
    cells, zero = Cells(1, 1, 2, cap=Cap(share=0.1, free=5.0)), np.zeros(1, np.int64)
    for _ in range(40):
        cells.learn(zero, zero, zero, np.ones(1), np.ones(1))
    cells.learn(zero + 1, zero, zero, np.ones(1), np.zeros(1))
    assert cells.tenant.evidence[0, 0, 0, 0] == pytest.approx(5 + 1)
    assert cells.tenant.total[0, 0, 0, 0] == pytest.approx(5)
    assert cells.user.evidence[0, 0, 0, 0] == 40


def test_evidence_of_new_raters_is_limited_jointly() -> None:
    """Raters who are not established count for a quarter of the evidence of the others."""
    cells, zero = Cells(1, 1, 2, new_raters=NewRaters(floor=1.0)), np.zeros(1, np.int64)
    cells.established[0, 8:] = False
    for user in range(16):
        cells.learn(zero + user, zero, zero, np.ones(1), np.full(1, float(user < 8)))
    assert cells.tenant.evidence[0, 0, 0, 0] == pytest.approx(8 + 2)
    assert cells.tenant.total[0, 0, 0, 0] == pytest.approx(8)


def test_invented_users_cost_more_without_defense(capsys: pytest.CaptureFixture[str]) -> None:
    """300 invented users lower the quality without the defense, and at most a little with it."""
    seeds = range(6)
    costs = {
        defends: np.mean([invented_users.served_quality(table(), seed, 0, 0, defends) for seed in seeds])
        - np.mean([invented_users.served_quality(table(), seed, 300, 7, defends) for seed in seeds])
        for defends in (False, True)
    }
    assert costs[True] <= 0.02
    assert costs[False] > 0.05 + costs[True]
    invented_users.run(table(), range(2), 0)
    assert "300 invented users" in capsys.readouterr().out


def test_trust_round_lowers_trust_of_colluding_raters() -> None:
    """Colluding raters have less trust than honest ones, and their earlier units are weighted again."""
    events, seen = 3_000, []

    def make_learner(cells: Cells) -> TrustLearner:
        seen.append(TrustLearner(cells, Defense(name="trust", uses_trust=True), events, every=1_500))
        return seen[-1]

    streams = draw_streams(table(), range(2), events, [Plan(share=0.1, volume=3.0)])
    simulate(streams, _ours(), [events], turns=1, make_learner=make_learner)
    assert streams.attack is not None
    member, trust = streams.attack.member == 1, seen[0].trust
    assert trust[member].mean() < 0.8 * trust[~member].mean()
    assert seen[0].cells.tenant.evidence[:, :, :-1].sum() < 2 * events - 1
