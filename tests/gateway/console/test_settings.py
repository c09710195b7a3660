"""Tests of the settings of the console."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.console.settings import ConsoleSettings, OidcSettings
from kit.auth.tokens import ROLES
from kit.settings.declaration import SettingsError
from kit.settings.service import ServiceSettings

ENVIRONMENT = {
    "RADIANT_CONSOLE_PUBLIC_URL": "https://radiant.example/",
    "RADIANT_CONSOLE_SESSION_SECRET": "s" * 32,
    "RADIANT_CONSOLE_SESSION_SECONDS": "3600",
    "RADIANT_CONSOLE_STREAMS_MAX": "8",
    "RADIANT_CONSOLE_STREAM_SECONDS": "60",
    "RADIANT_CONSOLE_INTERVAL_SECONDS": "0.5",
    "RADIANT_OIDC_ISSUER": "https://idp.example/",
    "RADIANT_OIDC_CLIENT_ID": "console",
    "RADIANT_OIDC_CLIENT_SECRET": "c",
    "RADIANT_OIDC_SCOPE": "openid",
    "RADIANT_OIDC_TOKEN": "id",
    "RADIANT_AUTH_TENANT_CLAIM": "org.tenant",
    "RADIANT_AUTH_ROLES_CLAIM": "realm.roles",
    "RADIANT_AUTH_ROLE_MAP": "Feedback Admins=admin",
}
EXPECTED = ConsoleSettings(
    public_url="https://radiant.example",
    session_secret="s" * 32,
    session_life=timedelta(hours=1),
    streams_max=8,
    stream_life=timedelta(minutes=1),
    stream_interval=timedelta(seconds=0.5),
    oidc=OidcSettings(
        issuer="https://idp.example",
        client_id="console",
        client_secret="c",
        scope="openid",
        token="id",
        tenant_claim="org.tenant",
        roles_claim="realm.roles",
        role_map={"Feedback Admins": "admin"},
    ),
)
INVALID = {
    "RADIANT_CONSOLE_SESSION_SECONDS": "59",
    "RADIANT_CONSOLE_STREAMS_MAX": "0",
    "RADIANT_CONSOLE_STREAM_SECONDS": "3601",
    "RADIANT_CONSOLE_INTERVAL_SECONDS": "0",
    "RADIANT_OIDC_TOKEN": "refresh",
    "RADIANT_AUTH_ROLE_MAP": "a=root",
    "RADIANT_CONSOLE_SESSION_SECRET": "x" * 31,
    "RADIANT_OIDC_ISSUER": "http://idp.example",
    "RADIANT_CONSOLE_PUBLIC_URL": "http://radiant.example",
}


class ProcessSettings(ServiceSettings):
    """Settings of a process with a console."""

    console: ConsoleSettings


def test_settings_of_empty_environment_are_defaults() -> None:
    settings = ProcessSettings.from_env({}).console
    assert settings == ConsoleSettings()
    assert settings.oidc.role_map == {role: role for role in ROLES}


def test_settings_of_environment_have_its_values() -> None:
    assert ProcessSettings.from_env(ENVIRONMENT).console == EXPECTED


def test_settings_out_of_range_are_all_reported() -> None:
    with pytest.raises(SettingsError) as raised:
        ProcessSettings.from_env(INVALID)
    assert [name for name in INVALID if name not in str(raised.value)] == []


def test_provider_without_public_url_is_reported() -> None:
    with pytest.raises(SettingsError, match="RADIANT_CONSOLE_PUBLIC_URL must be set together with RADIANT_OIDC_ISSUER"):
        ProcessSettings.from_env({"RADIANT_OIDC_ISSUER": "https://idp.example"})


def test_provider_and_public_url_on_loopback_may_use_http() -> None:
    urls = {"RADIANT_OIDC_ISSUER": "http://localhost:9000", "RADIANT_CONSOLE_PUBLIC_URL": "http://127.0.0.1:7000"}
    assert ProcessSettings.from_env(urls).console.public_url == "http://127.0.0.1:7000"


def test_settings_show_no_secrets() -> None:
    shown = repr(ConsoleSettings(session_secret="hidden-1", oidc=OidcSettings(client_secret="hidden-2")))
    assert "hidden" not in shown
