"""Computation of trust from votes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.trust.population import CappedVotes, Population, Rater, Votes
from neural.domain.trust.rater_trust import TRUST_MIN, TRUST_NEUTRAL, TrustFactor, TrustScore, compute_trust
from neural.domain.trust.vote_likelihood import TaskModel
from tests.neural.fixtures.raters import NOW, OLD, Simulation, VotesByCell, mean_trust, population_of, trust_scores

counts = st.builds(Votes, up=st.integers(0, 500), down=st.integers(0, 500), neutral=st.integers(0, 500))
cells = st.builds(TaskModel, st.sampled_from(["chat", "code"]), st.sampled_from(["m", "n", "k"]))
votes_by_cell = st.dictionaries(cells, counts, max_size=6)


def factor(score: TrustScore, name: str) -> TrustFactor:
    """Returns a factor by name."""
    return {each.name: each for each in score.factors}[name]


@given(st.lists(votes_by_cell, min_size=1, max_size=30), st.integers(-10, 400))
def test_trust_of_any_votes_is_within_limits_and_explained(raters: list[VotesByCell], days: int) -> None:
    for each in trust_scores(raters, NOW - timedelta(days=days)):
        assert TRUST_MIN <= each.trust <= 1
        assert [one.name for one in each.factors] == ["account_age", "volume", "diversity", "alignment", "experience"]
        assert all(0 <= one.value <= 1 and one.explanation.endswith(".") for one in each.factors)
        assert each.trust == TRUST_MIN or not each.outlier_reason


def test_trust_of_new_rater_is_neutral() -> None:
    empty = Population(votes_by_cell={}, raters=0, votes=0)
    assert compute_trust(Rater(votes={}, since=None), empty, NOW).trust == TRUST_NEUTRAL == 0.5
    first = {TaskModel("chat", "m"): Votes(up=1)}
    crowd = [Simulation(1).honest(60) for _ in range(30)]
    assert trust_scores([*crowd, first], NOW)[-1].trust == TRUST_NEUTRAL


def test_trust_of_few_raters_is_neutral() -> None:
    simulation = Simulation(2)
    assert [each.trust for each in trust_scores([simulation.promoter(500)])] == [1]
    assert [
        each.trust for each in trust_scores([simulation.honest(500), simulation.promoter(500), simulation.honest(5)])
    ] == [1, 1, 1]


def test_trust_of_honest_raters_is_high() -> None:
    for seed in range(5):
        simulation = Simulation(seed)
        found = trust_scores([simulation.honest(40) for _ in range(100)])
        assert mean_trust(found) > 0.95
        assert [each.outlier_reason for each in found if each.outlier_reason] == []


def test_trust_of_strict_raters_is_high() -> None:
    simulation = Simulation(3)
    crowd = [simulation.honest(60, 0) for _ in range(60)]
    strict = [simulation.honest(60, 2.5) for _ in range(20)]
    assert mean_trust(trust_scores(crowd + strict)[60:]) > 0.9


@pytest.mark.parametrize("volume", [1, 3])
def test_trust_of_promoters_is_low(volume: int) -> None:
    for seed in range(5):
        simulation = Simulation(seed)
        raters = [simulation.honest(40) for _ in range(70)] + [simulation.promoter(40 * volume) for _ in range(30)]
        found = trust_scores(raters)
        assert mean_trust(found[:70]) > 0.88
        assert mean_trust(found[70:]) < (0.7 if volume == 1 else 0.2)


def test_outlier_has_minimum_trust_and_reason() -> None:
    simulation = Simulation(4)
    found = trust_scores([*(simulation.honest(60) for _ in range(90)), simulation.promoter(120)])[-1]
    assert found.trust == TRUST_MIN
    assert "A habit of the rater predicts 120 votes" in found.outlier_reason
    assert "90 other raters" in found.outlier_reason
    assert factor(found, "alignment").value < 0.1


def test_outlier_with_few_votes_is_found() -> None:
    votes_by_model = {
        TaskModel("chat", f"m{n}"): CappedVotes(1900.0 * (n % 2) + 50, 1900.0 * (1 - n % 2) + 50, 2000)
        for n in range(6)
    }
    crowd = Population(votes_by_cell=votes_by_model, raters=2000, votes=12000)
    against: VotesByCell = {TaskModel("chat", f"m{n}"): Votes(up=3 * (1 - n % 2), down=3 * (n % 2)) for n in range(6)}
    found = compute_trust(Rater(votes=against, since=OLD), crowd, NOW)
    assert (found.trust, bool(found.outlier_reason)) == (TRUST_MIN, True)


def test_alignment_excludes_own_votes() -> None:
    simulation = Simulation(5)
    crowd = [simulation.honest(30) for _ in range(4)]
    rater = simulation.promoter(1000)
    raters = population_of([*crowd, rater])
    twice = population_of([*crowd, {cell: Votes(each.up * 9, each.down * 9) for cell, each in rater.items()}])
    more = {cell: Votes(each.up * 9, each.down * 9) for cell, each in rater.items()}
    one = compute_trust(Rater(votes=rater, since=OLD), raters, NOW)
    other = compute_trust(Rater(votes=more, since=OLD), twice, NOW)
    assert factor(one, "alignment").value >= factor(other, "alignment").value


def test_volume_limit_applies_only_to_many_raters() -> None:
    simulation = Simulation(6)
    frequent = simulation.honest(2000)
    few = trust_scores([frequent, *(simulation.honest(30) for _ in range(10))])[0]
    assert factor(few, "volume").value == 1
    crowd = trust_scores([frequent, *(simulation.honest(30) for _ in range(50))])[0]
    assert factor(crowd, "volume").value == pytest.approx(350 / 2000)
    assert "2000 of 3500 votes" in factor(crowd, "volume").explanation
    assert crowd.trust <= 350 / 2000


def test_age_and_diversity_reduce_trust_by_at_most_40_percent() -> None:
    simulation = Simulation(7)
    crowd = [simulation.honest(60) for _ in range(30)]
    positive: VotesByCell = {TaskModel(f"t{t}", f"m{m}"): Votes(up=4) for t in range(4) for m in range(6)}
    new_rater = trust_scores([*crowd, positive], NOW)[-1]
    assert factor(new_rater, "diversity").value == 0
    assert factor(new_rater, "account_age").value == 0
    assert new_rater.trust == pytest.approx(0.6 * factor(new_rater, "alignment").value)
    assert new_rater.trust > 0.5
    half = trust_scores([*crowd, positive], NOW - timedelta(days=3.5))[-1]
    assert factor(half, "account_age").value == pytest.approx(0.5)
