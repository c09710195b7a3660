"""Sentences that explain a ranking."""

from __future__ import annotations

from collections.abc import Sequence

from neural.domain.model import ANY, Scope
from neural.domain.shrinkage import ROOT_MEAN, Estimate

_FEEDBACK_OF = {
    Scope.USER: "this user's feedback",
    Scope.TENANT: "the tenant's feedback",
    Scope.GLOBAL: "the feedback of all tenants",
}


def _context(task: str, domain: str) -> str:
    if task == ANY:
        return "any task"
    return task if domain == ANY else f"{task}/{domain}"


def explain_ranking(ranked: Sequence[Estimate], task: str, domain: str) -> str:
    """Returns why the first candidate is the best. Candidates are ordered best first."""
    context = _context(task, domain)
    if not ranked:
        return f"No candidate for {context} meets the constraints or has feedback."
    best = ranked[0]
    if best.scope is None:
        if any(each.scope for each in ranked) or abs(best.mean - ROOT_MEAN) > 1e-9:
            return f"{best.model} ranks first in {context} by feedback in other contexts. It has no feedback here."
        return f"No candidate for {context} has feedback. All candidates are equal."
    text = (
        f"{best.model} ranks first in {context}: {_FEEDBACK_OF[best.scope]} on {best.total} "
        f"unit{'s' if best.total != 1 else ''} ({best.positive} up, {best.negative} down) "
        f"gives a score of {best.mean:.2f} with confidence {best.confidence:.2f}"
    )
    if len(ranked) > 1:
        second = ranked[1]
        text += f". {second.model} follows with {second.mean:.2f} from {second.total}"
    return text + "."


def explain_budget(weight: float) -> str:
    """Returns how the tenant's budget affects the ranking."""
    return (
        f"To keep the tenant's daily budget, the cost weight is {weight:.2f}. "
        "The score of the most expensive candidate is reduced by it."
    )
