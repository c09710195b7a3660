"""Sets the names of outputs and models in converted requests as ingest expects them."""

from __future__ import annotations

from gateway.otlp.convert.items import ConvertedRequest, ManifestItem, derived_output_id


def name_outputs(converted: ConvertedRequest) -> None:
    """Completes manifests with the other names of their outputs, and evaluations with the output that they name.

    An output with an id of its own also has the name of its span, `<trace id>-<span id>`. Feedback on the span uses
    this name: ingest stores it under the output, also if it arrives before the span or at another gateway.
    """
    foreign = {}
    for item in converted.manifests:
        credit_answering_model(item)
        if item.has_own_output_id:
            item.manifest.output_id_foreign = True
            if (name := derived_output_id(item.position.span)) and name != item.manifest.output_id:
                item.manifest.output_aliases.append(name)
                foreign[item.position.span] = item.manifest.output_id
    for each in converted.feedback:
        if each.feedback.output_id == foreign.get(each.position.span):
            each.feedback.output_id = derived_output_id(each.position.span)
    for skipped in converted.skipped:
        if skipped.message is not None and skipped.message.output_id == foreign.get(skipped.position.span):
            skipped.message.output_id = derived_output_id(skipped.position.span)


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
