"""Fits the kernel head by ridge regression, and calibrates it on scores of texts that it was not fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from voice.text.embeddings import Vectors
from voice.text.kernel import (
    OFF_TOPIC,
    KernelHead,
    Numbers,
    Points,
    combined,
    restored,
    softmax,
    squared_distances,
    standardised,
    stored,
)
from voice.text.training.logistic import Classes, fit

RIDGE = 1.0
CLASSES = 4
CALIBRATION_PENALTY, LINEAR_PENALTY = 1e-3, 240.0
FOLDS, CLUSTERS, SEED = 5, 80, 20261130


@dataclass(frozen=True, slots=True)
class Gram:
    """Kernel of all pairs of training vectors, with the parameters that it was computed with."""

    mean: Numbers
    spread: Numbers
    points: Points
    width: float
    kernel: npt.NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Vectors) -> Gram:
        """Returns the kernel. Its width is the median squared distance."""
        mean, spread = vectors.mean(axis=0, dtype=np.float64), vectors.std(axis=0, dtype=np.float64) + 1e-9
        points = restored(stored(standardised(vectors, mean, spread)))
        distances = squared_distances(points, points)
        width = float(np.median(distances))
        return cls(mean, spread, points, width, np.exp(-distances / width))

    def solved(self, classes: Classes, is_used: npt.NDArray[np.bool_]) -> Numbers:
        """Returns the weights of the used points, shape (used, 4). All classes have the same total weight."""
        used = classes[is_used]
        sizes = np.maximum(np.bincount(used, minlength=CLASSES), 1)
        system = self.kernel[np.ix_(is_used, is_used)].astype(np.float64)
        system[np.diag_indices(len(system))] += RIDGE / (len(used) / (CLASSES * sizes))[used]
        return np.asarray(np.linalg.solve(system, np.eye(CLASSES)[used]), np.float64)

    def scores(self, classes: Classes, groups: npt.NDArray[np.generic]) -> Numbers:
        """Returns the scores of each vector from weights that were fitted to all other groups, shape (vectors, 4)."""
        found = np.empty((len(classes), CLASSES))
        for group in np.unique(groups):
            is_out = groups == group
            found[is_out] = self.kernel[np.ix_(is_out, ~is_out)] @ self.solved(classes, ~is_out)
        return found


def fit_kernel(vectors: Vectors, classes: Classes) -> KernelHead:
    """Returns a head fitted to these vectors."""
    gram = Gram.of(vectors)
    scores = gram.scores(classes, folds_of(vectors, classes))
    return KernelHead(
        mean=gram.mean,
        spread=gram.spread,
        points=gram.points,
        weights=gram.solved(classes, np.ones(len(classes), np.bool_)),
        width=gram.width,
        calibration=fit(scores, classes, CLASSES, CALIBRATION_PENALTY),
        linear=fit_linear(vectors, classes),
    )


def fit_linear(vectors: Vectors, classes: Classes) -> Numbers:
    """Returns the weights of the linear regression, fitted to the texts about an answer."""
    is_opinion = classes != OFF_TOPIC
    return fit(vectors[is_opinion].astype(np.float64), classes[is_opinion], OFF_TOPIC, LINEAR_PENALTY)


def validated(
    vectors: Vectors, classes: Classes, calibration: Numbers, groups: npt.NDArray[np.generic]
) -> npt.NDArray[np.float64]:
    """Returns the probabilities of three classes of each vector from a fit to all other groups."""
    linear = np.empty((len(vectors), OFF_TOPIC))
    for group in np.unique(groups):
        is_out = groups == group
        linear[is_out] = softmax(vectors[is_out], fit_linear(vectors[~is_out], classes[~is_out]))
    return combined(softmax(Gram.of(vectors).scores(classes, groups), calibration), linear)


def folds_of(vectors: Vectors, classes: Classes) -> Classes:
    """Returns a fold for each vector. Similar off-topic texts, such as translations, are in the same fold."""
    generator, is_off_topic = np.random.default_rng(SEED), classes == OFF_TOPIC
    folds = generator.permutation(len(vectors)) % FOLDS
    if is_off_topic.sum() > CLUSTERS:
        centred = vectors[is_off_topic] - vectors[~is_off_topic].mean(axis=0)
        clusters = fcluster(linkage(centred, "average", metric="cosine"), CLUSTERS, "maxclust")
        folds[is_off_topic] = (generator.permutation(clusters.max() + 1) % FOLDS)[clusters]
    return folds
