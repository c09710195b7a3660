"""Experiments: the list, and the pages behind it."""

from __future__ import annotations

from gateway.console.page import ADMINS, Asked, Page, Shown
from gateway.console.pages import experiment, experiment_form, experiment_plan
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import experiment_service_pb2 as pb

STATES = {
    "draft": experiments.EXPERIMENT_STATE_DRAFT,
    "running": experiments.EXPERIMENT_STATE_RUNNING,
    "paused": experiments.EXPERIMENT_STATE_PAUSED,
    "completed": experiments.EXPERIMENT_STATE_COMPLETED,
    "cancelled": experiments.EXPERIMENT_STATE_CANCELLED,
}
A_PAGE = 25


async def listed(asked: Asked) -> Shown:
    """Lists experiments, newest first."""
    state = asked.text("state")
    if state not in STATES:
        state = ""
    request = pb.ListExperimentsRequest(
        tenant_id=asked.tenant,
        state=STATES.get(state, experiments.EXPERIMENT_STATE_UNSPECIFIED),
        page_size=A_PAGE,
        page_token=asked.text("page"),
    )
    answer = await asked.desk.ask(asked.desk.experiments.ListExperiments, request)
    context = {
        "found": answer.experiments,
        "next": answer.next_page_token,
        "state": state,
        "states": [("", "any"), *((each, each) for each in STATES)],
        "may_change": asked.session.may(ADMINS),
        **experiment.WORDS,
    }
    return Shown(template="experiments.html", title="Experiments", context=context)


PAGES = (
    Page(path="experiments", name="Experiments", handler=listed),
    experiment_form.PAGE,
    experiment_plan.PAGE,
    experiment.PAGE,
)
