"""The services of the API, their methods and the roles that may call each."""

from __future__ import annotations

import importlib

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor

from kit.auth.access import access_rule
from tests.house.tree import ROOT


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
    """Returns the roles that may call the method. Raises AccessRuleError if it has no access rule."""
    return access_rule(method).roles
