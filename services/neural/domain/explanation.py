"""One sentence on which counts decided, and one on a budget that had a say."""

from __future__ import annotations

from collections.abc import Sequence

from neural.domain.model import ANY, Scope
from neural.domain.shrinkage import Estimate

_WHOSE = {
    Scope.USER: "this user's feedback",
    Scope.TENANT: "the tenant's feedback",
    Scope.GLOBAL: "the feedback of all tenants",
}


def _place(task: str, domain: str) -> str:
    if task == ANY:
        return "any task"
    return task if domain == ANY else f"{task}/{domain}"


def sentence(ranked: Sequence[Estimate], task: str, domain: str) -> str:
    """Explains the best of the candidates, which come best first."""
    if not ranked:
        return f"No candidate for {_place(task, domain)} meets the constraints or has feedback."
    best = ranked[0]
    if best.scope is None:
        if any(each.scope for each in ranked) or abs(best.mean - 0.5) > 1e-9:
            return (
                f"{best.model} leads in {_place(task, domain)} by what is known elsewhere; nobody judged it here yet."
            )
        return f"No feedback on any candidate for {_place(task, domain)} yet; all are taken as equals."
    said = (
        f"{best.model} leads in {_place(task, domain)}: {_WHOSE[best.scope]} on {best.total} "
        f"unit{'s' if best.total != 1 else ''} ({best.positive} up, {best.negative} down) "
        f"gives {best.mean:.2f} at confidence {best.confidence:.2f}"
    )
    if len(ranked) > 1:
        second = ranked[1]
        said += f", before {second.model} with {second.mean:.2f} from {second.total}"
    return said + "."


def on_budget(weight: float) -> str:
    """Explains that the tenant's budget weighs cost."""
    return f"To keep the tenant's daily budget, cost weighs {weight:.2f}: the dearest candidate loses as much."
