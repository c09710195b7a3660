"""OpenID client of the sign-in. Its libraries are imported only if a provider is configured."""

from __future__ import annotations

import contextlib
from typing import Any

from gateway.console.settings import OidcSettings

PROVIDER_TIMEOUT_S = 10


def open_provider(oidc: OidcSettings) -> Any:
    """Returns the client of the provider, an `authlib.integrations.starlette_client.StarletteOAuth2App`."""
    from authlib.integrations.starlette_client import OAuth

    return OAuth().register(
        name="provider",
        server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
        client_id=oidc.client_id,
        client_secret=oidc.client_secret or None,
        client_kwargs={
            "scope": oidc.scope,
            "code_challenge_method": "S256",
            "timeout": PROVIDER_TIMEOUT_S,
        },
    )


def connection_errors() -> tuple[type[Exception], ...]:
    """Returns the errors of a provider that does not respond or responds with an error.

    authlib uses httpx2 if it is installed, and httpx otherwise.
    """
    import httpx
    from authlib.integrations.base_client.errors import OAuthError

    errors: list[type[Exception]] = [OAuthError, httpx.HTTPError]
    with contextlib.suppress(ImportError):
        import httpx2

        errors.append(httpx2.HTTPError)
    return tuple(errors)


def callback_errors() -> tuple[type[Exception], ...]:
    """Returns the errors of an invalid callback of the provider."""
    from joserfc.errors import JoseError

    return (*connection_errors(), JoseError, ValueError)
