"""Regularised logistic regression, fitted to the only minimum of its loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Numbers = npt.NDArray[np.float64]
Classes = npt.NDArray[np.int64]

STEPS_MAX = 2000


def fit(features: Numbers, classes: Classes, count: int, penalty: float) -> Numbers:
    """Returns one row of weights a class, the constant last; all classes weigh the same however often they occur.

    Features are brought to mean 0 and variance 1 for the penalty (half the sum of squared weights, without constants,
    times `penalty`); the weights returned take them as they are. The loss is convex: no seed, no order matters.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = np.hstack([(features - mean) / spread, np.ones((len(features), 1))])
    target = np.eye(count)[classes]
    sizes = np.maximum(target.sum(axis=0), 1)
    importance = (len(classes) / (count * sizes))[classes]

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        weights = flat.reshape(count, -1)
        scores = scaled @ weights.T
        scores -= scores.max(axis=1, keepdims=True)
        logarithms = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        slopes = ((np.exp(logarithms) - target) * importance[:, None]).T @ scaled
        slopes[:, :-1] += penalty * weights[:, :-1]
        value = -(importance * (logarithms * target).sum(axis=1)).sum() + penalty / 2 * np.square(weights[:, :-1]).sum()
        return float(value), slopes.ravel()

    found = minimize(
        loss,
        np.zeros(count * scaled.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS_MAX, "ftol": 1e-12, "gtol": 1e-6},
    )
    weights = np.asarray(found.x, np.float64).reshape(count, -1)
    plain = weights[:, :-1] / spread
    return np.hstack([plain, (weights[:, -1] - plain @ mean)[:, None]])


def fit_yes_or_no(features: Numbers, yes: npt.NDArray[np.bool_], penalty: float) -> Numbers:
    """Returns the weights of one head whose logistic function is the probability of yes."""
    no_weights, yes_weights = fit(features, yes.astype(np.int64), 2, penalty)
    return np.asarray(yes_weights - no_weights, np.float64)
