"""Every RPC states its access rule, and docs/ACCESS.md equals the rules."""

import subprocess
import sys

import pytest
from google.protobuf.descriptor import ServiceDescriptor

from kit.auth.access import access_rules
from kit.auth.tokens import ROLES
from tests.house.tree import ROOT
from tests.support.access import methods, services


@pytest.mark.parametrize("service", services(), ids=lambda each: each.name)
def test_every_method_of_service_has_an_access_rule(service: ServiceDescriptor) -> None:
    rules = access_rules(service)
    assert rules.keys() == {method.name for method in service.methods}
    for name, rule in rules.items():
        assert rule.roles, name
        assert rule.roles <= ROLES, name


def test_api_has_all_its_methods() -> None:
    assert len(methods()) > 50


def test_access_document_equals_the_access_rules() -> None:
    command = [sys.executable, str(ROOT / "proto" / "access.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + "Run `make protos`."
