"""Addresses of the services."""

from __future__ import annotations

from dataclasses import dataclass

from kit import ports
from kit.settings import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Addresses of the gRPC services, each as host:port."""

    ingest: str = f"127.0.0.1:{ports.INGEST}"
    """Feedback intake."""
    neural: str = f"127.0.0.1:{ports.NEURAL}"
    """Learning and recommendations."""
    experiments: str = f"127.0.0.1:{ports.EXPERIMENTS}"
    """Experiments."""
    voice: str = ""
    """Transcription and translation; empty if the deployment has no voice service."""

    @classmethod
    def read(cls, reader: Reader) -> Addresses:
        """Reads the addresses from GATEWAY_*_ADDRESS."""
        defaults = cls()
        return cls(
            ingest=reader.text("GATEWAY_INGEST_ADDRESS", defaults.ingest),
            neural=reader.text("GATEWAY_NEURAL_ADDRESS", defaults.neural),
            experiments=reader.text("GATEWAY_EXPERIMENTS_ADDRESS", defaults.experiments),
            voice=reader.text("GATEWAY_VOICE_ADDRESS", ""),
        )

    def of(self, service: str) -> str:
        """Returns the address of a service; raises KeyError for an unknown name."""
        return {
            "ingest": self.ingest,
            "neural": self.neural,
            "experiments": self.experiments,
            "voice": self.voice,
        }[service]
