"""`radiant doctor`: each service checks its own settings; planted faults of a production set-up are found."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
from rich.console import Console

from cli.checks import doctor as checks_doctor
from cli.commands import Invocation, doctor
from cli.embedded.process import free_port
from cli.services import SERVICES, SERVICES_WITH_SCHEMA
from cli.settings import SuiteSettings
from kit.auth.tokens import NoTokens
from kit.checks.finding import Finding, Level
from kit.rpc.server import RpcServerSettings, build_server
from kit.rpc.tls import TlsSettings
from tests.support.certificates import Authority, Pair
from tests.support.provider import AUDIENCE, SigningKey, serving_keys
from tests.support.servers import ROLE_PASSWORD, url_as
from tests.support.suite import KEY
from tests.support.tls_proxy import terminating

pytestmark = pytest.mark.slow

SYSTEM = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
PASSWORDS = {service.password_variable: ROLE_PASSWORD for service in SERVICES_WITH_SCHEMA}
PLANTED = "planted-password"
ISSUER = "https://login.example"


async def examined(environ: dict[str, str], *, environments: Path | None = None) -> tuple[int, list[Finding]]:
    """Runs the command and returns its exit code and findings. With `environments` it checks for production."""
    text = io.StringIO()
    given = argparse.Namespace(production=environments is not None, environments=environments, json=True)
    settings = SuiteSettings.from_env(environ)
    console = Console(file=text, width=10_000)
    code = await doctor.run(
        Invocation(arguments=given, settings=settings, environ={**SYSTEM, **environ}, console=console)
    )
    return code, [Finding.from_json(line) for line in text.getvalue().splitlines()]


def problems(findings: list[Finding]) -> list[str]:
    """Returns the observations of failures."""
    return [each.observation for each in findings if each.level is Level.FAIL]


async def test_doctor_uses_the_settings_of_each_service(database_url: str, redis_url: str, tmp_path: Path) -> None:
    own = Authority("ours")
    base = {"DATABASE_URL": database_url, "RADIANT_DATA": str(tmp_path), **PASSWORDS}
    async with terminating(redis_url, own.issue(tmp_path, "redis"), "rediss") as url:
        code, found = await examined({**base, "REDIS_URL": url, "RADIANT_REDIS_CA": str(own.save(tmp_path))})
        assert (code, problems(found)) == (0, [])
        answers = [each.observation for each in found if "Redis answers" in each.observation]
        assert answers == [f"{name}: Redis answers" for name in ("ingest", "neural", "voice")]
        faults = {"RADIANT_NEURAL_PASSWORD": PLANTED, "RADIANT_INGEST_COMMITTERS": "0"}
        code, found = await examined({**base, **faults, "REDIS_URL": url})
    assert code == 1
    assert [each.split(":")[0] for each in problems(found)] == ["ingest", "neural", "neural", "voice"]
    assert problems(found)[0].startswith("ingest: Settings are missing or wrong: RADIANT_INGEST_COMMITTERS must be")
    assert any(each.startswith("neural: the database rejects the login") for each in problems(found))
    assert PLANTED not in str(found)


async def test_doctor_creates_no_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_findings(*_: object, **__: object) -> AsyncIterator[Finding]:
        for finding in list[Finding]():
            yield finding

    monkeypatch.setattr(checks_doctor, "findings_of_services", no_findings)
    code, found = await examined({"RADIANT_DATA": str(tmp_path / "none")})
    assert (code, problems(found)) == (0, [])
    assert not (tmp_path / "none").exists()


@dataclass
class Deployment:
    """Environment files of a production set-up, which a test may change before it is checked."""

    folder: Path
    certificates: Path
    authority: Authority
    server: Pair
    files: dict[str, dict[str, str]] = field(default_factory=dict)

    async def check(self) -> tuple[int, list[Finding]]:
        """Writes the files and runs the command."""
        for name, variables in self.files.items():
            path = self.folder / f"{name}.env"
            path.touch(mode=0o600)
            path.write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
        return await examined({}, environments=self.folder)


@contextlib.asynccontextmanager
async def serving(tls: TlsSettings) -> AsyncIterator[int]:
    """Serves health checks over TLS and provides the port."""
    server = build_server(RpcServerSettings(development=False, tls=tls), NoTokens())
    port = await server.start()
    try:
        yield port
    finally:
        await server.stop(timedelta())


@pytest.fixture
async def deployment(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Provides a set-up without faults. One server stands for the services that the gateway calls."""
    folder, certificates = tmp_path / "environments", tmp_path / "certificates"
    folder.mkdir()
    certificates.mkdir()
    authority = Authority("ours")
    server = authority.issue(certificates, "services", days=90)
    made = Deployment(folder, certificates, authority, server)
    tls = {"RADIANT_TLS_CERT": str(server.cert), "RADIANT_TLS_KEY": str(server.key)}
    tokens = {"RADIANT_AUTH_ISSUER": ISSUER, "RADIANT_AUTH_AUDIENCE": AUDIENCE}
    async with (
        serving_keys(SigningKey("k")) as provider,
        serving(TlsSettings(cert=str(server.cert), key=str(server.key))) as port,
    ):
        shared = {
            **tls,
            **tokens,
            "RADIANT_AUTH_JWKS_URL": provider.url,
            "RADIANT_DEVELOPMENT": "false",
            "RADIANT_REDIS_URL": redis_url,
        }
        for service in SERVICES_WITH_SCHEMA:
            own = {"RADIANT_DATABASE_URL": url_as(service.role, database_url), "RADIANT_PORT": str(free_port())}
            made.files[service.name] = {**shared, **own}
        for name in ("ingest", "voice"):
            made.files[name]["RADIANT_AUDIO_URL"] = str(tmp_path / "audio")
        made.files["ingest"]["RADIANT_AUDIT_KEY"] = "a-key-for-tests-of-at-least-32-characters"
        made.files["owner"] = {"DATABASE_URL": database_url}
        made.files["gateway"] = {
            "RADIANT_DEVELOPMENT": "false",
            "RADIANT_GATEWAY_PORT": str(free_port()),
            "RADIANT_GATEWAY_TLS_CERT": str(server.cert),
            "RADIANT_GATEWAY_TLS_KEY": str(server.key),
            "RADIANT_GATEWAY_SERVICES_CA": str(authority.save(certificates)),
            "RADIANT_CONSOLE_PUBLIC_URL": "https://radiant.example",
            "RADIANT_CONSOLE_SESSION_SECRET": KEY,
            "RADIANT_OIDC_ISSUER": ISSUER,
            "RADIANT_OIDC_CLIENT_ID": "console",
            "RADIANT_REDIS_URL": redis_url,
            **{f"RADIANT_GATEWAY_{each.name.upper()}_ADDRESS": f"127.0.0.1:{port}" for each in SERVICES_WITH_SCHEMA},
        }
        yield made


