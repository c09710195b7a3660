"""Population of a tenant, and groups that deviate from it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural.domain.trust.population import OTHERS_MIN, Rater, Votes, population_of
from neural.domain.trust.rater_groups import find_group
from neural.domain.trust.rater_trust import TRUST_MIN, TRUST_NEUTRAL, TrustScore
from neural.domain.trust.tenant_votes import POPULATION_RATERS_MAX, divide_votes
from neural.domain.trust.vote_likelihood import TaskModel
from tests.neural.fixtures.raters import NOW, OLD, Simulation, VotesByCell, mean_trust, tenant_scores

GOOD, BAD = TaskModel("chat", "good"), TaskModel("chat", "bad")
QUALITY = {GOOD: 0.85, BAD: 0.55}
HONEST = 60
RECENT = NOW - timedelta(hours=1)


def honest(chance: random.Random, votes: int) -> VotesByCell:
    """Returns votes by quality."""
    return _votes(votes, lambda cell: chance.random() < QUALITY[cell])


def attack(votes: int) -> VotesByCell:
    """Returns votes for the bad and against the good model."""
    return _votes(votes, lambda cell: cell == BAD)


def _votes(count: int, is_up: object) -> VotesByCell:
    found: VotesByCell = {}
    for number in range(count):
        cell = (GOOD, BAD)[number % 2]
        up = bool(is_up(cell))  # type: ignore[operator]
        before = found.get(cell, Votes())
        found[cell] = before._replace(up=before.up + up, down=before.down + (not up))
    return found


def scores_of(
    attackers: int, votes_each: int, *, honest_votes: int = 20, since: datetime = RECENT, newcomers: int = 0
) -> tuple[list[TrustScore], list[TrustScore], list[TrustScore]]:
    """Returns the trust of 60 honest raters, of attackers, and of honest newcomers with three votes."""
    chance = random.Random(attackers + votes_each)
    first = [(honest(chance, honest_votes), since - timedelta(minutes=HONEST - number)) for number in range(HONEST)]
    attacks = [(attack(votes_each), since) for _ in range(attackers)]
    late = [(honest(chance, 3), since) for _ in range(newcomers)]
    found = tenant_scores([*first, *attacks, *late])
    return found[:HONEST], found[HONEST : HONEST + attackers], found[HONEST + attackers :]


@pytest.mark.parametrize("attackers", [30, 100, 300])
@pytest.mark.parametrize(("votes_each", "honest_votes"), [(7, 20), (7, 10), (25, 20)])
def test_invented_users_are_outliers_and_do_not_lower_trust_of_earlier_raters(
    attackers: int, votes_each: int, honest_votes: int
) -> None:
    before, _, _ = scores_of(0, votes_each, honest_votes=honest_votes)
    earlier, invented, _ = scores_of(attackers, votes_each, honest_votes=honest_votes)
    assert mean_trust(earlier) >= 0.95 * mean_trust(before)
    assert mean_trust(invented) <= 1.3 * TRUST_MIN
    assert not any(each.is_established for each in invented)


def test_old_accounts_of_invented_users_are_outliers() -> None:
    earlier, invented, _ = scores_of(300, 7, since=OLD)
    assert mean_trust(earlier) > 0.95
    assert mean_trust(invented) == pytest.approx(TRUST_MIN)
    assert "group of raters who vote alike" in invented[0].outlier_reason


def test_honest_newcomers_among_invented_users_keep_most_of_their_trust() -> None:
    _, _, newcomers = scores_of(100, 7, newcomers=100)
    assert mean_trust(newcomers) > 0.85 * TRUST_NEUTRAL


def test_honest_newcomers_without_attack_are_no_outliers() -> None:
    for seed in range(5):
        simulation = Simulation(seed)
        first = [(simulation.honest(40), OLD) for _ in range(40)]
        late = [(simulation.honest(4, 1.0), RECENT) for _ in range(400)]
        found = tenant_scores([*first, *late])
        assert [each for each in found if each.outlier_reason] == []


@settings(max_examples=20)
@given(st.integers(0, 40), st.integers(1, 7), st.randoms(use_true_random=False))
def test_later_raters_with_any_few_votes_do_not_change_trust_of_earlier_raters(
    count: int, votes_each: int, chance: random.Random
) -> None:
    first = [(honest(random.Random(number), 20), OLD) for number in range(30)]
    late = [(_votes(votes_each, lambda _: chance.random() < 0.5), RECENT) for _ in range(count)]
    before = [each.trust for each in tenant_scores(first)]
    after = [each.trust for each in tenant_scores([*first, *late])][: len(first)]
    assert after == pytest.approx(before)


def test_trust_does_not_depend_on_order_of_cells() -> None:
    chance = random.Random(4)
    raters = [(honest(chance, 24), OLD) for _ in range(30)]
    turned = [(dict(reversed(votes.items())), since) for votes, since in raters]
    expected = [each.trust for each in tenant_scores(raters)]
    assert [each.trust for each in tenant_scores(turned)] == pytest.approx(expected, abs=1e-12)


def test_population_has_limited_size() -> None:
    chance = random.Random(5)
    known = {str(number): Rater(votes=honest(chance, 20), since=OLD) for number in range(POPULATION_RATERS_MAX + 100)}
    everyone = population_of(list(known.values()))
    divided = divide_votes(everyone, known)
    assert divided is not None
    assert divided.members is not None
    assert len(divided.members) == POPULATION_RATERS_MAX
    assert divided.population.raters == len(known)


def test_few_candidates_are_not_a_population() -> None:
    known = {str(number): Rater(votes=attack(20), since=OLD) for number in range(OTHERS_MIN)}
    assert divide_votes(population_of(list(known.values())), known) is None


def test_group_without_deviation_is_not_found() -> None:
    chance = random.Random(6)
    known = population_of([Rater(votes=honest(chance, 20), since=OLD) for _ in range(50)])
    others = population_of([Rater(votes=honest(chance, 4), since=RECENT) for _ in range(50)])
    assert find_group(known, others.votes_by_cell) is None
