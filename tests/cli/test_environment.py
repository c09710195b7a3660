"""Environment and ports of the service processes."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder, EmbeddedError
from cli.embedded.process import free_port
from cli.environment import Ports, Servers, audio_url, environ_of, explicit_settings, service_environ, token_key
from cli.ports import additional_ports_set, choose_ports
from cli.services import SERVICES, SERVICES_WITH_SCHEMA, Service, service_named
from cli.settings import SuiteSettings
from cli.suite import addresses
from gateway.routes.settings import Addresses
from gateway.settings import GatewaySettings
from kit import ports


@pytest.mark.parametrize("service", [service_named("ingest"), service_named("voice")], ids=lambda service: service.name)
@pytest.mark.parametrize("place", ["", "s3://bucket/prefix"])
def test_audio_url_defaults_to_the_data_folder(tmp_path: Path, service: Service, place: str) -> None:
    base = {"RADIANT_DATA": str(tmp_path)} | ({"RADIANT_AUDIO_URL": place} if place else {})
    settings = SuiteSettings.from_env(base)
    environ = service_environ(
        base,
        service,
        Ports(rpc=1, metrics=2),
        host="127.0.0.1",
        owner_url="postgresql://owner:secret@h/d",
        redis_url="redis://r",
        password="p",
        key="k",
        audio=audio_url(settings, DataFolder(settings.data)),
    )
    assert environ["RADIANT_AUDIO_URL"] == (place or str(tmp_path.resolve() / "audio"))


def test_audit_key_is_in_the_environment_of_ingest_alone(tmp_path: Path) -> None:
    for given in ("", "a key of at least thirty-two characters"):
        base = {"RADIANT_DATA": str(tmp_path)} | ({"RADIANT_AUDIT_KEY": given} if given else {})
        settings = SuiteSettings.from_env(base)
        folder, at = DataFolder(settings.data), Servers(owner_url="postgresql://owner@h/d")
        found = {
            service.name: environ_of(base, settings, folder, service, Ports(rpc=1, metrics=2), at).get(
                "RADIANT_AUDIT_KEY"
            )
            for service in SERVICES
        }
        assert [name for name, key in found.items() if key is not None] == ["ingest"]
        assert found["ingest"] == (given or folder.secret("audit_key"))


def gateway_environ(base: dict[str, str], running: dict[str, str]) -> dict[str, str]:
    """Returns the gateway's environment in a suite with this environment."""
    settings = SuiteSettings.from_env(base)
    at = Servers(owner_url="postgresql://owner:secret@h/d", redis_url="redis://r", addresses=running)
    ports = Ports(rpc=1, metrics=2)
    return environ_of(base, settings, DataFolder(settings.data), service_named("gateway"), ports, at)


def test_gateway_environment_has_addresses_and_no_database_secrets(tmp_path: Path) -> None:
    base = {"RADIANT_DATA": str(tmp_path), "DATABASE_URL": "secret", "RADIANT_INGEST_PASSWORD": "secret"}
    environ = gateway_environ(base, {"ingest": "h:1", "neural": "h:2", "experiments": "h:3"})
    settings = GatewaySettings.from_env(environ)
    assert (settings.http.host, settings.http.port, settings.metrics_port) == ("127.0.0.1", 1, 2)
    assert settings.addresses == Addresses(ingest="h:1", neural="h:2", experiments="h:3", voice="")
    assert not [name for name, value in environ.items() if "secret" in value]


def test_gateway_gets_the_token_key_only_if_generated_and_on_loopback(
    tmp_path: Path,
) -> None:
    base = {"RADIANT_DATA": str(tmp_path)}
    own = token_key(SuiteSettings.from_env(base), DataFolder(tmp_path))
    assert gateway_environ(base, {})["RADIANT_TOKEN_KEY"] == own
    assert gateway_environ({**base, "RADIANT_TOKEN_KEY": "k" * 40}, {})["RADIANT_TOKEN_KEY"] == ""
    assert gateway_environ({**base, "RADIANT_HOST": "0.0.0.0"}, {})["RADIANT_TOKEN_KEY"] == ""
    assert gateway_environ({**base, "RADIANT_GATEWAY_HOST": "10.1.2.3"}, {})["RADIANT_TOKEN_KEY"] == ""


def test_gateway_without_suite_gets_default_service_addresses(tmp_path: Path) -> None:
    settings = SuiteSettings.from_env({"RADIANT_DATA": str(tmp_path), "RADIANT_NEURAL_PORT": "1234"})
    found = addresses(settings, DataFolder(tmp_path))
    assert (found["ingest"], found["neural"]) == (f"127.0.0.1:{ports.INGEST}", "127.0.0.1:1234")
    assert "gateway" not in found


def test_explicit_gateway_addresses_and_ports_are_kept() -> None:
    base = {"RADIANT_GATEWAY_INGEST_ADDRESS": "h:9", "RADIANT_OTLP_GRPC_PORT": "9002", "RADIANT_TOKEN_KEY": "k" * 40}
    assert explicit_settings(base, service_named("gateway")) == {
        "RADIANT_GATEWAY_INGEST_ADDRESS": "h:9",
        "RADIANT_OTLP_GRPC_PORT": "9002",
    }


