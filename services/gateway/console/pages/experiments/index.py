"""List of experiments."""

from __future__ import annotations

from gateway.console.access import roles_of
from gateway.console.enums import enum_choices, enum_name, enum_value
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.pages.experiments.states import ENUM_CONTEXT
from gateway.console.view import View
from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant.experiments.v1.experiment_pb2 import ExperimentState

PAGE_SIZE = 25


async def experiments(request: PageRequest) -> View:
    """Shows one page of experiments, most recent first."""
    state = enum_value(request.query_value("state"), ExperimentState)
    message = pb.ListExperimentsRequest(
        tenant_id=request.tenant, state=state, page_size=PAGE_SIZE, page_token=request.query_value("page")
    )
    response = await request.services.call(request.services.experiments.ListExperiments, message)
    context = {
        "experiments": response.experiments,
        "next_page_token": response.next_page_token,
        "state": enum_name(state, ExperimentState) if state else "",
        "states": enum_choices(ExperimentState),
        "may_change": request.session.has_any_role(roles_of("ExperimentService.CreateExperiment")),
        **ENUM_CONTEXT,
    }
    return View(template="experiments/index.html", title="Experiments", context=context)


PAGE = Page(path="experiments", label="Experiments", handler=experiments)
