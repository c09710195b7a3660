"""The service, the database and the API hold one table of sentiments."""

from __future__ import annotations

import re

import pytest

from ingest.api.convert.enums import SIGNAL_NUMBERS
from ingest.domain.model import SENTIMENTS
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import Serving, name, rows, signal
from tests.support.servers import url_as

QUERY = "SELECT word, ingest_api_v1.get_implicit_sentiment(word) AS sentiment FROM unnest($1::text[]) AS word"


@pytest.mark.parametrize("role", ["", "radiant_ingest", "radiant_neural"])
async def test_the_database_agrees_and_knows_no_other_type(database_url: str, role: str) -> None:
    url = url_as(role, database_url) if role else database_url
    unknown = ["", "unspecified", "FAVORITE_ADDED", "favorite_added ", "hug"]
    found = {row["word"]: row["sentiment"] for row in await rows(url, QUERY, [*SENTIMENTS, *unknown])}
    assert found == {**SENTIMENTS, **dict.fromkeys(unknown)}
    assert len(SENTIMENTS) == 15


async def test_nothing_has_no_sentiment(database_url: str) -> None:
    (row,) = await rows(database_url, "SELECT ingest_api_v1.get_implicit_sentiment(NULL)")
    assert row[0] is None


def test_every_signal_type_of_the_api_has_a_sentiment() -> None:
    values = feedback_pb2.SignalType.DESCRIPTOR.values
    words = {each.name.removeprefix("SIGNAL_TYPE_").lower() for each in values if each.number}
    assert words == set(SENTIMENTS) == set(SIGNAL_NUMBERS)
    assert all(re.fullmatch(r"[a-z_]+", word) and -1 <= SENTIMENTS[word] <= 1 for word in words)


async def test_each_type_is_answered_and_stored_with_its_sentiment(ingest: Serving) -> None:
    for word, number in SIGNAL_NUMBERS.items():
        request = pb.SubmitImplicitSignalRequest(request_id=name(), signal=signal("o", number))
        answer = await ingest.call("SubmitImplicitSignal", request)
        assert answer.sentiment == SENTIMENTS[word]
    stored = await ingest.rows("SELECT signal_type, sentiment FROM ingest.implicit_signals")
    assert {row["signal_type"]: row["sentiment"] for row in stored} == SENTIMENTS
