"""The document says of every part what the protos say of it."""

from collections import Counter
from collections.abc import Iterator
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
    vote = document()["components"]["schemas"]["ExplicitFeedback"]["properties"]["rating"]["description"]
    assert comment_on("radiant.ingest.v1.ExplicitFeedback.rating") in vote
    assert f"- RATING_POSITIVE: {comment_on('radiant.ingest.v1.Rating.RATING_POSITIVE')}" in vote


def test_operations_have_names_of_their_own() -> None:
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
