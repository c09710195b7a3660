"""Strategies: the exact probability with which each candidate is chosen.

The logged propensity is the probability of the draw, so that off-policy evaluation is unbiased. Thompson sampling
(Thompson, 1933) therefore does not draw from the posteriors. Instead, the probability that each model is the best is
computed by quadrature over the Beta posteriors, and the choice is drawn from these probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neural.domain.model import Scope, Strategy
from neural.domain.shrinkage import Estimate

GRID_POINTS = 160
GRID_DEVIATIONS = 6.0
"""Standard deviations that the grid covers on both sides of a mean."""
PROPENSITY_MIN = 1e-6
"""Smaller probabilities are set to 0, because their inverse would dominate any off-policy estimate."""


def propensities(
    estimates: Sequence[Estimate],
    penalties: Sequence[float],
    strategy: Strategy,
    epsilon: float,
    threshold: float,
    information: float = 1.0,
) -> list[float]:
    """Returns the probability of each candidate, in their order. The sum is 1.

    `penalties` are subtracted from the means, for example for cost. `threshold` is the confidence from which a scope
    counts, for the strategy scope_fallback. `information` is the number of Bernoulli trials that one unit of evidence
    is worth. Ties are resolved by the order of the candidates.
    """
    if strategy is Strategy.THOMPSON:
        return _thompson_propensities(estimates, penalties, information)
    best = _scope_fallback(estimates, threshold) if strategy is Strategy.SCOPE_FALLBACK else None
    if best is None:
        best = max(range(len(estimates)), key=lambda index: (estimates[index].mean - penalties[index], -index))
    if strategy is Strategy.EPSILON_GREEDY:
        share = epsilon / len(estimates)
        return [share + (1 - epsilon if index == best else 0.0) for index in range(len(estimates))]
    return [float(index == best) for index in range(len(estimates))]


def _scope_fallback(estimates: Sequence[Estimate], threshold: float) -> int | None:
    """Returns the candidate with the best score at the narrowest scope in which any candidate is confident."""
    for scope in (Scope.USER, Scope.TENANT, Scope.GLOBAL):
        scores = {}
        for index, each in enumerate(estimates):
            cells = [level for level in each.levels if level.scope is scope]
            if cells and cells[-1].confidence >= threshold:
                scores[index] = cells[-1].score
        if scores:
            return max(scores, key=lambda index: (scores[index], -index))
    return None


def _thompson_propensities(
    estimates: Sequence[Estimate], penalties: Sequence[float], information: float
) -> list[float]:
    """Returns P(i is best) = ∫ Π_{j≠i} F_j(x) dF_i(x), integrated over a grid that covers all posteriors."""
    if len(estimates) == 1:
        return [1.0]
    mean = np.array([each.mean for each in estimates])
    n = np.array([each.evidence for each in estimates]) * information
    cost = np.array(penalties)
    a, b = np.maximum(mean * n, 1e-3)[:, None], np.maximum((1 - mean) * n, 1e-3)[:, None]
    deviation = np.sqrt(mean * (1 - mean) / (n + 1)) + 1e-6
    low = np.max(np.maximum(mean - GRID_DEVIATIONS * deviation, 0.0) - cost)
    high = np.max(np.minimum(mean + GRID_DEVIATIONS * deviation, 1.0) - cost)
    edges = np.linspace(low, high, GRID_POINTS + 1)
    from scipy.special import betainc  # takes 0.3 s; neural.__main__ preloads it

    below = betainc(a, b, np.clip(edges[None, :] + cost[:, None], 0.0, 1.0))
    below[:, -1] = 1.0
    steps = np.diff(below, axis=1)
    middle = (below[:, 1:] + below[:, :-1]) / 2
    chances = np.empty(len(estimates))
    for index in range(len(estimates)):
        others = np.prod(np.delete(middle, index, axis=0), axis=0)
        chances[index] = float(np.sum(steps[index] * others))
    chances[chances < PROPENSITY_MIN * chances.sum()] = 0.0
    if chances.sum() <= 0:
        chances[int(np.argmax(mean - cost))] = 1.0
    chances /= chances.sum()
    return [float(each) for each in chances]
