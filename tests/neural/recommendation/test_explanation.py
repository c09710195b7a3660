"""Sentences that explain a ranking."""

from __future__ import annotations

import pytest

from neural.domain.model import Scope
from neural.domain.shrinkage import Estimate
from neural.recommendation.explanation import explain_ranking


def estimated(
    model: str, mean: float, scope: Scope | None, total: int = 0, positive: int = 0, negative: int = 0
) -> Estimate:
    """Returns an estimate."""
    return Estimate(model, mean, 9.0, scope, 0.6 if scope else 0.0, total, positive, negative, ())


@pytest.mark.parametrize(
    ("ranked", "text"),
    [
        ([], "No candidate for chat/law meets the constraints or has feedback."),
        ([estimated("m", 0.5, None)], "No candidate for chat/law has feedback. All candidates are equal."),
        (
            [estimated("m", 0.7, None)],
            "m ranks first in chat/law by feedback in other contexts. It has no feedback here.",
        ),
        (
            [estimated("m", 0.75, Scope.USER, 12, 10, 2), estimated("n", 0.4, Scope.TENANT, 7)],
            "m ranks first in chat/law: this user's feedback on 12 units (10 up, 2 down) gives a score of 0.75 with "
            "confidence 0.60. n follows with 0.40 from 7.",
        ),
        (
            [estimated("m", 0.75, Scope.GLOBAL, 1, 1)],
            "m ranks first in chat/law: the feedback of all tenants on 1 unit (1 up, 0 down) gives a score of 0.75 "
            "with confidence 0.60.",
        ),
    ],
)
def test_explain_ranking_describes_best_candidate(ranked: list[Estimate], text: str) -> None:
    assert explain_ranking(ranked, "chat", "law") == text


@pytest.mark.parametrize(("task", "domain", "context"), [("", "", "any task"), ("chat", "", "chat"), ("a", "b", "a/b")])
def test_explain_ranking_names_context(task: str, domain: str, context: str) -> None:
    text = explain_ranking([estimated("m", 0.9, Scope.TENANT, 2)], task, domain)
    assert text.startswith(f"m ranks first in {context}: the tenant's")
