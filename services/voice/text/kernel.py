"""Classifies embeddings of texts: negative, neutral or positive opinion of an answer, or not about an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Vectors

Numbers = npt.NDArray[np.float64]
Points = npt.NDArray[np.float32]
StoredPoints = npt.NDArray[np.int8]

POINT_STEP = 1 / 4
"""Precision of the stored points, in standard deviations. Its error is small beside the distances of the points."""
NEUTRAL, OFF_TOPIC = 1, 3
"""Numbers of classes. 0 is negative and 2 is positive."""
OFF_TOPIC_SHARE, OFF_TOPIC_SHARE_TRAINED = 0.15, 0.25
"""Assumed share of recordings that are not about an answer, and their share in the training, by weight."""
LINEAR_SHARE = 0.5
"""Weight of the linear regression. The kernel regression is more accurate on texts like those of the training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelHead:
    """Kernel ridge regression with a Gaussian kernel on standardised vectors, averaged with a linear regression."""

    mean: Numbers
    spread: Numbers
    """Mean and standard deviation of each dimension of the training vectors."""
    points: Points
    """Standardised training vectors, rounded to POINT_STEP, shape (points, dimensions)."""
    weights: Numbers
    """Weight of each point for each class, shape (points, 4)."""
    width: float
    """Squared distance at which the kernel is 1 / e."""
    calibration: Numbers
    """Softmax regression on the four scores, shape (4, 5), with the intercept in the last column."""
    linear: Numbers
    """Softmax regression of texts about an answer: negative, neutral, positive; shape (3, dimensions + 1)."""

    def probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive, shape (vectors, 3).

        Texts that are not about an answer are neutral. Their own sentiment does not count.
        """
        distances = squared_distances(standardised(vectors, self.mean, self.spread), self.points)
        kernel = softmax(np.exp(-distances / self.width) @ self.weights, self.calibration)
        return combined(kernel, softmax(vectors, self.linear))


def softmax(features: npt.NDArray[np.floating], weights: Numbers) -> Numbers:
    """Returns the probabilities of the classes: one row of weights per class, with the intercept in the last column."""
    raised = features @ weights[:, :-1].T + weights[:, -1]
    raised = np.exp(raised - raised.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def combined(kernel: Numbers, linear: Numbers) -> Numbers:
    """Returns the probabilities of three classes: texts that are not about an answer are added to the neutral ones.

    The probability that a text is not about an answer is that of the kernel, for the assumed share of these texts.
    """
    odds = OFF_TOPIC_SHARE / (1 - OFF_TOPIC_SHARE) * (1 - OFF_TOPIC_SHARE_TRAINED) / OFF_TOPIC_SHARE_TRAINED
    off_topic, on_topic = kernel[:, OFF_TOPIC], np.maximum(1 - kernel[:, OFF_TOPIC], 1e-12)
    is_off_topic = (odds * off_topic / (odds * off_topic + on_topic))[:, None]
    opinions = LINEAR_SHARE * linear + (1 - LINEAR_SHARE) * kernel[:, :OFF_TOPIC] / on_topic[:, None]
    three = opinions * (1 - is_off_topic)
    three[:, NEUTRAL] += is_off_topic[:, 0]
    return np.asarray(three, np.float64)


def standardised(vectors: Vectors, mean: Numbers, spread: Numbers) -> Points:
    """Returns the vectors with mean 0 and standard deviation 1 in each dimension of the training vectors."""
    return np.asarray((vectors - mean) / spread, np.float32)


def stored(points: Points) -> StoredPoints:
    """Returns points in steps of POINT_STEP."""
    return np.asarray(np.clip(np.rint(points / POINT_STEP), -127, 127), np.int8)


def restored(points: StoredPoints) -> Points:
    """Returns the points of `stored`."""
    return points.astype(np.float32) * np.float32(POINT_STEP)


def squared_distances(first: Points, second: Points) -> Points:
    """Returns the squared Euclidean distance of each pair of rows, shape (first, second)."""
    sums = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)[None]
    return np.asarray(np.maximum(sums - 2 * (first @ second.T), 0), np.float32)
