"""What a comparison says. No field is ever NaN or infinite: what cannot be judged has p = 1."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A treatment against the control by one metric."""

    control: float
    treatment: float
    difference: float
    """Treatment less control; after adjustment, if the test adjusts."""
    error: float
    """Standard error of the difference; 0 when no variance was seen."""
    low: float
    """Of the two-sided interval for the difference."""
    high: float
    statistic: float
    p_value: float
    """Two-sided."""
    cohens_d: float
    """With the pooled standard deviation of single outcomes."""
    cohens_h: float | None = None
    """Of proportions only."""
    test: str
    """What gave p."""
    control_users: int
    treatment_users: int

    @property
    def users(self) -> int:
        """Users behind the comparison."""
        return self.control_users + self.treatment_users

    @property
    def effect_size(self) -> float:
        """Cohen's h for proportions, else d."""
        return self.cohens_d if self.cohens_h is None else self.cohens_h

    @property
    def relative(self) -> float:
        """Difference over the control's mean; 0 when that is 0."""
        return self.difference / abs(self.control) if self.control else 0.0


def unknown(control: float, treatment: float, control_users: int, treatment_users: int) -> Effect:
    """Makes the effect of groups without enough outcomes, or without any variance: nothing can be said."""
    difference = treatment - control
    return Effect(
        control=control,
        treatment=treatment,
        difference=difference,
        error=0.0,
        low=difference,
        high=difference,
        statistic=0.0,
        p_value=1.0,
        cohens_d=0.0,
        test="none",
        control_users=control_users,
        treatment_users=treatment_users,
    )


def finite(value: object, otherwise: float) -> float:
    """Returns a number of a library as a float, or another one for NaN and infinity."""
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else otherwise


def pooled_d(difference: float, control_variance: float, treatment_variance: float, n: int, m: int) -> float:
    """Returns Cohen's d from variances and sizes of the control and the treatment; 0 without variance."""
    freedom = n + m - 2
    pooled = ((n - 1) * control_variance + (m - 1) * treatment_variance) / freedom if freedom > 0 else 0.0
    return difference / math.sqrt(pooled) if pooled > 0 else 0.0
