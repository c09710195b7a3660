"""Roles of pages and actions: those that may call the methods which a page or an action needs."""

from __future__ import annotations

from functools import cache

from gateway.console.session.session import CONSOLE_ROLES
from kit.auth.access import access_rule
from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import alias_service_pb2, audit_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

_FILES = (
    alias_service_pb2.DESCRIPTOR,
    audit_service_pb2.DESCRIPTOR,
    experiment_service_pb2.DESCRIPTOR,
    ingest_service_pb2.DESCRIPTOR,
    learning_service_pb2.DESCRIPTOR,
    recommend_service_pb2.DESCRIPTOR,
    voice_service_pb2.DESCRIPTOR,
)
_METHODS = {
    f"{service.name}.{method.name}": method
    for file in _FILES
    for service in file.services_by_name.values()
    for method in service.methods
}


@cache
def roles_of(*methods: str) -> frozenset[str]:
    """Returns the roles of the console that may call all of the methods, each named `Service.Method`.

    Raises KeyError for an unknown method and AccessRuleError for a method without an access rule.
    """
    return frozenset(CONSOLE_ROLES).intersection(*(access_rule(_METHODS[name]).roles for name in methods))
