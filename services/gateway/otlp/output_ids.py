"""Names of outputs and models in converted requests, as ingest expects them."""

from __future__ import annotations

from gateway.otlp.convert.items import (
    ConvertedRequest,
    FeedbackItem,
    ManifestItem,
    Rejection,
    SkippedEvaluation,
    derived_output_id,
)


def name_outputs(converted: ConvertedRequest) -> None:
    """Completes manifests with the other names of their outputs, and evaluations with the output that they name.

    An output with an id of its own also has the name of its span, `<trace id>-<span id>`. Feedback on the span uses
    this name: ingest stores it under the output, also if it arrives before the span or at another gateway. Feedback on
    a span without a valid id becomes a rejection.
    """
    foreign = {}
    for item in converted.manifests:
        credit_answering_model(item)
        if item.has_own_output_id:
            item.manifest.output_id_foreign = True
            if (name := derived_output_id(item.position.span)) and name != item.manifest.output_id:
                item.manifest.output_aliases.append(name)
                foreign[item.position.span] = item.manifest.output_id
    scores = [each for each in converted.skipped if each.message is not None]
    messages = [(each.position, each.feedback) for each in converted.feedback]
    for position, message in (*messages, *((each.position, each.message) for each in scores)):
        if message is not None and message.output_id == foreign.get(position.span):
            message.output_id = derived_output_id(position.span)
    unnamed = [("feedback", each.position) for each in converted.feedback if not _is_named(each)]
    unnamed += [("evaluation_score", each.position) for each in scores if not _is_named(each)]
    converted.feedback = [each for each in converted.feedback if _is_named(each)]
    converted.skipped = [each for each in converted.skipped if each.message is None or _is_named(each)]
    why = "is required, because the span is not a recorded output"
    converted.rejections += [Rejection(kind, position, "gen_ai.response.id", why) for kind, position in unnamed]


def credit_answering_model(item: ManifestItem) -> None:
    """Credits the model that answered, which the conversion sets as the version of the requested model."""
    manifest = item.manifest
    answering = [manifest.model_versions.get(name, "") or name for name in manifest.models_used]
    if len(set(answering)) < len(answering):
        return
    requested = list(manifest.models_used)
    manifest.ClearField("models_used")
    manifest.ClearField("model_versions")
    manifest.models_used.extend(answering)
    for name, model in zip(requested, answering, strict=True):
        if name != model:
            manifest.requested_models[model] = name


def _is_named(item: FeedbackItem | SkippedEvaluation) -> bool:
    return not item.is_output_derived or bool(derived_output_id(item.position.span))
