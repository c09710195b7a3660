"""How a model is chosen: exact probabilities first, then one draw from them.

What is logged as propensity is the probability that was drawn with, so that later rewards can be evaluated
off-policy without bias. Thompson sampling (Thompson, 1933) is therefore not played by drawing parameters: the
probability of each model to be the best is computed by quadrature over its Beta posterior, and that is drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neural.domain.model import Scope, Strategy
from neural.domain.shrinkage import Estimate

GRID_POINTS = 160
SPREAD = 6.0
"""The grid covers this many standard deviations on both sides."""
NEGLIGIBLE = 1e-6
"""Rarer choices are not made at all: a propensity this small would make any evaluation worthless."""


def propensities(
    estimates: Sequence[Estimate],
    penalties: Sequence[float],
    strategy: Strategy,
    epsilon: float,
    threshold: float,
    information: float = 1.0,
) -> list[float]:
    """Returns the probability of each candidate, in their order; together exactly 1.

    `information` is how many yes-or-no answers a unit of evidence is worth. `penalties` are taken from the score of
    each, as for cost. Ties are broken by the order of the candidates.
    """
    if strategy is Strategy.THOMPSON:
        return _thompson(estimates, penalties, information)
    best = _fallback(estimates, threshold) if strategy is Strategy.SCOPE_FALLBACK else None
    if best is None:
        best = max(range(len(estimates)), key=lambda place: (estimates[place].mean - penalties[place], -place))
    if strategy is Strategy.EPSILON_GREEDY:
        share = epsilon / len(estimates)
        return [share + (1 - epsilon if place == best else 0.0) for place in range(len(estimates))]
    return [float(place == best) for place in range(len(estimates))]


def _fallback(estimates: Sequence[Estimate], threshold: float) -> int | None:
    """Returns the best raw score at the first scope, from user to global, where any is confident enough."""
    for scope in (Scope.USER, Scope.TENANT, Scope.GLOBAL):
        scores = {}
        for place, each in enumerate(estimates):
            cells = [level for level in each.levels if level.scope is scope]
            if cells and cells[-1].confidence >= threshold:
                scores[place] = cells[-1].score
        if scores:
            return max(scores, key=lambda place: (scores[place], -place))
    return None


def _thompson(estimates: Sequence[Estimate], penalties: Sequence[float], information: float) -> list[float]:
    """Integrates P(model is best) = ∫ Π_{j≠i} F_j(x) dF_i(x) over a grid that covers all posteriors."""
    if len(estimates) == 1:
        return [1.0]
    mean = np.array([each.mean for each in estimates])
    n = np.array([each.evidence for each in estimates]) * information
    cost = np.array(penalties)
    a, b = np.maximum(mean * n, 1e-3)[:, None], np.maximum((1 - mean) * n, 1e-3)[:, None]
    deviation = np.sqrt(mean * (1 - mean) / (n + 1)) + 1e-6
    low = np.max(np.maximum(mean - SPREAD * deviation, 0.0) - cost)
    high = np.max(np.minimum(mean + SPREAD * deviation, 1.0) - cost)
    edges = np.linspace(low, high, GRID_POINTS + 1)
    from scipy.special import betainc  # 0.3 s, which the start does not wait for; see neural.__main__

    below = betainc(a, b, np.clip(edges[None, :] + cost[:, None], 0.0, 1.0))
    below[:, -1] = 1.0
    steps = np.diff(below, axis=1)
    middle = (below[:, 1:] + below[:, :-1]) / 2
    chances = np.empty(len(estimates))
    for place in range(len(estimates)):
        others = np.prod(np.delete(middle, place, axis=0), axis=0)
        chances[place] = float(np.sum(steps[place] * others))
    chances[chances < NEGLIGIBLE * chances.sum()] = 0.0
    if chances.sum() <= 0:
        chances[int(np.argmax(mean - cost))] = 1.0
    chances /= chances.sum()
    return [float(each) for each in chances]
