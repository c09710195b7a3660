"""Settings of a process: environment before file before default, and every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from kit.auth.settings import AuthSettings
from kit.auth.tokens import ROLES
from kit.postgres.pool import PostgresSettings
from kit.redis.client import RedisSettings
from kit.rpc.quota import QuotaSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.declaration import Defaults, Report, Setting, SettingsError
from kit.settings.document import description_of
from kit.settings.service import ServiceSettings, known_keys, setting_fields

KEY = "k" * 32
SECOND = timedelta(seconds=1)


class Mode(Enum):
    FAST = "fast"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    wait: Annotated[timedelta, Setting("WAIT_SECONDS", 0.1, 60)] = 2 * SECOND
    """Wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    items_max: Annotated[int, Setting("ITEMS_MAX", 1, 100, "items")] = 10
    """Items."""
    share: Annotated[float, Setting("SHARE", 0, 1)] = 0.5
    """Share."""
    kept: Annotated[timedelta, Setting("KEPT_DAYS", 0, 100, "days")] = timedelta(days=7)
    """Days."""
    constant: int = 3
    inner: Annotated[Inner, Defaults(wait=9 * SECOND)] = field(default_factory=Inner)

    def check(self, report: Report) -> None:
        """Reports a share for few items."""
        report.require("SHARE", self.items_max > 1 or self.share == 1, "must be 1 for a single item")


class Example(ServiceSettings):
    """An example."""

    limits: Annotated[Limits, Defaults(constant=4)]
    name: Annotated[str, Setting("NAME")]
    """Name."""
    secret: Annotated[str, Setting("SECRET", is_secret=True)] = ""
    """Secret."""
    mode: Annotated[Mode, Setting("MODE")] = Mode.FAST
    """Mode."""
    origins: Annotated[tuple[str, ...], Setting("ORIGINS")] = ()
    """Origins."""
    is_open: Annotated[bool, Setting("OPEN")] = False
    """Open."""
    is_shown: Annotated[bool, Setting("SHOWN", fallback="OPEN")] = False
    """Shown."""
    folder: Annotated[Path, Setting("FOLDER")] = Path("data")
    """Folder."""
    hour: Annotated[int | None, Setting("HOUR", 0, 23)] = None
    """Hour."""


class Service(ServiceSettings):
    """Kit's own groups together."""

    rpc: Annotated[RpcServerSettings, Defaults(port=4151)]
    postgres: Annotated[PostgresSettings, Defaults(application_name="radiant-test")]
    redis: RedisSettings
    auth: AuthSettings


def environ(**variables: str) -> dict[str, str]:
    """Returns an environment with the name set and these variables."""
    return {"RADIANT_NAME": "acme"} | {f"RADIANT_{name}": value for name, value in variables.items()}


def message_of(settings: type[ServiceSettings], variables: Mapping[str, str]) -> str:
    """Returns the message of the SettingsError that the environment causes."""
    with pytest.raises(SettingsError) as caught:
        settings.from_env(variables)
    return str(caught.value)


def test_settings_without_variables_take_declared_defaults() -> None:
    settings = Example.from_env(environ())
    assert settings.limits == Limits(constant=4, inner=Inner(wait=9 * SECOND))
    assert (settings.mode, settings.origins, settings.hour, settings.metrics_port) == (Mode.FAST, (), None, 0)


def test_settings_from_environment_are_converted_to_their_types() -> None:
    variables = environ(
        ITEMS_MAX=" 7 ",
        SHARE="0.25",
        KEPT_DAYS="2",
        WAIT_SECONDS="0.5",
        MODE="exact",
        ORIGINS="https://a, https://b",
        OPEN="Yes",
        FOLDER="/srv",
        HOUR="0",
        LOG_LEVEL="DEBUG",
    )
    settings = Example.from_env(variables)
    assert (settings.limits.items_max, settings.limits.share) == (7, 0.25)
    assert (settings.limits.kept, settings.limits.inner.wait) == (timedelta(days=2), 0.5 * SECOND)
    assert (settings.mode, settings.origins) == (Mode.EXACT, ("https://a", "https://b"))
    assert (settings.is_open, settings.folder, settings.hour, settings.log_level) == (True, Path("/srv"), 0, "DEBUG")


def test_setting_that_is_not_set_takes_value_of_fallback() -> None:
    assert Example.from_env(environ(OPEN="on")).is_shown
    assert not Example.from_env(environ(OPEN="on", SHOWN="off")).is_shown
    assert "RADIANT_SHOWN" not in message_of(Example, environ(OPEN="maybe"))


