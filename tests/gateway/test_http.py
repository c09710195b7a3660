"""What holds for every route: callers, repeats, conditions, pages, pace, origins and sizes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from gateway.http.rate_limit import Pace
from gateway.settings import HttpLimits
from tests.gateway.serving import ACME, GLOBEX, Served, bearer, draft, key, signal, vote
from tests.ingest.fixtures.service import manifest

CONFIG = "/service/feedback/config"


async def test_another_tenant_sees_nothing_and_may_not_name_this_one(served: Served) -> None:
    await served.ask("POST", "/feedback/explicit", json=vote("o"))
    assert (await served.ask("GET", "/feedback/stats/o")).status_code == 200
    assert (await served.ask("GET", "/feedback/stats/o", who=GLOBEX)).status_code == 404
    named = await served.ask("GET", "/feedback/stats/o", who=GLOBEX, params={"tenantId": "acme"})
    assert (named.status_code, named.json()["reason"]) == (403, "TENANT_MISMATCH")
    operator = await served.ask("GET", "/feedback/stats/o", who=bearer("", "operator"), params={"tenantId": "acme"})
    assert operator.status_code == 200


async def test_the_same_key_counts_once(served: Served) -> None:
    once = key()
    answers = [await served.ask("POST", "/feedback/implicit", json=signal("o"), headers=once) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    await served.ask("POST", "/feedback/implicit", json=signal("o"))
    stats = (await served.ask("GET", "/feedback/stats/o")).json()
    assert stats["counts"]["signals"] == "2"
    bad = await served.ask("POST", "/feedback/implicit", json=signal("o"), headers={"idempotency-key": "x"})
    assert bad.status_code == 400
    assert bad.json()["errors"] == [{"field": "Idempotency-Key", "detail": "must be a UUID"}]


async def test_an_answer_that_the_caller_has_is_not_sent_again(served: Served) -> None:
    await served.ask("POST", "/feedback/explicit", json=vote("o"))
    first = await served.ask("GET", "/feedback/stats/o")
    tag = {"if-none-match": first.headers["etag"]}
    again = await served.ask("GET", "/feedback/stats/o", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    await served.ask("POST", "/feedback/explicit", json=vote("o", "v"))
    assert (await served.ask("GET", "/feedback/stats/o", headers=tag)).status_code == 200


async def test_pages_follow_one_another(served: Served) -> None:
    for number in range(3):
        await served.intake.call("RecordManifest", manifest(f"o{number}", seconds=number, conversation_id="c"))
    path, found, page = "/service/feedback/conversation/c/summary", [], ""
    while True:
        asked = {"pageSize": "2", "pageToken": page}
        answer = (await served.ask("GET", path, params=asked)).json()
        found.append([each["outputId"] for each in answer["outputs"]])
        page = answer["nextPageToken"]
        if not page:
            break
    assert found == [["o0", "o1"], ["o2"]]
    bad = await served.ask("GET", path, params={"pageToken": "!"})
    assert [each["field"] for each in bad.json()["errors"]] == ["pageToken"]


async def test_a_caller_who_asks_too_fast_waits_and_no_other_does(served: Served) -> None:
    limits = replace(served.settings.limits, requests_per_s=0.5, burst=2)
    async with served.other(limits=limits) as client:
        answers = [await client.get(f"/api/v2{CONFIG}", headers=ACME) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        refused = answers[2]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["reason"] == "RATE_LIMITED"
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        assert 0 < refused.json()["retryAfter"] <= 2
        assert (await client.get(f"/api/v2{CONFIG}", headers=GLOBEX)).status_code == 200
        assert (await client.get("/healthz")).json() == {"status": "serving"}


def test_a_bucket_fills_again_and_old_callers_are_forgotten() -> None:
    now = 0.0
    pace = Pace(2.0, 1, 2, lambda: now)
    assert pace.take(b"a") is None
    assert pace.take(b"a") == timedelta(seconds=0.5)
    now = 0.5
    assert pace.take(b"a") is None
    assert pace.take(b"b") is None
    assert pace.take(b"c") is None
    assert pace.take(b"a") is None, "two newer callers made it forgotten"


async def test_pages_of_other_origins_may_call_only_where_named(served: Served) -> None:
    asked = {"origin": "https://app.example", "access-control-request-method": "GET"}
    plain = await served.ask("OPTIONS", CONFIG, headers=asked)
    assert plain.status_code == 405
    assert "access-control-allow-origin" not in (await served.ask("GET", CONFIG, headers=asked)).headers
    async with served.other(cors_origins=("https://app.example",)) as client:
        allowed = await client.options(f"/api/v2{CONFIG}", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        refused = await client.options(f"/api/v2{CONFIG}", headers={**asked, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in refused.headers
        answer = await client.get(f"/api/v2{CONFIG}", headers={**ACME, "origin": "https://app.example"})
        assert "etag" in answer.headers["access-control-expose-headers"]


async def test_bodies_have_a_size(served: Served) -> None:
    limits = HttpLimits(requests_per_s=0, body_bytes_max=1024)
    async with served.other(limits=limits) as client:
        url, large = "/api/v2/feedback/explicit", b'{"comment":"' + b"x" * 2000 + b'"}'
        headers = {**ACME, "content-type": "application/json"}

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(large), 100):
                yield large[start : start + 100]

        for content in (large, pieces()):
            refused = await client.post(url, headers=headers, content=content)
            assert (refused.status_code, refused.json()["reason"]) == (413, "BODY_TOO_LARGE")


async def test_every_answer_has_its_id_and_safe_headers(served: Served) -> None:
    answer = await served.ask("GET", CONFIG, headers={"x-request-id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    other = await served.ask("GET", CONFIG, headers={"x-request-id": "not one\x7f"})
    assert len(other.headers["x-request-id"]) == 36
    made = await served.ask("POST", "/admin/experiments", json=draft())
    assert made.headers["cache-control"] == "private, no-cache"
