"""Settings of the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from cli.services import SERVICES, SERVICES_WITH_SCHEMA, Service
from kit.settings.declaration import Setting
from kit.settings.service import ServiceSettings

_OWN_NAMES = {"DATABASE_URL": "RADIANT_OWNER_DATABASE_URL", "REDIS_URL": "RADIANT_SUITE_REDIS_URL"}
"""Variables without the prefix RADIANT_, and the names under which they are read."""


class SuiteSettings(ServiceSettings):
    """Data folder, servers, addresses and ports of the suite."""

    data: Annotated[Path, Setting("DATA")] = Path("radiant-data")
    """Folder of data, secrets and logs."""
    database_url: Annotated[str, Setting("OWNER_DATABASE_URL", is_secret=True)] = Field(default="", repr=False)
    """URL of the schemas' owner; empty starts an embedded PostgreSQL."""
    redis_url: Annotated[str, Setting("SUITE_REDIS_URL", is_secret=True)] = Field(default="", repr=False)
    """URL of a Redis server; empty starts an embedded Valkey."""
    host: Annotated[str, Setting("HOST")] = "127.0.0.1"
    """Address on which services listen."""
    token_key: Annotated[str, Setting("TOKEN_KEY", is_secret=True)] = Field(default="", repr=False)
    """Key that signs and verifies development tokens; empty uses a generated key in the data folder."""
    audio_url: Annotated[str, Setting("AUDIO_URL")] = ""
    """Folder or bucket of recordings; empty uses a folder within the data folder."""
    gateway_host: Annotated[str, Setting("GATEWAY_HOST")] = ""
    """Address on which the gateway listens; empty uses RADIANT_HOST."""
    jwks_url: Annotated[str, Setting("AUTH_JWKS_URL")] = ""
    """Address of the keys of an identity provider; if it is set, services get no development key."""
    jwks_file: Annotated[str, Setting("AUTH_JWKS_FILE")] = ""
    """File of the keys of an identity provider, likewise."""
    tls_cert: Annotated[str, Setting("TLS_CERT")] = ""
    """Certificate of the services; if it is set, all connections to them use TLS."""
    tls_client_ca: Annotated[str, Setting("TLS_CLIENT_CA")] = ""
    """Authorities of client certificates, which services then require."""
    tls_client_port: Annotated[int, Setting("TLS_CLIENT_PORT", 0, 65_532)] = 0
    """Port of ingest that requires client certificates. Those of neural, experiments and voice are the next ones."""
    gateway_services_ca: Annotated[str, Setting("GATEWAY_SERVICES_CA")] = ""
    """Authorities of the certificate of the services; empty trusts RADIANT_TLS_CERT itself."""
    gateway_services_name: Annotated[str, Setting("GATEWAY_SERVICES_NAME")] = ""
    """Name in the certificate of the services; empty reads it from RADIANT_TLS_CERT."""
    gateway_services_cert: Annotated[str, Setting("GATEWAY_SERVICES_CERT")] = ""
    """Client certificate of the gateway and of `radiant`, for services that require one on their only port."""
    gateway_services_key: Annotated[str, Setting("GATEWAY_SERVICES_KEY")] = ""
    """Private key of that client certificate."""
    gateway_tls_cert: Annotated[str, Setting("GATEWAY_TLS_CERT")] = ""
    """Certificate of the gateway; if it is set, the gateway serves TLS."""
    ingest_port: Annotated[int, Setting("INGEST_PORT", 0, 65_535)] = 0
    """Port of ingest for `radiant up`; 0 uses the default port or a free one."""
    ingest_metrics_port: Annotated[int, Setting("INGEST_METRICS_PORT", 0, 65_535)] = 0
    """Port of the metrics of ingest for `radiant up`; 0 uses the default port or a free one."""
    neural_port: Annotated[int, Setting("NEURAL_PORT", 0, 65_535)] = 0
    """Port of neural for `radiant up`; 0 uses the default port or a free one."""
    neural_metrics_port: Annotated[int, Setting("NEURAL_METRICS_PORT", 0, 65_535)] = 0
    """Port of the metrics of neural for `radiant up`; 0 uses the default port or a free one."""
    experiments_port: Annotated[int, Setting("EXPERIMENTS_PORT", 0, 65_535)] = 0
    """Port of experiments for `radiant up`; 0 uses the default port or a free one."""
    experiments_metrics_port: Annotated[int, Setting("EXPERIMENTS_METRICS_PORT", 0, 65_535)] = 0
    """Port of the metrics of experiments for `radiant up`; 0 uses the default port or a free one."""
    voice_port: Annotated[int, Setting("VOICE_PORT", 0, 65_535)] = 0
    """Port of voice for `radiant up`; 0 uses the default port or a free one."""
    voice_metrics_port: Annotated[int, Setting("VOICE_METRICS_PORT", 0, 65_535)] = 0
    """Port of the metrics of voice for `radiant up`; 0 uses the default port or a free one."""
    gateway_port: Annotated[int, Setting("GATEWAY_PORT", 0, 65_535)] = 0
    """Port of gateway for `radiant up`; 0 uses the default port or a free one."""
    gateway_metrics_port: Annotated[int, Setting("GATEWAY_METRICS_PORT", 0, 65_535)] = 0
    """Port of the metrics of gateway for `radiant up`; 0 uses the default port or a free one."""
    ingest_password: Annotated[str, Setting("INGEST_PASSWORD", is_secret=True)] = Field(default="", repr=False)
    """Password of the role radiant_ingest; empty uses a generated one in the data folder."""
    neural_password: Annotated[str, Setting("NEURAL_PASSWORD", is_secret=True)] = Field(default="", repr=False)
    """Password of the role radiant_neural; empty uses a generated one in the data folder."""
    experiments_password: Annotated[str, Setting("EXPERIMENTS_PASSWORD", is_secret=True)] = Field(
        default="", repr=False
    )
    """Password of the role radiant_experiments; empty uses a generated one in the data folder."""
    voice_password: Annotated[str, Setting("VOICE_PASSWORD", is_secret=True)] = Field(default="", repr=False)
    """Password of the role radiant_voice; empty uses a generated one in the data folder."""

    @property
    def has_provider(self) -> bool:
        """Whether tokens come from an identity provider."""
        return bool(self.jwks_url or self.jwks_file)

    @property
    def gateway_tls(self) -> bool:
        """Whether the gateway serves TLS."""
        return bool(self.gateway_tls_cert)

    @property
    def ports(self) -> dict[str, int]:
        """Ports by service name; only those that are set."""
        found = {each.name: int(getattr(self, f"{each.name}_port")) for each in SERVICES}
        return {name: port for name, port in found.items() if port}

    @property
    def metrics_ports(self) -> dict[str, int]:
        """Ports of metrics by service name; only those that are set."""
        found = {each.name: int(getattr(self, f"{each.name}_metrics_port")) for each in SERVICES}
        return {name: port for name, port in found.items() if port}

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords by role; only those that are set."""
        found = {each.role: str(getattr(self, f"{each.name}_password")) for each in SERVICES_WITH_SCHEMA}
        return {role: password for role, password in found.items() if password}

    def host_of(self, service: Service) -> str:
        """Returns the address on which the service listens."""
        return (self.gateway_host if service.is_gateway else "") or self.host

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Reads the settings; raises kit.settings.declaration.SettingsError with all invalid variables."""
        return super().from_env({_OWN_NAMES.get(name, name): value for name, value in environ.items()})
