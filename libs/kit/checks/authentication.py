"""Checks of the authentication of callers: identity provider, its keys, and the shared key."""

from __future__ import annotations

from collections.abc import AsyncIterator

from kit.auth.jwks import keys_of
from kit.auth.settings import AuthSettings, open_key_source
from kit.checks.finding import Finding, fail, ok
from kit.settings.addresses import is_safe_url


async def authentication_findings(
    settings: AuthSettings, *, has_certificates: bool, is_production: bool
) -> AsyncIterator[Finding]:
    """Yields findings; `has_certificates` states that callers can authenticate by client certificates."""
    if not settings.has_provider:
        if is_production and not has_certificates:
            advice = "set RADIANT_AUTH_JWKS_URL, RADIANT_AUTH_ISSUER and RADIANT_AUTH_AUDIENCE"
            yield fail("callers are authenticated by a shared key", advice)
        return
    source = settings.jwks_url or settings.jwks_file
    try:
        async with open_key_source(settings) as fetch:
            found = keys_of(await fetch())
    except Exception as error:  # the errors of httpx have no base class in common with the others
        yield _unusable(source, error)
    else:
        usable = [name for name, key in found.items() if set(key.algorithms) & set(settings.algorithms)]
        if usable:
            yield ok(f"the identity provider has {len(usable)} usable keys at {source}")
        else:
            advice = "set RADIANT_AUTH_ALGORITHMS to the algorithms of the provider"
            yield fail(f"no key at {source} fits RADIANT_AUTH_ALGORITHMS", advice)
    if is_production and not is_safe_url(settings.rules.issuer):
        yield fail(f"RADIANT_AUTH_ISSUER is {settings.rules.issuer}", "use an issuer with an https URL")


def _unusable(source: str, error: Exception) -> Finding:
    text = f"the keys of the identity provider cannot be read from {source}: {str(error) or type(error).__name__}"
    return fail(text, "check RADIANT_AUTH_JWKS_URL, RADIANT_AUTH_JWKS_CA and the provider")