@pytest.mark.parametrize("service", SERVICES_WITH_SCHEMA, ids=lambda service: service.name)
def test_explicit_settings_of_a_service_are_kept_and_secrets_are_not_added(service: Service) -> None:
    kept = {"RADIANT_METRICS_PORT": "9001", "RADIANT_DATABASE_URL": "postgresql://h/d", "RADIANT_HOST": "::1"}
    ignored = {"RADIANT_TOKEN_KEY": "k" * 40, "DATABASE_URL": "postgresql://owner@h/d", "RADIANT_REDIS_URL": " "}
    assert explicit_settings({**kept, **ignored}, service) == kept


def test_busy_default_port_is_replaced_and_named_with_its_setting(tmp_path: Path) -> None:
    service, lines = service_named("ingest"), list[str]()
    with occupied(service.port):
        chosen = choose_ports(service, SuiteSettings(data=tmp_path), lines.append)
    assert chosen.rpc != service.port
    assert f"Port {service.port} of ingest is in use" in lines[0]
    assert "Set RADIANT_INGEST_PORT" in lines[0]


def test_busy_port_from_settings_raises_with_its_setting(tmp_path: Path) -> None:
    port = free_port()
    with occupied(port), pytest.raises(EmbeddedError, match=f"Port {port} of ingest .* Set RADIANT_INGEST_PORT"):
        choose_ports(service_named("ingest"), SuiteSettings(data=tmp_path, ingest_port=port), print)


def test_additional_port_set_in_the_environment_is_not_checked(tmp_path: Path) -> None:
    service, lines = service_named("gateway"), list[str]()
    ((variable, port), *_) = service.additional_ports
    explicit = additional_ports_set(service, {variable: "9002", "OTHER": "1"})
    with occupied(port):
        choose_ports(service, SuiteSettings(data=tmp_path), lines.append, explicit)
    assert explicit == [variable]
    assert not [line for line in lines if f"Port {port} " in line]


def test_port_set_in_the_environment_is_not_checked(tmp_path: Path) -> None:
    service, lines = service_named("voice"), list[str]()
    with occupied(service.metrics_port):
        chosen = choose_ports(service, SuiteSettings(data=tmp_path), lines.append, {"RADIANT_METRICS_PORT"})
    assert chosen.metrics == service.metrics_port
    assert not [line for line in lines if "metrics" in line]


@contextlib.contextmanager
def occupied(port: int) -> Iterator[None]:
    """Listens on the port unless another process does."""
    with socket.socket() as listener:
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


def service_variables(base: dict[str, str], name: str, data: Path) -> dict[str, str]:
    """Returns the environment of a service in a suite with this environment."""
    settings = SuiteSettings.from_env({"RADIANT_DATA": str(data), **base})
    at = Servers(owner_url="postgresql://owner:secret@h/d", redis_url="redis://r")
    return environ_of(base, settings, DataFolder(data), service_named(name), Ports(rpc=1, metrics=2), at)


@pytest.mark.parametrize(
    ("url", "credentials"),
    [("", set()), ("s3://b", {"AWS_SECRET_ACCESS_KEY"}), ("gs://b", {"GOOGLE_KEY"}), ("az://b", {"AZURE_KEY"})],
)
def test_credentials_of_a_bucket_are_given_to_services_with_recordings(
    tmp_path: Path, url: str, credentials: set[str]
) -> None:
    base = {"AWS_SECRET_ACCESS_KEY": "1", "GOOGLE_KEY": "2", "AZURE_KEY": "3", "RADIANT_AUDIO_URL": url}
    for name in ("ingest", "voice"):
        assert service_variables(base, name, tmp_path).keys() & base.keys() == credentials | {"RADIANT_AUDIO_URL"}
    for name in ("neural", "experiments", "gateway"):
        assert service_variables(base, name, tmp_path).keys() & base.keys() == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_service_gets_the_variables_of_its_settings_and_of_the_system_only(tmp_path: Path, service: Service) -> None:
    system = {"PATH": "/bin", "LC_ALL": "C", "https_proxy": "http://proxy", "SSL_CERT_FILE": "/ca", "OTEL_TRACES": "x"}
    own = {"RADIANT_LOG_LEVEL": "INFO", "RADIANT_CONFIG": "", "RADIANT_DEVELOPMENT": "true"}
    foreign = {
        "DATABASE_URL": "x",
        "REDIS_URL": "x",
        "HISTFILE": "x",
        "RADIANT_OWN": "x",
        "RADIANT_VOICE_PASSWORD": "x",
    }
    found = service_variables({**system, **own, **foreign}, service.name, tmp_path)
    assert found.items() >= {**system, **own}.items()
    assert found.keys() & foreign.keys() == set()
    assert found.keys() - system.keys() <= service.variables


def test_services_with_a_provider_get_no_development_key(tmp_path: Path) -> None:
    base = {"RADIANT_TOKEN_KEY": "k" * 40, "RADIANT_AUTH_JWKS_URL": "https://login.example/keys"}
    for service in SERVICES:
        assert service_variables(base, service.name, tmp_path).get("RADIANT_TOKEN_KEY", "") == ""
