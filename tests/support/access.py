"""Who may call what: every service of the protos beside the table by which its servicer is guarded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor

import experiments.api.servicer
import ingest.api.audit_servicer
import ingest.api.ingest_servicer
import neural.api.learning_servicer
import neural.api.recommend_servicer
import voice.api.servicer
from kit.rpc.auth import ROLES
from tests.house.tree import ROOT

TABLES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "radiant.ingest.v1.AuditService": ingest.api.audit_servicer.ACCESS,
    "radiant.ingest.v1.IngestService": ingest.api.ingest_servicer.ACCESS,
    "radiant.neural.v1.RecommendService": neural.api.recommend_servicer.ACCESS,
    "radiant.neural.v1.LearningService": neural.api.learning_servicer.ACCESS,
    "radiant.experiments.v1.ExperimentService": experiments.api.servicer.ACCESS,
    "radiant.voice.v1.VoiceService": voice.api.servicer.ACCESS,
}
"""The access table of every service, by the service's full name."""

DOCUMENT = ROOT / "docs" / "ACCESS.md"


def services() -> list[ServiceDescriptor]:
    """Returns every service of the generated stubs, by name."""
    found: dict[str, ServiceDescriptor] = {}
    libraries = ROOT / "libs"
    for path in sorted((libraries / "radiant").rglob("*_pb2.py")):
        module = ".".join(path.relative_to(libraries).with_suffix("").parts)
        file: FileDescriptor = importlib.import_module(module).DESCRIPTOR
        found.update({each.full_name: each for each in file.services_by_name.values()})
    return [found[name] for name in sorted(found)]


def methods() -> list[MethodDescriptor]:
    """Returns every method of every service."""
    return [method for service in services() for method in service.methods]


def roles_of(method: MethodDescriptor) -> frozenset[str]:
    """Returns who may call the method; raises KeyError when nobody said."""
    return TABLES[method.containing_service.full_name][method.name]


def document() -> str:
    """Returns the tables as they are shown to people."""
    roles = sorted(ROLES)
    lines = [
        "# Who may call what",
        "",
        "Made from the access tables of the servicers by `python -m tests.support.access`; a test compares them.",
        "A caller needs one of the roles that are marked. Health checks need no token.",
    ]
    for service in services():
        lines += [
            "",
            f"## {service.full_name}",
            "",
            f"| Method | {' | '.join(roles)} |",
            "|---" * (len(roles) + 1) + "|",
        ]
        for method in service.methods:
            held = roles_of(method)
            lines.append(f"| {method.name} | {' | '.join('yes' if role in held else '' for role in roles)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
