"""Survey prompts: every reason over the API, stored decisions and concurrent requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from ingest.domain.survey_policy import PromptLimits, sampling_value
from ingest.settings import IngestSettings
from ingest.worker.maintenance import maintain
from kit.settings.declaration import SettingsError
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.bulk_data import open_test_database
from tests.ingest.fixtures.random_feedback import SPOKEN
from tests.ingest.fixtures.service import (
    BEGIN,
    TENANT,
    IngestService,
    environ_of,
    manifest,
    new_id,
    open_service,
    rows,
    thumb,
)
from tests.support.suite import token

AGE = "UPDATE ingest.feedback_asks SET asked_at = asked_at - $1::interval"
DECISIONS = "SELECT output_id, reason FROM ingest.feedback_asks WHERE tenant_id = $1 ORDER BY asked_at"
SAMPLED = [f"d{n}" for n in range(400) if sampling_value(TENANT, "u", f"d{n}") < 0.1]
NOT_SAMPLED = [f"d{n}" for n in range(400) if sampling_value(TENANT, "u", f"d{n}") >= 0.1]


async def prompt(ingest: IngestService, output: str, user: str = "u", *caller: Any) -> tuple[bool, str, float]:
    """Returns whether the widget prompts the user, the reason and the probability."""
    request = pb.GetWidgetConfigRequest(user_id=user, output_id=output)
    answer = await ingest.call("GetWidgetConfig", request, *caller)
    return answer.ask, pb.AskReason.Name(answer.ask_reason).removeprefix("ASK_REASON_"), answer.ask_probability


async def record_outputs(ingest: IngestService, outputs: list[str], **more: Any) -> None:
    """Records outputs with an interval of one second."""
    manifests = [manifest(each, seconds=n, **more).manifest for n, each in enumerate(outputs)]
    await ingest.call("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests))


async def record_first_outputs(ingest: IngestService) -> None:
    """Records five outputs of the user before all others."""
    manifests = [manifest(f"early{n}", seconds=n - 100).manifest for n in range(5)]
    await ingest.call("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests))


async def age_decisions(ingest: IngestService, by: str) -> None:
    """Moves all stored decisions into the past."""
    await ingest.rows(AGE.replace("$1", f"'{by}'"))


async def stored_decisions(ingest: IngestService, tenant: str = TENANT) -> list[tuple[str, str]]:
    """Returns the stored decisions."""
    return [tuple(row) for row in await ingest.rows(DECISIONS, tenant)]


async def test_prompt_without_user_or_output_is_unspecified_and_not_stored(ingest: IngestService) -> None:
    await record_outputs(ingest, ["o"])
    for output, user in (("", ""), ("o", ""), ("", "u"), ("unknown", "u")):
        assert await prompt(ingest, output, user) == (False, "UNSPECIFIED", 0.0)
    assert await stored_decisions(ingest) == []


async def test_prompt_for_first_five_outputs_is_first_outputs(ingest: IngestService) -> None:
    await record_outputs(ingest, [f"o{n}" for n in range(7)])
    assert [await prompt(ingest, f"o{n}") for n in range(5)] == [(True, "FIRST_OUTPUTS", 1.0)] * 5
    assert [(await prompt(ingest, f"o{n}"))[1] for n in (5, 6)] == ["FATIGUE"] * 2
    assert (await prompt(ingest, "o1", "somebody else"))[1] in {"SAMPLED", "NOT_SAMPLED"}  # the output of another user


async def test_prompt_reasons_over_api_are_stable(ingest: IngestService) -> None:
    await record_first_outputs(ingest)
    await record_outputs(ingest, [SAMPLED[0], NOT_SAMPLED[0], NOT_SAMPLED[1]])
    await record_outputs(ingest, ["v"], verification_failed=True, contradiction_found=True, brain_confidence=0.1)
    await record_outputs(ingest, ["c"], contradiction_found=True, brain_confidence=0.1)
    await record_outputs(ingest, ["l"], brain_confidence=0.49)
    expected = {
        "v": (True, "VERIFICATION_FAILED", 1.0),
        "c": (True, "CONTRADICTION", 1.0),
        "l": (True, "LOW_CONFIDENCE", 1.0),
        SAMPLED[0]: (True, "SAMPLED", 0.1),
        NOT_SAMPLED[0]: (False, "NOT_SAMPLED", 0.1),
    }
    for output, answer in expected.items():
        assert await prompt(ingest, output) == answer
        await age_decisions(ingest, "1 day")
    for output, answer in expected.items():
        assert await prompt(ingest, output) == answer
    assert [output for output, _ in await stored_decisions(ingest)] == list(expected)[:4]


async def test_prompt_after_feedback_is_answered(ingest: IngestService) -> None:
    await record_outputs(ingest, ["a", "b", "c"])
    assert (await prompt(ingest, "a"))[0]
    await ingest.call("SubmitExplicitFeedback", thumb("a"))
    await rows(ingest.database_url, SPOKEN, TENANT, "b", "u", BEGIN, "pending", None)
    assert [await prompt(ingest, each) for each in "ab"] == [(False, "ANSWERED", 0.0)] * 2
    await ingest.call("RetractFeedback", pb.RetractFeedbackRequest(request_id=new_id(), output_id="a", user_id="u"))
    assert (await prompt(ingest, "a"))[1] == "ANSWERED"
    await ingest.call("SubmitExplicitFeedback", thumb("c", user="another"))
    assert (await prompt(ingest, "c"))[1] == "FIRST_OUTPUTS"
    await ingest.call("SubmitExplicitFeedback", thumb("unknown"))
    assert (await prompt(ingest, "unknown"))[1] == "ANSWERED"


async def test_prompt_repeated_returns_stored_decision(ingest: IngestService) -> None:
    await record_first_outputs(ingest)
    await record_outputs(ingest, SAMPLED[:3])
    first = [await prompt(ingest, SAMPLED[0]) for _ in range(4)]
    assert first == [(True, "SAMPLED", 0.1)] * 4
    assert await prompt(ingest, SAMPLED[1]) == (False, "FATIGUE", 0.0)  # too soon
    await age_decisions(ingest, "10 minutes")
    assert await prompt(ingest, SAMPLED[1]) == (False, "FATIGUE", 0.0)
    assert await prompt(ingest, SAMPLED[2]) == (True, "SAMPLED", 0.1)
    assert await prompt(ingest, SAMPLED[0]) == first[0]
    assert await stored_decisions(ingest) == list(zip(SAMPLED, ["sampled", "fatigue", "sampled"], strict=False))


async def test_prompts_per_day_are_five_and_fewer_if_ignored(ingest: IngestService) -> None:
    await record_first_outputs(ingest)
    await record_outputs(ingest, SAMPLED[:14])
    queue = iter(SAMPLED)

    async def go(times: int, answering: bool) -> list[bool]:
        asks = []
        for _ in range(times):
            output = next(queue)
            asks.append((await prompt(ingest, output))[0])
            if answering:
                await ingest.call("SubmitExplicitFeedback", thumb(output))
            await age_decisions(ingest, "3 minutes")
        return asks

    assert await go(6, answering=True) == [True] * 5 + [False]
    await age_decisions(ingest, "24 hours")
    assert await go(4, answering=False) == [True] * 3 + [False]
    await age_decisions(ingest, "24 hours")
    assert await go(2, answering=False) == [True, False]
    await ingest.call("SubmitExplicitFeedback", thumb(SAMPLED[10]))  # the output of the last prompt
    assert await go(2, answering=False) == [True, True]


LIMIT_OF_TWO = {
    "RADIANT_ASKS_CAP_PER_DAY": "2",
    "RADIANT_ASKS_PER_DAY": "1000",
    "RADIANT_ASK_GAP_SECONDS": "0",
    "RADIANT_ASK_FIRST_OUTPUTS": "0",
    "RADIANT_ASKS_IGNORED_MAX": "100",
}


@pytest.mark.parametrize(
    ("flags", "extra"),
    [
        ({"verification_failed": True}, LIMIT_OF_TWO),
        ({"brain_confidence": 0.1}, LIMIT_OF_TWO | {"RADIANT_ASKS_CAP_PER_DAY": "50", "RADIANT_ASKS_PER_DAY": "2"}),
        ({}, LIMIT_OF_TWO | {"RADIANT_ASK_PROBABILITY": "1"}),
    ],
)
async def test_concurrent_prompts_do_not_exceed_limit(
    database_url: str, redis_url: str, flags: Mapping[str, Any], extra: Mapping[str, str]
) -> None:
    async with (
        open_service(database_url, redis_url, extra) as ingest,
        open_service(database_url, redis_url, extra) as other,
    ):
        await record_outputs(ingest, [f"o{n}" for n in range(24)], **flags)
        calls = (prompt((ingest, other)[n % 2], f"o{n // 2 * 2}") for n in range(24))
        answers = await asyncio.gather(*calls)
        assert answers[::2] == answers[1::2]  # both processes decide alike for the same output
        assert sum(ask for ask, _, _ in answers[::2]) == 2
        assert {reason for ask, reason, _ in answers if not ask} == {"FATIGUE"}
        assert (await prompt(ingest, "o1", "another user"))[0]


async def test_decisions_older_than_30_days_are_purged(ingest: IngestService) -> None:
    await record_outputs(ingest, ["a", "b"])
    await prompt(ingest, "a")
    await age_decisions(ingest, "30 days 1 second")
    await prompt(ingest, "b")
    await age_decisions(ingest, "29 days")
    async with open_test_database(ingest.database_url) as database:
        await maintain(database)
    assert await stored_decisions(ingest) == [("b", "first_outputs")]


async def test_prompts_of_tenants_are_separate(ingest: IngestService) -> None:
    stranger = token("globex")
    await record_outputs(ingest, ["o"])
    assert (await prompt(ingest, "o"))[0]
    assert await prompt(ingest, "o", "u", stranger) == (False, "UNSPECIFIED", 0.0)
    await ingest.call("RecordManifest", manifest("o"), stranger)
    assert (await prompt(ingest, "o", "u", stranger))[1] == "FIRST_OUTPUTS"
    assert await stored_decisions(ingest) == await stored_decisions(ingest, "globex") == [("o", "first_outputs")]


@pytest.mark.parametrize("limit", ["ASKS_PER_DAY", "ASK_PROBABILITY", "ASK_GAP_SECONDS", "ASKS_IGNORED_MAX"])
def test_prompt_setting_out_of_range_is_refused(limit: str) -> None:
    environ = environ_of("postgresql://x@127.0.0.1/x", "")
    assert IngestSettings.from_env(environ).prompts == PromptLimits()
    with pytest.raises(SettingsError, match=limit):
        IngestSettings.from_env({**environ, f"RADIANT_{limit}": "-1"})
