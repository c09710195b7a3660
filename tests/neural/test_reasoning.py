"""The sentence on which counts decided."""

from __future__ import annotations

import pytest

from neural.domain.explanation import sentence
from neural.domain.model import Scope
from neural.domain.shrinkage import Estimate


def found(
    model: str, mean: float, scope: Scope | None, total: int = 0, positive: int = 0, negative: int = 0
) -> Estimate:
    """Builds an estimate."""
    return Estimate(model, mean, 9.0, scope, 0.6 if scope else 0.0, total, positive, negative, ())


@pytest.mark.parametrize(
    ("ranked", "said"),
    [
        ([], "No candidate for chat/law meets the constraints or has feedback."),
        ([found("m", 0.5, None)], "No feedback on any candidate for chat/law yet; all are taken as equals."),
        ([found("m", 0.7, None)], "m leads in chat/law by what is known elsewhere; nobody judged it here yet."),
        (
            [found("m", 0.75, Scope.USER, 12, 10, 2), found("n", 0.4, Scope.TENANT, 7)],
            "m leads in chat/law: this user's feedback on 12 units (10 up, 2 down) gives 0.75 at confidence 0.60, "
            "before n with 0.40 from 7.",
        ),
        (
            [found("m", 0.75, Scope.GLOBAL, 1, 1)],
            "m leads in chat/law: the feedback of all tenants on 1 unit (1 up, 0 down) gives 0.75 at confidence 0.60.",
        ),
    ],
)
def test_sentences(ranked: list[Estimate], said: str) -> None:
    assert sentence(ranked, "chat", "law") == said


@pytest.mark.parametrize(("task", "domain", "place"), [("", "", "any task"), ("chat", "", "chat"), ("a", "b", "a/b")])
def test_places(task: str, domain: str, place: str) -> None:
    assert sentence([found("m", 0.9, Scope.TENANT, 2)], task, domain).startswith(f"m leads in {place}: the tenant's")
