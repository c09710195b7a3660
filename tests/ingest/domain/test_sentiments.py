"""Sentiments of signal types: the service, the database and the API agree."""

from __future__ import annotations

import re

import pytest

from ingest.api.convert.enums import SIGNAL_NUMBERS
from ingest.domain.model import SENTIMENTS
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import IngestService, new_id, rows, signal
from tests.support.servers import url_as

QUERY = "SELECT word, ingest_api_v1.get_implicit_sentiment(word) AS sentiment FROM unnest($1::text[]) AS word"


@pytest.mark.parametrize("role", ["", "radiant_ingest", "radiant_neural"])
async def test_sentiments_of_database_equal_domain_table(database_url: str, role: str) -> None:
    url = url_as(role, database_url) if role else database_url
    unknown = ["", "unspecified", "FAVORITE_ADDED", "favorite_added ", "hug"]
    found = {row["word"]: row["sentiment"] for row in await rows(url, QUERY, [*SENTIMENTS, *unknown])}
    assert found == {**SENTIMENTS, **dict.fromkeys(unknown)}
    assert len(SENTIMENTS) == 15


async def test_sentiment_of_null_is_null(database_url: str) -> None:
    (row,) = await rows(database_url, "SELECT ingest_api_v1.get_implicit_sentiment(NULL)")
    assert row[0] is None


def test_signal_types_of_api_have_sentiments() -> None:
    values = feedback_pb2.SignalType.DESCRIPTOR.values
    words = {each.name.removeprefix("SIGNAL_TYPE_").lower() for each in values if each.number}
    assert words == set(SENTIMENTS) == set(SIGNAL_NUMBERS)
    assert all(re.fullmatch(r"[a-z_]+", word) and -1 <= SENTIMENTS[word] <= 1 for word in words)


async def test_signal_of_each_type_is_stored_with_sentiment(ingest: IngestService) -> None:
    for word, number in SIGNAL_NUMBERS.items():
        request = pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal("o", number))
        answer = await ingest.call("SubmitImplicitSignal", request)
        assert answer.sentiment == SENTIMENTS[word]
    stored = await ingest.rows("SELECT signal_type, sentiment FROM ingest.implicit_signals")
    assert {row["signal_type"]: row["sentiment"] for row in stored} == SENTIMENTS