def test_empty_variable_counts_as_not_set() -> None:
    assert Example.from_env(environ(ITEMS_MAX="  ", MODE="")).limits.items_max == 10
    assert "RADIANT_NAME is not set" in message_of(Example, {"RADIANT_NAME": " "})


def test_all_bad_variables_are_reported_at_once_without_values() -> None:
    message = message_of(
        Example,
        {
            "RADIANT_ITEMS_MAX": "hunter2",
            "RADIANT_SHARE": "9.75",
            "RADIANT_WAIT_SECONDS": "86400",
            "RADIANT_MODE": "loud",
            "RADIANT_OPEN": "maybe",
            "RADIANT_HOUR": "2.5",
        },
    )
    assert message == (
        "Settings are missing or wrong: RADIANT_ITEMS_MAX must be a whole number of items from 1 to 100; "
        "RADIANT_SHARE must be a number from 0 to 1; RADIANT_WAIT_SECONDS must be a number of seconds from 0.1 to 60; "
        "RADIANT_NAME is not set; RADIANT_MODE must be one of fast, exact; RADIANT_OPEN must be true or false; "
        "RADIANT_HOUR must be a whole number from 0 to 23."
    )


def test_rule_between_variables_is_reported_with_other_problems() -> None:
    message = message_of(Example, {"RADIANT_ITEMS_MAX": "1", "RADIANT_HOUR": "24"})
    for part in ("RADIANT_SHARE must be 1 for a single item", "RADIANT_NAME is not set", "RADIANT_HOUR must be"):
        assert part in message


@pytest.mark.parametrize("raw", ["nan", "inf", "-inf", "1e400", "101", "0", "two", "0x2", "2.5"])
def test_count_out_of_range_or_not_whole_is_refused(raw: str) -> None:
    assert "RADIANT_ITEMS_MAX" in message_of(Example, environ(ITEMS_MAX=raw))


@pytest.mark.parametrize("raw", ["1", "100"])
def test_count_at_end_of_range_is_accepted(raw: str) -> None:
    assert Example.from_env(environ(ITEMS_MAX=raw, SHARE="1")).limits.items_max == int(raw)


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("No", False)])
def test_flag_accepts_common_words(raw: str, value: bool) -> None:
    assert Example.from_env(environ(OPEN=raw)).is_open is value


def test_settings_are_frozen() -> None:
    settings = Example.from_env(environ())
    with pytest.raises(ValidationError):
        settings.name = "other"


def test_settings_constructed_in_code_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIANT_ITEMS_MAX", "99")
    monkeypatch.setenv("RADIANT_HOUR", "7")
    settings = Example(name="acme", limits=Limits(items_max=1000))
    assert (settings.limits.items_max, settings.hour) == (1000, None)


def config(folder: Path, text: str) -> dict[str, str]:
    """Writes a settings file and returns the environment that names it."""
    path = folder / "radiant.yaml"
    path.write_text(text)
    return environ(CONFIG=str(path))


def test_file_gives_values_and_environment_wins(tmp_path: Path) -> None:
    variables = config(tmp_path, "items_max: 20\nshare: 0.75\nmode: exact\norigins: [https://a, https://b]\nopen: on\n")
    settings = Example.from_env(variables | {"RADIANT_SHARE": "0.5", "RADIANT_MODE": ""})
    assert (settings.limits.items_max, settings.limits.share, settings.mode) == (20, 0.5, Mode.EXACT)
    assert (settings.origins, settings.is_open, settings.is_shown) == (("https://a", "https://b"), True, True)


@pytest.mark.parametrize("text", ["", "# nothing\n", "items_max:\n", "items_max: ''\n", "epsilon: 0.5\n"])
def test_file_without_values_keeps_defaults(tmp_path: Path, text: str) -> None:
    assert "epsilon" in known_keys()
    assert Example.from_env(config(tmp_path, text)) == Example.from_env(environ())


def test_unknown_key_in_file_is_named_with_other_problems(tmp_path: Path) -> None:
    message = message_of(Example, config(tmp_path, "itmes_max: 20\nshare: hunter2\n"))
    assert "RADIANT_CONFIG names a file with the unknown key 'itmes_max'" in message
    assert "RADIANT_SHARE must be a number from 0 to 1" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("text", ["- a\n", "hunter2", "a: [hunter2", "name: {a: hunter2}\n", "name: [[hunter2]]\n"])
