"""A new experiment: the form, what it says as a message, and the form again when that is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.struct_pb2 import Struct

from gateway.console.page import ADMINS, Asked, Moved, Page, Shown
from gateway.console.pages.experiment import at, retried
from gateway.http.problems import Problem
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import experiment_service_pb2 as pb

TYPES = {
    "model_routing": experiments.EXPERIMENT_TYPE_MODEL_ROUTING,
    "orchestration": experiments.EXPERIMENT_TYPE_ORCHESTRATION,
    "service": experiments.EXPERIMENT_TYPE_SERVICE,
    "prompt": experiments.EXPERIMENT_TYPE_PROMPT,
}
RULES = {
    "superiority": experiments.WINNER_RULE_SUPERIORITY,
    "cheaper": experiments.WINNER_RULE_NOT_INFERIOR_CHEAPER,
    "faster": experiments.WINNER_RULE_NOT_INFERIOR_FASTER,
}
DIRECTIONS = {"up": experiments.METRIC_DIRECTION_UP, "down": experiments.METRIC_DIRECTION_DOWN}
VARIANTS_MAX, METRICS_MAX = 8, 20
AT_FIRST = {
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


class Typed:
    """What stands in the form: at first the defaults, later what was sent."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.fresh = not asked.form
        self.variants = self._rows("variants", 2, VARIANTS_MAX)
        self.metrics = self._rows("metrics", 1, METRICS_MAX)

    def __call__(self, name: str) -> str:
        """Returns the text of a field."""
        return self._asked.text(name, AT_FIRST.get(name, "")) if self.fresh else self._asked.sent(name)

    def number(self, name: str) -> float:
        """Returns a field as a number, 0 when it is empty; raises Problem naming it."""
        return self._asked.number(name) or 0.0

    def _rows(self, kind: str, least: int, most: int) -> int:
        sent = sum(f"{kind}[{index}].name" in self._asked.form for index in range(most))
        return min(max(least, sent) + (self._asked.sent("more") == kind), most)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").split()))


def _config(typed: Typed, place: str) -> Struct:
    """Returns the configuration: models, and whatever else is written as JSON."""
    config: dict[str, Any] = {}
    if text := typed(f"{place}.config"):
        try:
            config = json.loads(text)
        except ValueError:
            raise Problem.field(f"{place}.config", 'must be JSON such as {"strategy": "greedy"}') from None
        if not isinstance(config, dict):
            raise Problem.field(f"{place}.config", "must be a JSON object")
    names = _names(typed(f"{place}.models"))
    if names:
        config |= {"model": names[0]} if len(names) == 1 else {"models": names}
    struct = Struct()
    try:
        struct.update(config)
    except (TypeError, ValueError, RecursionError):
        raise Problem.field(f"{place}.config", "must hold texts, numbers, lists and objects") from None
    return struct


def _variants(typed: Typed) -> list[experiments.Variant]:
    """Returns the variants that have a name or models; the others are rows left empty."""
    made = []
    for index in range(typed.variants):
        place = f"variants[{index}]"
        if index < 2 or typed(f"{place}.name") or typed(f"{place}.models") or typed(f"{place}.config"):
            weight = typed.number(f"{place}.weight")
            variant = experiments.Variant(name=typed(f"{place}.name"), config=_config(typed, place), weight=weight)
            made.append(variant)
    return made


def _metrics(typed: Typed) -> list[experiments.Metric]:
    """Returns the metrics that have a name."""
    return [
        experiments.Metric(
            name=typed(f"metrics[{index}].name"),
            direction=_of(DIRECTIONS, typed, f"metrics[{index}].direction"),
            guardrail=typed(f"metrics[{index}].role") == "guardrail",
            margin=typed.number(f"metrics[{index}].margin"),
        )
        for index in range(typed.metrics)
        if typed(f"metrics[{index}].name")
    ]


def _of(words: Mapping[str, Any], typed: Typed, name: str) -> Any:
    if typed(name) not in words:
        raise Problem.field(name, f"must be one of {', '.join(words)}")
    return words[typed(name)]


def _whole(typed: Typed, name: str) -> int:
    value = typed.number(name)
    if not 0 <= value <= 100_000_000 or value != int(value):
        raise Problem.field(name, "must be a whole number from 0 to 100,000,000")
    return int(value)


def _experiment(typed: Typed) -> experiments.Experiment:
    made = experiments.Experiment(
        display_name=typed("display_name"),
        hypothesis=" ".join(typed("hypothesis").split()),
        type=_of(TYPES, typed, "type"),
        variants=_variants(typed),
        traffic_percentage=typed.number("traffic_percentage"),
        layer=typed("layer"),
        layer_start=typed.number("layer_start"),
        layer_end=typed.number("layer_end"),
        holdout=typed.number("holdout"),
        metrics=_metrics(typed),
        winner_rule=_of(RULES, typed, "winner_rule"),
        alpha=typed.number("alpha"),
        users_min=_whole(typed, "users_min"),
    )
    made.duration_min.FromTimedelta(timedelta(hours=_whole(typed, "hours_min")))
    made.targeting.task_types[:] = _names(typed("task_types"))
    made.targeting.domain_modes[:] = _names(typed("domain_modes"))
    return made


def _form(asked: Asked, problem: Problem | None = None) -> Shown:
    context = {
        "typed": Typed(asked),
        "problem": problem,
        "request_id": retried(asked, problem),
        "types": [(each, each.replace("_", " ")) for each in TYPES],
        "all_tenants": not asked.session.tenant,
        "variants_max": VARIANTS_MAX,
        "metrics_max": METRICS_MAX,
    }
    status = problem.status if problem else 200
    return Shown(template="experiment_new.html", title="New experiment", context=context, status=status)


async def new(asked: Asked) -> Shown:
    """Shows the form."""
    asked.tenant  # noqa: B018 - refuses before anything is typed
    return _form(asked)


async def create(asked: Asked) -> Moved | Shown:
    """Creates the draft; shows the form again when that is refused, or when one more row is asked for."""
    if asked.sent("more"):
        return _form(asked)
    everybody = bool(asked.sent("all_tenants"))
    try:
        request = pb.CreateExperimentRequest(
            tenant_id="" if everybody else asked.tenant,
            request_id=asked.request_id,
            experiment=_experiment(Typed(asked)),
            all_tenants=everybody,
        )
        answer = await asked.desk.ask(asked.desk.experiments.CreateExperiment, request)
    except Problem as problem:
        return _form(asked, _renamed(problem))
    found = answer.experiment
    return Moved(to=at(asked, found.experiment_id), notice=f"The draft “{found.display_name}” is made.")


def _renamed(problem: Problem) -> Problem:
    """Returns the problem with its fields named as in the form."""
    errors = [type(each)(each.field.removeprefix("experiment."), each.why) for each in problem.errors]
    detail = "; ".join(f"{each.field}: {each.why}" for each in errors) or problem.detail
    return Problem(problem.status, problem.reason, detail, errors=errors, error_id=problem.error_id)


PAGE = Page(
    path="experiments/new",
    name="",
    handler=new,
    roles=ADMINS,
    actions={"experiments/new": (ADMINS, create)},
)
