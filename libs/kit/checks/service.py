"""Checks of a service with its own settings."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kit.auth.settings import AuthSettings
from kit.checks.authentication import authentication_findings
from kit.checks.cache import cache_findings
from kit.checks.database import database_findings
from kit.checks.finding import Finding
from kit.checks.objects import object_findings
from kit.checks.process import server_findings
from kit.postgres.pool import PostgresSettings
from kit.redis.client import RedisSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.service import ServiceSettings, groups_of


async def service_findings(
    settings: ServiceSettings, is_production: bool, *, objects_url: str = ""
) -> AsyncIterator[Finding]:
    """Yields the findings about each group of the settings; `objects_url` is the folder or bucket of recordings."""
    groups = list(groups_of(settings))
    has_certificates = any(isinstance(each, RpcServerSettings) and each.tls.principals for each in groups)
    for group in groups:
        found: AsyncIterator[Finding] | None = None
        if isinstance(group, RpcServerSettings):
            found = server_findings(group, is_production=is_production)
        elif isinstance(group, PostgresSettings):
            found = database_findings(group, is_production=is_production)
        elif isinstance(group, RedisSettings):
            found = cache_findings(group, is_production=is_production)
        elif isinstance(group, AuthSettings):
            found = authentication_findings(group, has_certificates=has_certificates, is_production=is_production)
        if found is not None:
            async for finding in found:
                yield finding
    if objects_url:
        async for finding in object_findings(objects_url):
            yield finding
