"""Model aliases: manifests are credited to the model that answered, and the table is edited by admins."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from ingest.aliases import model_aliases
from radiant.ingest.v1 import alias_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2 as ingest_pb
from radiant.ingest.v1 import manifest_pb2
from tests.ingest.fixtures.aliases import ADMIN, call
from tests.ingest.fixtures.service import CALLER, IngestService, manifest, new_id, problems_of, reason_of
from tests.support.suite import token

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads the manual aliases for every write."""
    monkeypatch.setattr(model_aliases, "CACHED_MAX", model_aliases.CACHED_MAX * 0)


async def recorded(service: IngestService, output: str, *models: str, **fields: Any) -> manifest_pb2.ExecutionManifest:
    """Records a manifest and returns it as it is stored."""
    await service.call("RecordManifest", manifest(output, *models, **fields), CALLER)
    found = await service.call("GetOutput", ingest_pb.GetOutputRequest(output_id=output), ADMIN)
    stored: manifest_pb2.ExecutionManifest = found.manifest
    return stored


async def aliases(service: IngestService) -> dict[str, tuple[str, str, int]]:
    """Returns model, version and source of each alias."""
    found = await call(service, pb.ListModelAliasesRequest())
    return {each.alias: (each.model, each.version, each.source) for each in found.aliases}


@pytest.mark.parametrize(
    ("requested", "answered", "model", "version"),
    [
        ("auto", "gpt-4o-2024-08-06", "gpt-4o", "gpt-4o-2024-08-06"),
        ("openai/gpt-4o", "gpt-4o", "gpt-4o", ""),
        ("gpt-4", "gpt-4-0613", "gpt-4", "gpt-4-0613"),
        ("my-deployment", "gpt-4o-mini", "gpt-4o-mini", ""),
    ],
)
async def test_model_that_answered_is_credited_and_requested_name_becomes_alias(
    ingest: IngestService, requested: str, answered: str, model: str, version: str
) -> None:
    stored = await recorded(ingest, "o", answered, requested_models={answered: requested})
    assert (list(stored.models_used), dict(stored.model_versions)) == ([model], {model: version} if version else {})
    assert dict(stored.requested_models) == ({model: requested} if requested != model else {})
    expected = {name for name in (requested, answered) if name != model}
    found = await aliases(ingest)
    assert found.keys() == expected
    assert {(name, source) for name, _, source in found.values()} == {(model, pb.ALIAS_SOURCE_AUTOMATIC)}


async def test_names_of_one_model_become_one_model_in_all_fields(ingest: IngestService) -> None:
    stored = await recorded(
        ingest,
        "o",
        *("openai/gpt-4o", "gpt-4o-2024-08-06", "other"),
        steps=[manifest_pb2.ManifestStep(model="azure/gpt-4o"), manifest_pb2.ManifestStep(model="other")],
        thermal_states={"openai/gpt-4o": manifest_pb2.THERMAL_STATE_HOT},
    )
    assert list(stored.models_used) == ["gpt-4o", "other"]
    assert [step.model for step in stored.steps] == ["gpt-4o", "other"]
    assert dict(stored.thermal_states) == {"gpt-4o": manifest_pb2.THERMAL_STATE_HOT}
    assert dict(stored.requested_models) == {"gpt-4o": "openai/gpt-4o"}


async def test_stated_version_takes_precedence_and_repeat_is_duplicate(ingest: IngestService) -> None:
    name = "openai/gpt-4o-2024-08-06"
    for expected in (1, 2):
        request = manifest("o", name, model_versions={name: "v7"})
        assert (await ingest.call("RecordManifest", request, CALLER)).outcome == expected
    found = await ingest.call("GetOutput", ingest_pb.GetOutputRequest(output_id="o"), ADMIN)
    assert dict(found.manifest.model_versions) == {"gpt-4o": "v7"}


async def test_manual_alias_applies_to_later_manifests_and_is_audited(ingest: IngestService) -> None:
    await recorded(ingest, "before", "house")
    request = pb.SetModelAliasRequest(request_id=new_id(), alias="house", model="gpt-4o", version="h1")
    first = await call(ingest, request)
    assert await call(ingest, request) == first
    stored = await recorded(ingest, "after", "house")
    assert (list(stored.models_used), dict(stored.model_versions)) == (["gpt-4o"], {"gpt-4o": "h1"})
    assert (await aliases(ingest))["house"] == ("gpt-4o", "h1", pb.ALIAS_SOURCE_MANUAL)
    await call(ingest, pb.DeleteModelAliasRequest(request_id=new_id(), alias="house"))
    assert list((await recorded(ingest, "last", "house")).models_used) == ["house"]
    found = await ingest.call("GetOutput", ingest_pb.GetOutputRequest(output_id="before"), ADMIN)
    assert list(found.manifest.models_used) == ["house"]
    actions = await ingest.rows("SELECT action, target FROM ingest.audit_log WHERE action LIKE 'model_alias.%'")
    assert [tuple(row) for row in actions] == [("model_alias.set", "house"), ("model_alias.delete", "house")]
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call(ingest, pb.DeleteModelAliasRequest(request_id=new_id(), alias="house"))
    assert reason_of(refusal.value) == "ALIAS_UNKNOWN"


async def test_alias_to_itself_excludes_name_from_rules(ingest: IngestService) -> None:
    name = "gpt-4o-2024-08-06"
    await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias=name, model=name))
    assert list((await recorded(ingest, "o", name)).models_used) == [name]


async def test_automatic_alias_follows_latest_output_in_any_order(ingest: IngestService) -> None:
    for output, second, answered in (("b", 200, "b"), ("a", 0, "a"), ("c", 400, "c"), ("d", 300, "d")):
        await recorded(ingest, output, answered, seconds=second, requested_models={answered: "auto"})
    assert (await aliases(ingest))["auto"][0] == "c"


async def test_manual_alias_is_not_replaced_by_outputs(ingest: IngestService) -> None:
    await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias="auto", model="chosen"))
    await recorded(ingest, "o", "x", seconds=500, requested_models={"x": "auto"})
    assert (await aliases(ingest))["auto"] == ("chosen", "", pb.ALIAS_SOURCE_MANUAL)


async def test_requested_model_of_other_output_is_refused_by_path(ingest: IngestService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await recorded(ingest, "o", "m", requested_models={"x": "auto"})
    assert problems_of(refusal.value) == ["manifest.requested_models['x']"]


async def test_aliases_are_limited_for_each_tenant(ingest: IngestService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_aliases, "ALIASES_MAX", 2)
    for name in ("a", "b"):
        await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias=name, model="m"))
    await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias="b", model="n"))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias="c", model="m"))
    assert reason_of(refusal.value) == "TOO_MANY_ALIASES"
    await recorded(ingest, "o", "x", requested_models={"x": "auto"})
    assert set(await aliases(ingest)) == {"a", "b"}
    other = await call(ingest, pb.ListModelAliasesRequest(), token("globex", "admin"))
    assert not other.aliases
    first = await call(ingest, pb.ListModelAliasesRequest(page_size=1))
    rest = await call(ingest, pb.ListModelAliasesRequest(page_size=1, page_token=first.next_page_token))
    assert [each.alias for each in (*first.aliases, *rest.aliases)] == ["a", "b"]
    assert not rest.next_page_token


@pytest.mark.parametrize("role", ["service", "expert"])
async def test_only_admins_change_aliases(ingest: IngestService, role: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call(ingest, pb.SetModelAliasRequest(request_id=new_id(), alias="a", model="m"), token("acme", role))
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