def test_file_of_another_form_is_refused_without_content(tmp_path: Path, text: str) -> None:
    message = message_of(Example, config(tmp_path, text))
    assert "RADIANT_" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{a: " * 3000, "name: a\nname: hunter2\n"])
def test_deeply_nested_file_or_repeated_key_is_refused(tmp_path: Path, text: str) -> None:
    message = message_of(Example, config(tmp_path, text))
    assert ("RADIANT_CONFIG" in message, "hunter2" in message) == (True, False)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("missing", "binary", "."):
        message = message_of(Example, environ(CONFIG=str(tmp_path / name)))
        assert "RADIANT_CONFIG must name a readable text file" in message


def test_groups_of_kit_from_environment_have_its_values_and_defaults() -> None:
    variables = {
        "RADIANT_DATABASE_URL": "postgresql://radiant:hunter2@db/radiant",
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_REDIS_URL": "rediss://cache",
        "RADIANT_REDIS_CA": "/ca.pem",
        "RADIANT_DEVELOPMENT": "false",
        "RADIANT_QUOTA_STREAMS": "5",
    }
    settings = Service.from_env(variables)
    assert (settings.rpc.port, settings.rpc.development, settings.rpc.reflection) == (4151, False, False)
    assert settings.rpc.quotas == QuotaSettings(streams=5)
    assert settings.postgres.url == "postgresql://radiant:hunter2@db/radiant"
    assert (settings.postgres.application_name, settings.postgres.connections_max) == ("radiant-test", 10)
    assert settings.auth.token_key == KEY
    assert settings.auth.rules.skew == 60 * SECOND
    assert settings.redis.address == "rediss://cache?ssl_ca_certs=%2Fca.pem"
    assert "hunter2" not in repr(settings)
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "part"),
    [
        ({}, "RADIANT_TOKEN_KEY is not set"),
        ({"TOKEN_KEY": KEY, "TLS_CERT": "/c"}, "RADIANT_TLS_KEY must be set together with RADIANT_TLS_CERT"),
        ({"TOKEN_KEY": KEY, "TLS_PRINCIPALS": "/p"}, "RADIANT_TLS_PRINCIPALS needs RADIANT_TLS_CLIENT_CA"),
        ({"TOKEN_KEY": KEY, "REDIS_URL": "redis://a", "REDIS_CA": "/c"}, "RADIANT_REDIS_CA needs"),
        ({"AUTH_JWKS_URL": "http://login.example/keys"}, "RADIANT_AUTH_JWKS_URL must be https"),
        ({"AUTH_JWKS_FILE": "/k", "AUTH_ISSUER": "a"}, "RADIANT_AUTH_AUDIENCE is not set"),
        ({"AUTH_JWKS_FILE": "/k", "AUTH_ALGORITHMS": "HS256"}, "RADIANT_AUTH_ALGORITHMS must be among"),
        ({"AUTH_JWKS_FILE": "/k", "AUTH_ROLE_MAP": "brain=root"}, "RADIANT_AUTH_ROLE_MAP must list name=role"),
        (
            {"AUTH_JWKS_FILE": "/k", "AUTH_JWKS_KEPT_SECONDS": "60"},
            "RADIANT_AUTH_JWKS_KEPT_SECONDS must not be shorter",
        ),
    ],
    ids=str,
)
def test_groups_of_kit_refuse_contradictions(variables: dict[str, str], part: str) -> None:
    message = message_of(Service, {f"RADIANT_{name}": value for name, value in variables.items()})
    assert part in message
    assert "RADIANT_DATABASE_URL is not set" in message


def test_certificates_of_callers_replace_the_token_key() -> None:
    files = {"TLS_CERT": "/c", "TLS_KEY": "/k", "TLS_CLIENT_CA": "/a", "TLS_PRINCIPALS": "/p"}
    variables = {f"RADIANT_{name}": value for name, value in files.items()}
    assert Service.from_env(variables | {"RADIANT_DATABASE_URL": "postgresql://"}).auth.token_key == ""


def test_role_map_is_read_from_text() -> None:
    variables = {"RADIANT_DATABASE_URL": "postgresql://", "RADIANT_TOKEN_KEY": KEY}
    assert Service.from_env(variables).auth.rules.roles == {role: role for role in ROLES}
    roles = Service.from_env(variables | {"RADIANT_AUTH_ROLE_MAP": "a=b=admin, Brain=service"}).auth.rules.roles
    assert roles == {"a=b": "admin", "Brain": "service"}


def test_every_setting_of_kit_has_description_key_and_hidden_secrets() -> None:
    for each in setting_fields(Service):
        assert description_of(each)
        assert each.setting.key in known_keys()
        declared: Any = getattr(each.owner, "__dataclass_fields__", {}).get(each.path[-1])
        assert not each.setting.is_secret or declared.repr is False