async def test_production_set_up_without_faults_passes(deployment: Deployment) -> None:
    code, found = await deployment.check()
    assert problems(found) == []
    assert code == 0
    shown = {each.observation.split(":")[0] for each in found}
    assert shown >= {service.name for service in SERVICES}
    text = "\n".join(each.observation for each in found)
    for name in ("ingest", "neural", "experiments", "voice"):
        assert f"gateway: {name} serves at" in text
        assert f"{name}: the identity provider has 1 usable keys" in text
        assert f"{name}: row-level security is forced on" in text


async def test_faults_of_services_are_found(deployment: Deployment, redis_url: str, tmp_path: Path) -> None:
    files, expired = deployment.files, deployment.authority.issue(deployment.certificates, "expired", days=-1)
    files["ingest"] |= {"RADIANT_DEVELOPMENT": "true", "RADIANT_AUTH_ISSUER": "http://login.example"}
    (tmp_path / "audio").mkdir(mode=0o755)
    files["neural"] |= {"RADIANT_TLS_CERT": str(expired.cert), "RADIANT_TLS_KEY": str(expired.key)}
    files["neural"]["RADIANT_AUTH_JWKS_URL"] = f"http://127.0.0.1:{free_port()}/keys"
    expired.key.chmod(0o644)
    del files["experiments"]["RADIANT_TLS_KEY"]
    files["voice"]["RADIANT_DATABASE_URL"] = files["voice"]["RADIANT_DATABASE_URL"].replace(ROLE_PASSWORD, PLANTED)
    files["voice"] |= {"RADIANT_AUTH_JWKS_URL": "", "RADIANT_TOKEN_KEY": KEY}
    files["gateway"] |= {"RADIANT_CONSOLE_SESSION_SECRET": "short", "RADIANT_OIDC_ISSUER": "http://login.example"}
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            code, found = await deployment.check()
        finally:
            await client.config_set("maxmemory-policy", "noeviction")
    assert code == 1
    assert [each for each in EXPECTED_OF_SERVICES if not any(each in shown for shown in problems(found))] == []
    assert PLANTED not in str(found)


