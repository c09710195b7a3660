"""Groups of attacks."""

from bench.resilience.attack.attack import Attack
from bench.resilience.attack.groups import (
    across_tenants,
    audit_log,
    browser,
    connections,
    cost,
    decoding,
    fairness,
    identity,
    injection,
    learning,
    machine,
)

GROUPS = (
    identity,
    injection,
    browser,
    audit_log,
    decoding,
    cost,
    connections,
    fairness,
    learning,
    across_tenants,
    machine,
)
ATTACKS: tuple[Attack, ...] = tuple(attack for module in GROUPS for attack in module.GROUP.attacks)
"""All attacks, in the order in which they are made."""
