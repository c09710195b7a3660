"""The document says of every part what the protos say of it."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from typing import Any

from gateway.openapi.comments import comment_on
from gateway.openapi.document import document


def operations() -> Iterator[dict[str, Any]]:
    """Yields every operation."""
    for path in document()["paths"].values():
        yield from path.values()


def test_operations_parameters_and_schemas_are_described_by_the_comments_of_the_protos() -> None:
    for operation in operations():
        assert operation["description"], operation["operationId"]
        silent = [each["name"] for each in operation["parameters"] if not each["description"]]
        assert silent == [], operation["operationId"]
    for name, schema in document()["components"]["schemas"].items():
        assert schema["description"], name
        silent = [field for field, inner in schema.get("properties", {}).items() if not inner.get("description")]
        assert silent == [], name
    stats = document()["paths"]["/api/v2/feedback/stats/{outputId}"]["get"]
    assert stats["description"] == comment_on("radiant.ingest.v1.IngestService.GetFeedbackStats") != ""
    schemas = document()["components"]["schemas"]
    rating = schemas["ExplicitFeedbackInput"]["properties"]["rating"]
    assert comment_on("radiant.ingest.v1.ExplicitFeedback.rating") in rating["description"]
    assert rating["$ref"] == "#/components/schemas/Rating"
    values = schemas["Rating"]["description"]
    assert f"- RATING_POSITIVE: {comment_on('radiant.ingest.v1.Rating.RATING_POSITIVE')}" in values


def test_operations_have_unique_names() -> None:
    names = Counter(operation["operationId"] for operation in operations())
    assert [name for name, count in names.items() if count > 1] == []


def test_recordings_are_described_as_forms_and_records_as_lines() -> None:
    paths = document()["paths"]
    form = paths["/api/v2/feedback/voice"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert form["schema"]["required"] == ["feedback", "audio"]
    assert form["schema"]["properties"]["audio"]["format"] == "binary"
    assert form["encoding"]["feedback"]["contentType"] == "application/json"
    heard = paths["/api/v2/voice/transcribe"]["post"]["requestBody"]["content"]
    assert set(heard) == {"multipart/form-data", "audio/*"}
    export = paths["/api/v2/admin/users/{userId}/export"]["get"]["responses"]["200"]
    assert set(export["content"]) == {"application/jsonl"}
    assert "ETag" not in export["headers"]


def test_message_in_requests_and_responses_has_two_schemas_with_different_required_fields() -> None:
    schemas = document()["components"]["schemas"]
    sent, answered = schemas["ExperimentInput"], schemas["Experiment"]
    assert set(sent["properties"]) == set(answered["properties"])
    assert "displayName" in sent["required"]
    assert "etag" not in sent["required"]
    assert {"displayName", "etag", "variants"} <= set(answered["required"])
    made = document()["paths"]["/api/v2/admin/experiments"]["post"]
    body = made["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"] == "#/components/schemas/ExperimentInput"


def test_enum_field_that_rejects_unspecified_excludes_that_value_alone() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["Rating"]["enum"][0] == "RATING_UNSPECIFIED"
    rating = schemas["ExplicitFeedbackInput"]["properties"]["rating"]
    assert rating["not"] == {"enum": ["RATING_UNSPECIFIED"]}


def test_references_of_the_document_have_targets() -> None:
    for whole in (document(), document(has_all_messages=True)):
        for reference in re.findall(r'"\$ref": "#/([^"]*)"', json.dumps(whole)):
            target = reduce(lambda part, name: part[name], reference.split("/"), whole)
            assert target, reference


def test_document_of_all_messages_has_grpc_messages_and_the_same_operations() -> None:
    served, whole = document(), document(has_all_messages=True)
    assert whole["paths"] == served["paths"]
    schemas = whole["components"]["schemas"]
    assert served["components"]["schemas"].items() <= schemas.items()
    assert "RecordManifestRequest" in schemas
    assert "RecordManifestRequest" not in served["components"]["schemas"]
    assert {"IngestVoiceFeedback", "VoiceVoiceFeedback"} <= set(schemas)
    assert "VoiceFeedback" not in schemas


def test_command_writes_the_document_as_json() -> None:
    for arguments, expected in (([], document()), (["--all-messages"], document(has_all_messages=True))):
        command = [sys.executable, "-m", "gateway.openapi", *arguments]
        written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert json.loads(written) == expected
