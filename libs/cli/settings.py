"""Settings of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.services import KEEPERS, SERVICES, Service
from kit.settings import Reader

_PORT_MAX = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSettings:
    """Data folder, servers, addresses and ports of the suite."""

    data: Path = Path("radiant-data")
    """RADIANT_DATA: the folder of data, secrets and logs."""
    database_url: str = ""
    """DATABASE_URL: URL of the schemas' owner; empty starts an embedded PostgreSQL."""
    redis_url: str = ""
    """REDIS_URL: empty starts an embedded Valkey."""
    host: str = "127.0.0.1"
    """RADIANT_HOST: the address on which services listen."""
    token_key: str = field(default="", repr=False)
    """RADIANT_TOKEN_KEY: signs and verifies development tokens; empty uses a generated key in the data folder."""
    audio_url: str = ""
    """RADIANT_AUDIO_URL: folder or bucket of recordings; empty uses a folder within the data folder."""
    gateway_host: str = ""
    """RADIANT_GATEWAY_HOST: the address on which the gateway listens; empty uses RADIANT_HOST."""
    gateway_tls: bool = False
    """Whether RADIANT_GATEWAY_TLS_CERT is set, so that the gateway serves TLS."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """RADIANT_<SERVICE>_PORT by service name; only those that are set."""
    metrics_ports: Mapping[str, int] = field(default_factory=dict)
    """RADIANT_<SERVICE>_METRICS_PORT by service name; only those that are set."""
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    """RADIANT_<SERVICE>_PASSWORD by role, for a database that several machines share; only those that are set."""

    def host_of(self, service: Service) -> str:
        """Returns the address on which the service listens."""
        return (self.gateway_host if service.fronts else "") or self.host

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "SuiteSettings":
        """Reads the settings; raises kit.settings.SettingsError with all invalid variables."""
        reader = Reader(environ, "")
        ports = {each.name: reader.integer(each.port_variable, 0, 0, _PORT_MAX) for each in SERVICES}
        metrics = {each.name: reader.integer(each.metrics_port_variable, 0, 0, _PORT_MAX) for each in SERVICES}
        passwords = {each.role: reader.text(each.password_variable, "") for each in KEEPERS}
        settings = cls(
            data=Path(reader.text("RADIANT_DATA", "./radiant-data")),
            database_url=reader.text("DATABASE_URL", ""),
            redis_url=reader.text("REDIS_URL", ""),
            host=reader.text("RADIANT_HOST", "127.0.0.1"),
            token_key=reader.text("RADIANT_TOKEN_KEY", ""),
            audio_url=reader.text("RADIANT_AUDIO_URL", ""),
            gateway_host=reader.text("RADIANT_GATEWAY_HOST", ""),
            gateway_tls=bool(reader.text("RADIANT_GATEWAY_TLS_CERT", "")),
            ports={name: port for name, port in ports.items() if port},
            metrics_ports={name: port for name, port in metrics.items() if port},
            passwords={role: password for role, password in passwords.items() if password},
        )
        reader.done()
        return settings
