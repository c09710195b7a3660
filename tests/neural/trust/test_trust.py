"""The arithmetic of trust, without any database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.rater_trust import (
    TRUST_MIN,
    TRUST_NEUTRAL,
    Factor,
    Judgement,
    Place,
    Population,
    Rater,
    Voices,
    Votes,
    judge,
)
from tests.neural.trust.raters import NOW, OLD, Said, Town, judged, mean_trust, population_of

counts = st.builds(Votes, up=st.integers(0, 500), down=st.integers(0, 500), neutral=st.integers(0, 500))
places = st.builds(Place, st.sampled_from(["chat", "code"]), st.sampled_from(["m", "n", "k"]))
sayings = st.dictionaries(places, counts, max_size=6)


def factor(judgement: Judgement, name: str) -> Factor:
    """Returns the factor of that name."""
    return {each.name: each for each in judgement.factors}[name]


@given(st.lists(sayings, min_size=1, max_size=30), st.integers(-10, 400))
def test_whatever_was_said_gives_trust_and_a_reason_for_each_factor(everybody: list[Said], days: int) -> None:
    for each in judged(everybody, NOW - timedelta(days=days)):
        assert TRUST_MIN <= each.trust <= 1
        assert [one.name for one in each.factors] == ["account_age", "volume", "diversity", "alignment"]
        assert all(0 <= one.value <= 1 and one.explanation.endswith(".") for one in each.factors)
        assert each.trust == TRUST_MIN or not each.outlier_reason


def test_a_new_rater_starts_neutral() -> None:
    nobody = Population(voices={}, raters=0, votes=0)
    assert judge(Rater(votes={}, since=None), nobody, NOW).trust == TRUST_NEUTRAL == 1
    first = {Place("chat", "m"): Votes(up=1)}
    crowd = [Town(1).honest(60) for _ in range(30)]
    assert judged([*crowd, first], NOW)[-1].trust == TRUST_NEUTRAL


def test_a_lone_rater_and_two_stay_neutral_whatever_they_say() -> None:
    town = Town(2)
    assert [each.trust for each in judged([town.promoter(500)])] == [1]
    assert [each.trust for each in judged([town.honest(500), town.promoter(500), town.honest(5)])] == [1, 1, 1]


def test_honest_raters_are_trusted() -> None:
    for seed in range(5):
        town = Town(seed)
        found = judged([town.honest(40) for _ in range(100)])
        assert mean_trust(found) > 0.95
        assert [each.outlier_reason for each in found if each.outlier_reason] == []


def test_severity_is_not_held_against_a_rater() -> None:
    town = Town(3)
    crowd = [town.honest(60, 0) for _ in range(60)]
    strict = [town.honest(60, 2.5) for _ in range(20)]
    assert mean_trust(judged(crowd + strict)[60:]) > 0.9


@pytest.mark.parametrize("volume", [1, 3])
def test_promoters_lose_their_weight(volume: int) -> None:
    for seed in range(5):
        town = Town(seed)
        everybody = [town.honest(40) for _ in range(70)] + [town.promoter(40 * volume) for _ in range(30)]
        found = judged(everybody)
        assert mean_trust(found[:70]) > 0.88
        assert mean_trust(found[70:]) < (0.7 if volume == 1 else 0.2)


def test_an_outlier_is_named_with_its_reason() -> None:
    town = Town(4)
    found = judged([*(town.honest(60) for _ in range(90)), town.promoter(120)])[-1]
    assert found.trust == TRUST_MIN
    assert "120 votes fit a habit of the rater's own" in found.outlier_reason
    assert "90 other raters" in found.outlier_reason
    assert factor(found, "alignment").value < 0.1


def test_an_outlier_needs_no_twenty_votes() -> None:
    voices = {Place("chat", f"m{n}"): Voices(1900.0 * (n % 2) + 50, 1900.0 * (1 - n % 2) + 50, 2000) for n in range(6)}
    crowd = Population(voices=voices, raters=2000, votes=12000)
    against: Said = {Place("chat", f"m{n}"): Votes(up=3 * (1 - n % 2), down=3 * (n % 2)) for n in range(6)}
    found = judge(Rater(votes=against, since=OLD), crowd, NOW)
    assert (found.trust, bool(found.outlier_reason)) == (TRUST_MIN, True)


def test_the_rater_s_own_votes_are_left_out() -> None:
    town = Town(5)
    crowd = [town.honest(30) for _ in range(4)]
    rater = town.promoter(1000)
    everybody = population_of([*crowd, rater])
    twice = population_of([*crowd, {place: Votes(each.up * 9, each.down * 9) for place, each in rater.items()}])
    more = {place: Votes(each.up * 9, each.down * 9) for place, each in rater.items()}
    one = judge(Rater(votes=rater, since=OLD), everybody, NOW)
    other = judge(Rater(votes=more, since=OLD), twice, NOW)
    assert factor(one, "alignment").value >= factor(other, "alignment").value


def test_volume_counts_only_in_a_crowd() -> None:
    town = Town(6)
    loud = town.honest(2000)
    few = judged([loud, *(town.honest(30) for _ in range(10))])[0]
    assert factor(few, "volume").value == 1
    crowd = judged([loud, *(town.honest(30) for _ in range(50))])[0]
    assert factor(crowd, "volume").value == pytest.approx(350 / 2000)
    assert "2000 of 3500 votes" in factor(crowd, "volume").explanation
    assert crowd.trust <= 350 / 2000


def test_age_and_diversity_weigh_softly() -> None:
    town = Town(7)
    crowd = [town.honest(60) for _ in range(30)]
    glad: Said = {Place(f"t{t}", f"m{m}"): Votes(up=4) for t in range(4) for m in range(6)}
    young = judged([*crowd, glad], NOW)[-1]
    assert factor(young, "diversity").value == 0
    assert factor(young, "account_age").value == 0
    assert young.trust == pytest.approx(0.6 * factor(young, "alignment").value)
    assert young.trust > 0.5
    half = judged([*crowd, glad], NOW - timedelta(days=3.5))[-1]
    assert factor(half, "account_age").value == pytest.approx(0.5)
