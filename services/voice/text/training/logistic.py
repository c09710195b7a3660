"""L2-regularised multinomial logistic regression, fitted with L-BFGS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Numbers = npt.NDArray[np.float64]
Classes = npt.NDArray[np.int64]

STEPS_MAX = 2000


def fit(features: Numbers, classes: Classes, count: int, penalty: float) -> Numbers:
    """Returns weights of shape (classes, features + 1), with the intercept in the last column.

    All classes have the same total weight. The penalty is half the sum of squared weights, without intercepts, times
    `penalty`, for features with mean 0 and variance 1; the returned weights are for the unscaled features. The loss is
    convex, so the result depends neither on a seed nor on the order.
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
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        gradient = ((np.exp(log_probabilities) - target) * importance[:, None]).T @ scaled
        gradient[:, :-1] += penalty * weights[:, :-1]
        value = (
            -(importance * (log_probabilities * target).sum(axis=1)).sum()
            + penalty / 2 * np.square(weights[:, :-1]).sum()
        )
        return float(value), gradient.ravel()

    result = minimize(
        loss,
        np.zeros(count * scaled.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS_MAX, "ftol": 1e-12, "gtol": 1e-6},
    )
    weights = np.asarray(result.x, np.float64).reshape(count, -1)
    unscaled = weights[:, :-1] / spread
    return np.hstack([unscaled, (weights[:, -1] - unscaled @ mean)[:, None]])


def fit_binary(features: Numbers, is_positive: npt.NDArray[np.bool_], penalty: float) -> Numbers:
    """Returns the weights of a binary logistic regression, shape (features + 1,)."""
    negative, positive = fit(features, is_positive.astype(np.int64), 2, penalty)
    return np.asarray(positive - negative, np.float64)
