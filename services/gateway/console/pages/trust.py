"""Trust: how far each rater is believed, and why; and fixing it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from gateway.console.page import ADMINS, Asked, Figure, Moved, Page, Shown
from gateway.http.problems import Problem
from radiant.neural.v1 import learning_service_pb2 as pb

A_PAGE = 25
RATERS_MAX = 5000
"""Looked at for the distribution."""
STEPS = 9
"""Of a tenth each, from the least trust there is, 0.1."""


async def _everybody(asked: Asked) -> tuple[Sequence[pb.TrustScore], bool]:
    """Returns the raters of the tenant, least trusted first, and whether there are more."""
    found: list[pb.TrustScore] = []
    token = ""
    while True:
        request = pb.ListTrustScoresRequest(tenant_id=asked.tenant, page_size=1000, page_token=token)
        answer = await asked.desk.ask(asked.desk.learning.ListTrustScores, request)
        found += answer.scores
        token = answer.next_page_token
        if not token or len(found) >= RATERS_MAX:
            return found, bool(token)


def _step(trust: float) -> int:
    return min(STEPS - 1, max(0, int((trust - 0.1) * 10 + 1e-9)))


def _distribution(scores: Sequence[pb.TrustScore], cut: bool) -> Figure:
    kinds = {"Computed": [0] * STEPS, "Outliers": [0] * STEPS, "Pinned": [0] * STEPS}
    for each in scores:
        kind = "Pinned" if each.pinned else "Outliers" if each.outlier else "Computed"
        kinds[kind][_step(each.trust)] += 1
    names = [f"{(index + 1) / 10:.1f}–{(index + 2) / 10:.1f}" for index in range(STEPS)]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 50, "right": 20, "top": 40, "bottom": 50},
        "xAxis": {
            "type": "category",
            "data": names,
            "axisLabel": {"interval": 0},
            "name": "trust",
            "nameLocation": "middle",
            "nameGap": 30,
        },
        "yAxis": {"type": "value", "minInterval": 1, "name": "raters"},
        "series": [
            {"name": kind, "type": "bar", "stack": "raters", "barCategoryGap": "8%", "data": counts}
            for kind, counts in kinds.items()
        ],
    }
    rows = [(name, *(counts[index] for counts in kinds.values())) for index, name in enumerate(names)]
    said = f"The {len(scores)} least trusted raters; there are more." if cut else f"{len(scores)} raters."
    return Figure(
        name="distribution",
        title="Distribution of trust",
        columns=("Trust", *kinds),
        rows=rows if scores else (),
        option=option,
        note=said,
    )


def _table(scores: Sequence[pb.TrustScore]) -> Figure:
    rows = [
        (
            each.user_id,
            round(each.trust, 4),
            "yes" if each.outlier else "no",
            each.outlier_reason,
            "yes" if each.pinned else "no",
            "; ".join(f"{factor.name} {factor.value:.3f}: {factor.explanation}" for factor in each.factors),
        )
        for each in scores
    ]
    return Figure(
        name="raters", title="Raters", columns=("Rater", "Trust", "Outlier", "Reason", "Pinned", "Factors"), rows=rows
    )


async def trust(asked: Asked) -> Shown:
    """Shows the raters."""
    return await _shown(asked, None)


async def _shown(asked: Asked, problem: Problem | None) -> Shown:
    outliers = asked.text("outliers") == "1"
    request = pb.ListTrustScoresRequest(
        tenant_id=asked.tenant, outliers_only=outliers, page_size=A_PAGE, page_token=asked.text("page")
    )
    answer = await asked.desk.ask(asked.desk.learning.ListTrustScores, request)
    everybody, cut = await _everybody(asked)
    context = {
        "scores": answer.scores,
        "next": answer.next_page_token,
        "outliers": outliers,
        "found": len(everybody),
        "cut": cut,
        "outlier_count": sum(each.outlier for each in everybody),
        "pinned_count": sum(each.pinned for each in everybody),
        "mean": sum(each.trust for each in everybody) / len(everybody) if everybody else None,
        "problem": problem,
        "request_id": asked.request_id if problem is not None and problem.status >= 500 else "",
        "rater": asked.sent("user_id") or asked.text("rater"),
        "value": asked.sent("trust", "0.1"),
        "reason": asked.sent("reason"),
    }
    figures = (_distribution(everybody, cut), _table(everybody))
    status = problem.status if problem else 200
    return Shown(template="trust.html", title="Trust", context=context, figures=figures, status=status)


async def change(asked: Asked) -> Moved | Shown:
    """Pins a rater's trust or has it computed again; shows the page with what was typed when that is refused."""
    user, do = asked.sent("user_id"), asked.sent("do")
    try:
        if do == "pin":
            said = await _pin(asked, user)
        elif do == "clear":
            clear = pb.ClearTrustScoreRequest(tenant_id=asked.tenant, request_id=asked.request_id, user_id=user)
            score = (await asked.desk.ask(asked.desk.learning.ClearTrustScore, clear)).score
            said = f"The trust in {user} is computed again; it is {score.trust:.2f} until then."
        else:
            raise Problem.field("do", "must be pin or clear")
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return await _shown(asked, problem)
    kept = {"outliers": asked.text("outliers"), "tenant": "" if asked.session.tenant else asked.tenant}
    query = urlencode({name: value for name, value in kept.items() if value})
    return Moved(to="trust" + (f"?{query}" if query else ""), notice=said)


async def _pin(asked: Asked, user: str) -> str:
    request = pb.PinTrustScoreRequest(
        tenant_id=asked.tenant,
        request_id=asked.request_id,
        user_id=user,
        trust=asked.number("trust") or 0.0,
        reason=asked.sent("reason"),
    )
    score = (await asked.desk.ask(asked.desk.learning.PinTrustScore, request)).score
    return f"The trust in {user} is pinned at {score.trust:.2f}; all that the rater said counts with it."


PAGE = Page(path="trust", name="Trust", handler=trust, roles=ADMINS, actions={"trust": (ADMINS, change)})
