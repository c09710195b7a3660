"""Access rules are read from the options of methods; a missing or incomplete rule is an error."""

import pytest

from kit.auth.access import ROLES, AccessRule, AccessRuleError, access_rule, access_rules
from radiant.ingest.v1 import ingest_service_pb2
from radiant.options.v1 import access_pb2
from tests.kit.fixtures.access_rules import service_with

INGEST = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
Rule = access_pb2.AccessRule
READ, WRITE = access_pb2.EFFECT_READ, access_pb2.EFFECT_WRITE
SERVICE, ADMIN = access_pb2.ROLE_SERVICE, access_pb2.ROLE_ADMIN


def test_roles_equal_enum_values_of_the_access_option() -> None:
    assert ROLES == ("service", "expert", "admin", "operator")


def test_access_rule_of_api_method_returns_its_roles_and_effect() -> None:
    erase, stats = INGEST.methods_by_name["ForgetUser"], INGEST.methods_by_name["GetFeedbackStats"]
    assert access_rule(erase) == AccessRule(frozenset({"admin", "operator"}), is_write=True)
    assert access_rule(stats) == AccessRule(frozenset(ROLES), is_write=False)
    assert access_rule(stats).ordered_roles == ROLES


def test_access_rules_of_service_cover_every_method() -> None:
    assert access_rules(INGEST).keys() == {method.name for method in INGEST.methods}


def test_access_rules_of_complete_service_are_returned_by_method() -> None:
    rules = access_rules(service_with(Rule(roles=[ADMIN, SERVICE], effect=WRITE), Rule(roles=[ADMIN], effect=READ)))
    assert rules == {
        "Method0": AccessRule(frozenset({"admin", "service"}), is_write=True),
        "Method1": AccessRule(frozenset({"admin"}), is_write=False),
    }
    assert rules["Method0"].ordered_roles == ("service", "admin")


@pytest.mark.parametrize(
    "rule",
    [
        None,
        Rule(),
        Rule(effect=READ),
        Rule(roles=[SERVICE]),
        Rule(roles=[access_pb2.ROLE_UNSPECIFIED], effect=READ),
        Rule(roles=[SERVICE, SERVICE], effect=READ),
        Rule(roles=[SERVICE, 99], effect=READ),  # type: ignore[list-item]
        Rule(roles=[SERVICE], effect=99),  # type: ignore[arg-type]
    ],
    ids=["missing", "empty", "no role", "no effect", "unspecified role", "repeated role", "new role", "new effect"],
)
def test_access_rules_with_incomplete_rule_raise_naming_the_method(rule: access_pb2.AccessRule | None) -> None:
    with pytest.raises(AccessRuleError, match=r"access_test_\d+\.Service\.Method1\b"):
        access_rules(service_with(Rule(roles=[SERVICE], effect=READ), rule))
