"""`python -m bench.learning.attacks.global_scores`: attacks of one tenant on the global scores, and what they cost.

Compares the published scores with plain sums over tenants, published from 3 tenants and 10 raters. Feedback does not
decay, and each vote is one unit of evidence.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bench.learning.tables import Numbers
from bench.performance.figures import verdict
from neural.boards.global_scores import release_rules
from neural.domain.global_scope.noise import GRID
from neural.domain.global_scope.release import RATER_UNITS_MAX, TenantContribution, noised_contribution, release
from neural.settings import LearningSettings

RULES = release_rules(LearningSettings())
DAY = datetime(2026, 1, 1, tzinfo=UTC)
QUALITIES = np.array([0.85, 0.7, 0.6, 0.5, 0.4])
"""Share of positive votes of each model."""
RATERS, VOTES, TASKS = 50, 20, 2
ATTACK_VOTES = 2_800
NESTED_CELLS = 3
"""Cells that one vote changes: task and domain, task, and all tasks."""
MOVEMENT_MAX, GUESSES_MAX, ERROR_MAX, LOSS_MAX = 0.25 + 0.05, 0.65, 0.02, 0.02
"""Bounds: largest movement (share of a tenant, and noise), right guesses, mean error of scores, loss of quality."""


@dataclass(frozen=True, slots=True)
class TenantVotes:
    """Positive and negative votes in one cell, by rater."""

    up: Numbers
    down: Numbers

    def plain(self) -> Numbers:
        """Returns the plain sums of positive and negative votes."""
        return np.array([self.up.sum(), self.down.sum()])

    def limited(self) -> Numbers:
        """Returns the sums with at most one unit per rater."""
        counted = np.minimum(1.0, RATER_UNITS_MAX / np.maximum(self.up + self.down, 1e-12))
        return np.array([(self.up * counted).sum(), (self.down * counted).sum()])


Publication = Callable[[Sequence[TenantVotes], bytes, str], Numbers | None]
"""Returns the published positive and negative evidence of the votes of tenants, given a secret and a period."""


def plain_sums(tenants: Sequence[TenantVotes], key: bytes, period: str) -> Numbers | None:
    """Publishes the plain sums of at least 3 tenants with 10 raters."""
    del key, period
    given = [each for each in tenants if each.plain().sum() > 0]
    raters = sum(int((each.up + each.down > 0).sum()) for each in given)
    return np.sum([each.plain() for each in given], axis=0) if len(given) >= 3 and raters >= 10 else None


def released(tenants: Sequence[TenantVotes], key: bytes, period: str) -> Numbers | None:
    """Publishes as the service does."""
    parts: list[TenantContribution] = []
    for number, each in enumerate(tenants):
        good, bad = each.limited()
        evidence, score_sum = round((good + bad) * GRID), round(good * GRID)
        parts.append(noised_contribution(evidence, score_sum, DAY, key, RULES.noise_scale, [period, str(number)]))
    found = release(parts, RULES)
    return None if found is None else np.array([found.sums[1], found.sums[0] - found.sums[1]]) / GRID


PUBLICATIONS: dict[str, Publication] = {"plain sums": plain_sums, "as published": released}


def draw_votes(rng: np.random.Generator, quality: float, votes: float, raters: int = RATERS) -> TenantVotes:
    """Returns the votes of a tenant in a cell, with a mean number of votes per rater."""
    counts = rng.poisson(votes, raters)
    up = rng.binomial(counts, quality)
    return TenantVotes(up.astype(np.float64), (counts - up).astype(np.float64))


def movement(publish: Publication, tenants: int, attackers: int, seeds: int) -> tuple[Numbers, Numbers]:
    """Returns the score of the best model before and after the votes of one tenant, by seed."""
    before, after = np.zeros(seeds), np.zeros(seeds)
    for seed in range(seeds):
        rng, key = np.random.default_rng(seed), secrets.token_bytes(32)
        honest = [draw_votes(rng, QUALITIES[0], VOTES / len(QUALITIES) / TASKS) for _ in range(tenants)]
        down = np.full(attackers, ATTACK_VOTES / attackers)
        for found, votes in ((before, honest), (after, [*honest, TenantVotes(np.zeros(attackers), down)])):
            cell = publish(votes, key, "1")
            assert cell is not None
            found[seed] = cell[0] / cell.sum()
    return before, after


def threshold_guesses(publish: Publication, repetitions: int) -> float:
    """Returns the share of right guesses of a single vote by a tenant that adds ten raters to reach the threshold."""
    rng, right = np.random.default_rng(1), 0
    own = TenantVotes(np.ones(10), np.zeros(10))
    known = TenantVotes(np.ones(1), np.zeros(1))
    for _ in range(repetitions):
        vote = bool(rng.integers(2))
        secret = TenantVotes(np.array([float(vote)]), np.array([float(not vote)]))
        cell = publish([secret, known, own], secrets.token_bytes(32), "1")
        guess = bool(rng.integers(2)) if cell is None else bool(cell[1] < 0.5)
        right += guess == vote
    return right / repetitions


def difference_guesses(publish: Publication, tenants: int, days: int, repetitions: int) -> float:
    """Returns the share of right guesses of a vote from the publications of some days before and after it.

    All other feedback is constant. The attacker adds the differences of all cells that the vote changes.
    """
    rng, right = np.random.default_rng(2), 0
    for _ in range(repetitions):
        vote, key, change = bool(rng.integers(2)), secrets.token_bytes(32), 0.0
        cells = [[draw_votes(rng, 0.6, VOTES / 10) for _ in range(tenants)] for _ in range(NESTED_CELLS)]
        for number, before in enumerate(cells):
            first = before[0]
            secret = TenantVotes(np.append(first.up, float(vote)), np.append(first.down, float(not vote)))
            after = [secret, *before[1:]]
            for day in range(days):
                old = publish(before, key, f"{number} before {day}")
                new = publish(after, key, f"{number} after {day}")
                if old is not None and new is not None:
                    moved = new - old
                    change += moved[0] - moved[1]
        guess = bool(rng.integers(2)) if change == 0 else bool(change > 0)
        right += guess == vote
    return right / repetitions


def errors(tenants: int, seeds: int) -> tuple[float, float, float, float]:
    """Returns mean absolute errors of published scores against plain sums, and qualities of the models they choose.

    The errors are those of the cells of a task and of all tasks. The qualities are those of the model that a new tenant
    would use in a task, by plain sums and as published.
    """
    found: dict[int, list[float]] = {1: [], TASKS: []}
    chosen: dict[str, list[float]] = {name: [] for name in PUBLICATIONS}
    for seed in range(seeds):
        rng, key = np.random.default_rng(seed), secrets.token_bytes(32)
        close = np.clip(rng.normal(0.7, 0.05, len(QUALITIES)), 0, 1)
        scores: dict[str, list[float]] = {name: [] for name in PUBLICATIONS}
        for model, quality in enumerate(close):
            for tasks, kept in found.items():
                votes = [
                    draw_votes(rng, float(quality), tasks * VOTES / len(QUALITIES) / TASKS) for _ in range(tenants)
                ]
                cells = [publish(votes, key, f"{model} {tasks}") for publish in PUBLICATIONS.values()]
                exact, noised = (0.5 if cell is None else float(cell[0] / cell.sum()) for cell in cells)
                kept.append(abs(noised - exact))
                if tasks == 1:
                    for name, score in zip(PUBLICATIONS, (exact, noised), strict=True):
                        scores[name].append(score)
        for name in PUBLICATIONS:
            chosen[name].append(float(close[int(np.argmax(scores[name]))]))
    plain, published = (float(np.mean(each)) for each in chosen.values())
    return float(np.mean(found[1])), float(np.mean(found[TASKS])), plain, published


def main(arguments: Sequence[str]) -> int:
    """Prints the figures. Returns 0 if all bounds are met."""
    parser = argparse.ArgumentParser(prog="bench.learning.attacks.global_scores", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    scale = 10 if parser.parse_args(arguments).quick else 1
    kept = True
    for name, publish in PUBLICATIONS.items():
        is_service = publish is released
        print(f"\n{name}")
        for tenants, attackers in ((4, 40), (4, ATTACK_VOTES), (10, ATTACK_VOTES)):
            before, after = movement(publish, tenants, attackers, 200 // scale)
            text = f"{ATTACK_VOTES:,} votes of {attackers:,} raters of 1 tenant against {tenants} tenants"
            print(f"  {text}: score of the best model {before.mean():.3f} -> {after.mean():.3f}")
            if is_service:
                kept &= verdict("mean movement", float((before - after).mean()), "", MOVEMENT_MAX, at_least=False)
        right = threshold_guesses(publish, 2_000 // scale)
        print(f"  right guesses of one vote by the threshold: {right:.3f}")
        kept &= not is_service or verdict("guesses by the threshold", right, "", GUESSES_MAX, at_least=False)
        for tenants, days in ((5, 1), (10, 1), (5, 7), (5, 30)):
            right = difference_guesses(publish, tenants, days, (500 if days > 1 else 2_000) // scale)
            print(f"  right guesses of one vote by {days} days before and after it, {tenants} tenants: {right:.3f}")
            if is_service and days == 1:
                kept &= verdict("guesses by differences", right, "", GUESSES_MAX, at_least=False)
    for tenants in (5, 10, 20):
        task, all_tasks, plain, published = errors(tenants, 200 // scale)
        print(f"\n{tenants} tenants x {RATERS} raters x {VOTES} votes on {len(QUALITIES)} models in {TASKS} tasks")
        print(f"  mean absolute error: {task:.4f} in a task, {all_tasks:.4f} in all tasks")
        print(f"  quality of the model of a new tenant: {plain:.4f} by plain sums, {published:.4f} as published")
        if tenants >= 10:
            kept &= verdict("mean absolute error", task, "", ERROR_MAX, at_least=False)
            kept &= verdict("loss of quality", plain - published, "", LOSS_MAX, at_least=False)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
