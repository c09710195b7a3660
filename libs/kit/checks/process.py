"""Checks of a process: development mode, encryption of its server, its address, and limits of the system."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Iterator

from kit.checks.certificates import certificate_findings, private_file_findings
from kit.checks.finding import Finding, fail, ok, warn
from kit.checks.hosts import is_local, port_finding
from kit.rpc.server import RpcServerSettings

FILES_WARN, FILES_FAIL = 16_384, 4_096
"""Limits of open files. Each connection needs one."""


async def server_findings(settings: RpcServerSettings, *, is_production: bool) -> AsyncIterator[Finding]:
    """Yields findings about a gRPC server before it starts, or while it runs."""
    tls = settings.tls
    if tls.cert:
        for finding in certificate_findings(tls.cert, tls.key, "RADIANT_TLS_CERT", settings.host):
            yield finding
    if tls.principals:
        for finding in private_file_findings(tls.principals, "RADIANT_TLS_PRINCIPALS"):
            yield finding
    if not is_production:
        return
    if settings.development:
        yield fail("development mode is on", "set RADIANT_DEVELOPMENT=false")
    if not tls.cert:
        advice = "set RADIANT_TLS_CERT and RADIANT_TLS_KEY"
        if is_local(settings.host):
            yield warn(f"connections are not encrypted; the server listens on {settings.host} only", advice)
        else:
            yield fail("connections are not encrypted: tokens are sent in plain text", advice)
    if settings.reflection:
        yield warn("every caller can list the methods by gRPC reflection", "set RADIANT_REFLECTION=false")
    yield await port_finding(settings.host, settings.port)
    for finding in limit_findings():
        yield finding


def limit_findings() -> Iterator[Finding]:
    """Yields a finding about the limit of open files, which a service inherits from its caller."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    text, advice = f"the process may open {soft} files", "raise the limit, for example LimitNOFILE=65536 of systemd"
    if soft < FILES_FAIL:
        yield fail(text, advice)
    elif soft < FILES_WARN:
        yield warn(text, advice)
    else:
        yield ok(text)
