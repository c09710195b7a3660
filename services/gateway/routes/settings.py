"""Addresses of the services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kit import ports
from kit.settings.declaration import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Addresses of the gRPC services, each as host:port."""

    ingest: Annotated[str, Setting("GATEWAY_INGEST_ADDRESS")] = f"127.0.0.1:{ports.INGEST}"
    """Address (host:port) of the ingest service."""
    neural: Annotated[str, Setting("GATEWAY_NEURAL_ADDRESS")] = f"127.0.0.1:{ports.NEURAL}"
    """Address (host:port) of the neural service."""
    experiments: Annotated[str, Setting("GATEWAY_EXPERIMENTS_ADDRESS")] = f"127.0.0.1:{ports.EXPERIMENTS}"
    """Address (host:port) of the experiments service."""
    voice: Annotated[str, Setting("GATEWAY_VOICE_ADDRESS")] = ""
    """Address (host:port) of the voice service. Empty: the deployment has none."""

    def of(self, service: str) -> str:
        """Returns the address of a service; raises KeyError for an unknown name."""
        return {
            "ingest": self.ingest,
            "neural": self.neural,
            "experiments": self.experiments,
            "voice": self.voice,
        }[service]
