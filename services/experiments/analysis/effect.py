"""Effect of a treatment. No field is NaN or infinite: an effect that cannot be tested has a p-value of 1."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Comparison of a treatment with the control by one metric."""

    control: float
    """Mean of the control."""
    treatment: float
    """Mean of the treatment."""
    difference: float
    """Mean of the treatment minus mean of the control, adjusted if the test adjusts."""
    error: float
    """Standard error of the difference; 0 when the outcomes have no variance."""
    low: float
    """Lower bound of the two-sided confidence interval of the difference."""
    high: float
    """Upper bound of the interval."""
    statistic: float
    """Test statistic; 0 when there is no test."""
    p_value: float
    """Two-sided p-value, in [0, 1]."""
    cohens_d: float
    """Cohen's d with the pooled standard deviation of single outcomes."""
    cohens_h: float | None = None
    """Cohen's h; None unless the metric is a proportion."""
    test: str
    """Name of the test that gave the p-value; "none" without a test."""
    control_users: int
    treatment_users: int

    @property
    def users(self) -> int:
        """Users of both groups."""
        return self.control_users + self.treatment_users

    @property
    def effect_size(self) -> float:
        """Cohen's h for proportions, otherwise Cohen's d."""
        return self.cohens_d if self.cohens_h is None else self.cohens_h

    @property
    def relative_difference(self) -> float:
        """Difference divided by the absolute mean of the control; 0 when that mean is 0."""
        return self.difference / abs(self.control) if self.control else 0.0


def untested_effect(control: float, treatment: float, control_users: int, treatment_users: int) -> Effect:
    """Returns the effect of groups with too few outcomes or without variance: its p-value is 1."""
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
    """Returns the result of a library as a float, or `otherwise` when it is NaN or infinite."""
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else otherwise


def pooled_d(difference: float, control_variance: float, treatment_variance: float, n: int, m: int) -> float:
    """Returns Cohen's d from the variances and the sizes n (control) and m (treatment); 0 without variance."""
    freedom = n + m - 2
    pooled = ((n - 1) * control_variance + (m - 1) * treatment_variance) / freedom if freedom > 0 else 0.0
    return difference / math.sqrt(pooled) if pooled > 0 else 0.0