EXPECTED_OF_SERVICES = (
    "ingest: development mode is on",
    "ingest: RADIANT_AUTH_ISSUER is http://login.example",
    "ingest: other users can access",
    "ingest: maxmemory-policy of Redis is allkeys-lru",
    "neural: the certificate of RADIANT_TLS_CERT has expired",
    "neural: the keys of the identity provider cannot be read",
    "neural: other users can access",
    "experiments: Settings are missing or wrong: RADIANT_TLS_KEY",
    "voice: the database rejects the login",
    "voice: callers are authenticated by a shared key",
    "RADIANT_CONSOLE_SESSION_SECRET must have at least 32 bytes; RADIANT_OIDC_ISSUER must",
)


async def test_faults_of_database_gateway_and_files_are_found(deployment: Deployment, database_url: str) -> None:
    files, foreign = deployment.files, Authority("foreign")
    files["gateway"] |= {
        "RADIANT_DEVELOPMENT": "true",
        "RADIANT_CONSOLE_PUBLIC_URL": "",
        "RADIANT_CONSOLE_SESSION_SECRET": "a" * 40,
        "RADIANT_OIDC_ISSUER": "",
        "RADIANT_GATEWAY_CORS_ORIGINS": "*",
        "RADIANT_GATEWAY_REQUESTS_PER_SECOND": "0",
        "RADIANT_GATEWAY_TLS_CERT": "",
        "RADIANT_GATEWAY_TLS_KEY": "",
        "RADIANT_GATEWAY_SERVICES_CA": str(foreign.save(deployment.certificates)),
    }
    for name in ("experiments", "voice", "ingest"):
        del files[name]
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE ingest.outputs NO FORCE ROW LEVEL SECURITY")
    await connection.execute("DELETE FROM radiant_migrations WHERE schema = 'voice'")
    await connection.execute("ALTER ROLE radiant_neural BYPASSRLS")
    try:
        (deployment.folder / "gateway.env").touch(mode=0o644)
        code, found = await deployment.check()
    finally:
        await connection.execute("ALTER ROLE radiant_neural NOBYPASSRLS")
        await connection.close()
    assert code == 1
    assert [each for each in EXPECTED_OF_OTHERS if not any(each in shown for shown in problems(found))] == []
    assert [each.observation for each in found if each.level is Level.WARN][:1] == ["ingest is not checked"]


EXPECTED_OF_OTHERS = (
    "gateway.env (mode 0644",
    "the role radiant_neural has attributes that it must not have",
    "not yet applied: voice",
    "neural: the database role radiant_neural bypasses row-level security",
    "neural: row-level security is not forced on ingest.outputs",
    "gateway: development mode is on",
    "gateway: the gateway does not serve TLS",
    "gateway: the public URL is not an https URL",
    "gateway: the session secret can be guessed",
    "gateway: pages of every origin may call the API",
    "gateway: neural does not answer",
)


async def test_production_check_without_files_fails(tmp_path: Path) -> None:
    code, found = await examined({"RADIANT_DATA": str(tmp_path / "none")}, environments=tmp_path)
    assert code == 1
    assert "contains no environment files" in problems(found)[0]


def test_finding_as_json_has_no_secrets() -> None:
    finding = Finding(level=Level.FAIL, observation="cannot open postgresql://u:hunter2@h/d", advice="")
    assert "hunter2" not in finding.to_json() + finding.line()
    assert Finding.from_json(finding.to_json()).level is Level.FAIL
    assert json.loads(finding.to_json())["level"] == "FAIL"
