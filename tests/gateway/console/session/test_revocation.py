"""Tests of sign-out: the cookie of a signed-out session is rejected, on this gateway and on others."""

import asyncio
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from cli.embedded.process import free_port
from gateway.app import application
from gateway.console.session.revocation import RevokedSessions
from gateway.console.session.session import COOKIE_NAME, Sessions
from gateway.console.settings import ConsoleSettings
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from kit.auth.tokens import mint
from kit.redis.client import open_redis
from tests.gateway.fixtures.console.client import anonymous_client, development_settings, open_sign_in_link, sign_in
from tests.gateway.fixtures.gateway import Served
from tests.support.suite import KEY

SECRET = "a-secret-of-two-gateways-for-tests-0123"


async def test_cookie_after_sign_out_is_rejected_on_every_gateway(
    settings: GatewaySettings, calls: ServiceCalls, redis_url: str
) -> None:
    shared = settings.model_copy(update={"console": ConsoleSettings(session_secret=SECRET)})
    async with open_redis(redis_url) as redis:
        apps = [application(shared, calls, revoked_sessions=RevokedSessions(redis)) for _ in range(2)]
        async with (
            anonymous_client(apps[0]) as user,
            anonymous_client(apps[0]) as thief,
            anonymous_client(apps[1]) as elsewhere,
        ):
            await sign_in(user, "operator", "")
            cookie = user.cookies[COOKIE_NAME]
            for each in (thief, elsewhere):
                each.cookies.set(COOKIE_NAME, cookie, domain="127.0.0.1", path="/console")
                assert (await each.get("/console/signout")).status_code == 405
                assert (await each.get("/console/experiments/new")).status_code != 303
            page = (await user.get("/console/experiments/new")).text
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            assert (await user.post("/console/signout", data={"csrf_token": token})).status_code == 303
            for each in (thief, elsewhere):
                response = await each.get("/console/experiments/new")
                assert (response.status_code, response.headers["location"].partition("?")[0]) == (
                    303,
                    "/console/signin",
                )
        keys = [key async for key in redis.scan_iter("radiant:*signed-out*")]
        assert len(keys) == 1
        assert 0 < await redis.ttl(keys[0]) <= 8 * 3600


async def test_event_stream_ends_after_sign_out(served: Served) -> None:
    console = ConsoleSettings(stream_life=timedelta(seconds=20), stream_interval=timedelta(seconds=0.05))
    app = application(development_settings(served).model_copy(update={"console": console}), served.calls)
    async with anonymous_client(app) as client:
        await sign_in(client, "expert")
        page = (await client.get("/console/learning")).text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        stream = asyncio.create_task(client.get("/console/live/learning"))
        await asyncio.sleep(0)
        assert (await client.post("/console/signout", data={"csrf_token": token})).status_code == 303
        async with asyncio.timeout(5):
            assert (await stream).status_code in (200, 303)


async def test_sign_out_without_redis_is_known_on_its_gateway(caplog: pytest.LogCaptureFixture) -> None:
    sessions = Sessions("", timedelta(hours=1))
    one, other = (sessions.from_token(mint(KEY, "acme", ["admin"], timedelta(hours=1)), nonce) for nonce in "ab")
    async with open_redis(f"redis://127.0.0.1:{free_port()}") as unreachable:
        with pytest.raises(RedisConnectionError):
            await unreachable.ping()
        revoked = RevokedSessions(unreachable)
        await revoked.revoke(one)
        assert [await revoked.contains(each) for each in (one, other, one)] == [True, False, True]
    assert [record.message for record in caplog.records].count(
        "Redis is unavailable: sign-outs on other gateways are not known"
    ) == 1


async def test_sign_in_link_cookie_does_not_open_pages(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await open_sign_in_link(client)
        assert (await client.get("/console/learning")).status_code == 303
