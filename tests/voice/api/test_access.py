"""Access to VoiceService: tenants and roles."""

from __future__ import annotations

import pytest

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.messages import requests_of_all_methods
from tests.voice.fixtures.scripted import recording
from tests.voice.fixtures.service import OPERATOR, OTHER_TENANT, SERVICE, VoiceService


@pytest.fixture
async def failed_id(service: VoiceService) -> str:
    """Returns the voice_id of failed feedback of the tenant acme."""
    voice_id = await service.add_recording(recording("", fail="rejected"))
    await service.wait_for_status("failed")
    return voice_id


async def test_methods_called_for_another_tenant_are_refused(service: VoiceService, failed_id: str) -> None:
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["VoiceService"].methods}
    assert requests_of_all_methods(failed_id).keys() == methods
    for method, request in requests_of_all_methods(failed_id, "acme").items():
        assert (await service.outcome(method, request, OTHER_TENANT))[2] == "TENANT_MISMATCH", method
    own = requests_of_all_methods(failed_id)
    for method in ("GetVoiceFeedback", "RetryVoiceFeedback", "GetVoiceAudio"):
        code, _, reason, _ = await service.outcome(method, own[method], OTHER_TENANT)
        assert (code, reason) == ("NOT_FOUND", "VOICE_UNKNOWN")
    assert not (await service.call("ListVoiceFeedback", own["ListVoiceFeedback"], OTHER_TENANT)).feedback
    assert not (await service.call("GetVoiceQueue", own["GetVoiceQueue"], OTHER_TENANT)).depths
    assert await service.counts() == {"failed": 1}


async def test_methods_of_administrators_called_by_service_role_are_refused(
    service: VoiceService, failed_id: str
) -> None:
    for method in ("RetryVoiceFeedback", "GetVoiceQueue"):
        request = requests_of_all_methods(failed_id)[method]
        assert (await service.outcome(method, request, SERVICE))[2] == "ROLE_MISSING"


async def test_methods_called_by_operator_for_any_tenant_succeed(service: VoiceService, failed_id: str) -> None:
    for method, request in requests_of_all_methods(failed_id, "acme").items():
        assert (await service.outcome(method, request, OPERATOR))[0] == "OK", method
