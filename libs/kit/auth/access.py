"""Access rules of RPCs: the roles that may call a method and its effect, read from the options of the method.

The option is `radiant.options.v1.access`, defined in proto/radiant/options/v1/access.proto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from radiant.options.v1 import access_pb2


def _role(number: access_pb2.Role.ValueType) -> str:
    return access_pb2.Role.Name(number).removeprefix("ROLE_").lower()


ROLES: tuple[str, ...] = tuple(_role(number) for number in access_pb2.Role.values() if number)
"""Every role, in the order of the enum."""


class AccessRuleError(LookupError):
    """A method has no access rule, or an incomplete one."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """The access rule of one method."""

    roles: frozenset[str]
    """Roles that may call the method; a caller needs at least one of them."""
    is_write: bool
    """Whether calls count against the quota of writes; otherwise they count against the quota of reads."""

    @property
    def ordered_roles(self) -> tuple[str, ...]:
        """The roles in the order of `ROLES`, for documents."""
        return tuple(role for role in ROLES if role in self.roles)


def access_rule(method: MethodDescriptor) -> AccessRule:
    """Returns the access rule of a method; raises AccessRuleError when it is missing or incomplete."""
    options = method.GetOptions()
    if not options.HasExtension(access_pb2.access):
        raise AccessRuleError(f"{method.full_name} has no option (radiant.options.v1.access)")
    rule = options.Extensions[access_pb2.access]
    roles = frozenset(_role(number) for number in rule.roles if number in access_pb2.Role.values())
    if not roles or len(roles) != len(rule.roles) or not roles <= frozenset(ROLES):
        raise AccessRuleError(f"the access rule of {method.full_name} must list known roles, each at most once")
    if rule.effect not in (access_pb2.EFFECT_READ, access_pb2.EFFECT_WRITE):
        raise AccessRuleError(f"the access rule of {method.full_name} must state EFFECT_READ or EFFECT_WRITE")
    return AccessRule(roles, rule.effect == access_pb2.EFFECT_WRITE)


def access_rules(service: ServiceDescriptor) -> Mapping[str, AccessRule]:
    """Returns the access rule of each method of a service by method name; raises AccessRuleError like `access_rule`."""
    return MappingProxyType({method.name: access_rule(method) for method in service.methods})
