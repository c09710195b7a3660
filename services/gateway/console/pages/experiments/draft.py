"""Form that creates the draft of an experiment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.struct_pb2 import Struct

from gateway.console.access import roles_of
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import experiment_service_pb2 as pb

TYPES = {
    "model_routing": experiments.EXPERIMENT_TYPE_MODEL_ROUTING,
    "orchestration": experiments.EXPERIMENT_TYPE_ORCHESTRATION,
    "service": experiments.EXPERIMENT_TYPE_SERVICE,
    "prompt": experiments.EXPERIMENT_TYPE_PROMPT,
}
WINNER_RULES = {
    "superiority": experiments.WINNER_RULE_SUPERIORITY,
    "cheaper": experiments.WINNER_RULE_NOT_INFERIOR_CHEAPER,
    "faster": experiments.WINNER_RULE_NOT_INFERIOR_FASTER,
}
DIRECTIONS = {"up": experiments.METRIC_DIRECTION_UP, "down": experiments.METRIC_DIRECTION_DOWN}
VARIANTS_MIN, VARIANTS_MAX = 2, 8
METRICS_MIN, METRICS_MAX = 1, 20
WHOLE_NUMBER_MAX = 100_000_000
DEFAULTS = {
    "type": "model_routing",
    "traffic_percentage": "0.5",
    "winner_rule": "superiority",
    "alpha": "0.05",
    "users_min": "1000",
    "hours_min": "168",
    "layer_start": "0",
    "layer_end": "1",
    "holdout": "0",
    "variants[0].name": "control",
    "variants[1].name": "treatment",
    "metrics[0].name": "latency_ms",
    "metrics[0].direction": "down",
    "metrics[0].role": "guardrail",
    "metrics[0].margin": "0.1",
}


class DraftForm:
    """Values of the form: defaults and query parameters at first, the submitted fields afterwards."""

    def __init__(self, request: PageRequest) -> None:
        self._request = request
        self._is_submitted = bool(request.form)
        self.variant_count = self._row_count("variants", VARIANTS_MIN, VARIANTS_MAX)
        self.metric_count = self._row_count("metrics", METRICS_MIN, METRICS_MAX)

    def __call__(self, name: str) -> str:
        """Returns the value of a field."""
        if self._is_submitted:
            return self._request.form_value(name)
        return self._request.query_value(name, DEFAULTS.get(name, ""))

    def number(self, name: str) -> float:
        """Returns a field as a number, 0 when it is empty; raises Problem."""
        return self._request.form_number(name) or 0.0

    def whole_number(self, name: str) -> int:
        """Returns a field as a whole number, 0 when it is empty; raises Problem."""
        value = self.number(name)
        if not 0 <= value <= WHOLE_NUMBER_MAX or value != int(value):
            raise Problem.field(name, f"must be a whole number from 0 to {WHOLE_NUMBER_MAX:,}")
        return int(value)

    def choice(self, name: str, choices: Mapping[str, Any]) -> Any:
        """Returns the value of the choice in a field; raises Problem for an unknown one."""
        if self(name) not in choices:
            raise Problem.field(name, f"must be one of {', '.join(choices)}")
        return choices[self(name)]

    def _row_count(self, kind: str, count_min: int, count_max: int) -> int:
        submitted = sum(f"{kind}[{index}].name" in self._request.form for index in range(count_max))
        return min(max(count_min, submitted) + (self._request.form_value("add_row") == kind), count_max)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").split()))


def _config(form: DraftForm, row: str) -> Struct:
    """Returns the configuration of a variant: its models and the additional JSON."""
    config: dict[str, Any] = {}
    if text := form(f"{row}.config"):
        try:
            config = json.loads(text)
        except ValueError:
            raise Problem.field(f"{row}.config", 'must be JSON such as {"strategy": "greedy"}') from None
        if not isinstance(config, dict):
            raise Problem.field(f"{row}.config", "must be a JSON object")
    models = _names(form(f"{row}.models"))
    if models:
        config |= {"model": models[0]} if len(models) == 1 else {"models": models}
    struct = Struct()
    try:
        struct.update(config)
    except (TypeError, ValueError, RecursionError):
        raise Problem.field(f"{row}.config", "must only contain texts, numbers, lists and objects") from None
    return struct


def _variants(form: DraftForm) -> list[experiments.Variant]:
    """Returns the variants of the form, without empty rows after the first two."""
    variants = []
    for index in range(form.variant_count):
        row = f"variants[{index}]"
        is_filled = form(f"{row}.name") or form(f"{row}.models") or form(f"{row}.config")
        if index < VARIANTS_MIN or is_filled:
            weight = form.number(f"{row}.weight")
            variants.append(experiments.Variant(name=form(f"{row}.name"), config=_config(form, row), weight=weight))
    return variants


def _metrics(form: DraftForm) -> list[experiments.Metric]:
    """Returns the metrics of the rows with a name."""
    return [
        experiments.Metric(
            name=form(f"metrics[{index}].name"),
            direction=form.choice(f"metrics[{index}].direction", DIRECTIONS),
            guardrail=form(f"metrics[{index}].role") == "guardrail",
            margin=form.number(f"metrics[{index}].margin"),
        )
        for index in range(form.metric_count)
        if form(f"metrics[{index}].name")
    ]


def _experiment(form: DraftForm) -> experiments.Experiment:
    experiment = experiments.Experiment(
        display_name=form("display_name"),
        hypothesis=" ".join(form("hypothesis").split()),
        type=form.choice("type", TYPES),
        variants=_variants(form),
        traffic_percentage=form.number("traffic_percentage"),
        layer=form("layer"),
        layer_start=form.number("layer_start"),
        layer_end=form.number("layer_end"),
        holdout=form.number("holdout"),
        metrics=_metrics(form),
        winner_rule=form.choice("winner_rule", WINNER_RULES),
        alpha=form.number("alpha"),
        users_min=form.whole_number("users_min"),
    )
    experiment.duration_min.FromTimedelta(timedelta(hours=form.whole_number("hours_min")))
    experiment.targeting.task_types[:] = _names(form("task_types"))
    experiment.targeting.domain_modes[:] = _names(form("domain_modes"))
    return experiment


def _form_view(request: PageRequest, problem: Problem | None = None) -> View:
    context = {
        "form": DraftForm(request),
        "problem": problem,
        "request_id": request.retry_request_id(problem),
        "types": [(name, name.replace("_", " ").capitalize()) for name in TYPES],
        "may_cover_all_tenants": not request.session.tenant,
        "variants_max": VARIANTS_MAX,
        "metrics_max": METRICS_MAX,
    }
    status = problem.status if problem else 200
    return View(template="experiments/draft.html", title="New experiment", context=context, status=status)


async def draft_form(request: PageRequest) -> View:
    """Shows the form."""
    request.tenant  # noqa: B018 - raises Problem before the user fills in the form
    return _form_view(request)


async def create_draft(request: PageRequest) -> Redirect | View:
    """Creates the draft. Shows the form again with one more row when `add_row` names variants or metrics."""
    if request.form_value("add_row"):
        return _form_view(request)
    all_tenants = bool(request.form_value("all_tenants"))
    try:
        message = pb.CreateExperimentRequest(
            tenant_id="" if all_tenants else request.tenant,
            request_id=request.request_id,
            experiment=_experiment(DraftForm(request)),
            all_tenants=all_tenants,
        )
        response = await request.services.call(request.services.experiments.CreateExperiment, message)
    except Problem as problem:
        return _form_view(request, _with_form_fields(problem))
    experiment = response.experiment
    return Redirect(
        path=request.address(f"experiments/{experiment.experiment_id}"),
        notice=f"The draft “{experiment.display_name}” is created.",
    )


def _with_form_fields(problem: Problem) -> Problem:
    """Returns the problem with the field names of the form instead of those of the message."""
    errors = [type(each)(each.field.removeprefix("experiment."), each.why) for each in problem.errors]
    detail = "; ".join(f"{each.field}: {each.why}" for each in errors) or problem.detail
    return Problem(problem.status, problem.reason, detail, errors=errors, error_id=problem.error_id)


PAGE = Page(
    path="experiments/new",
    handler=draft_form,
    roles=roles_of("ExperimentService.CreateExperiment"),
    actions={"experiments/new": (roles_of("ExperimentService.CreateExperiment"), create_draft)},
)
