"""The examples of docs/production.md are valid settings of each process."""

from __future__ import annotations

import importlib
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from cli.services import SERVICES, Service
from cli.settings import SuiteSettings
from kit.auth.tokens import ClaimRules
from kit.settings.service import ServiceSettings, known_keys
from tests.house.tree import ROOT

TEXT = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```(\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
"""Content of the examples by the name after the fence."""


def variables(*names: str) -> dict[str, str]:
    """Returns the variables of environment files, with secrets instead of the dots."""
    text = "\n".join(EXAMPLES[name] for name in names).replace("=...", "=" + "0123456789abcdef" * 4)
    return {key: value or "" for key, value in dotenv_values(stream=StringIO(text), interpolate=False).items()}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_environment_of_a_service_is_valid(service: Service, tmp_path: Path) -> None:
    names = [f"{service.name}.env"] if service.is_gateway else ["shared", f"{service.name}.env"]
    shared_file = tmp_path / "radiant.yaml"
    shared_file.write_text(EXAMPLES["radiant.yaml"])
    environ = {**variables(*names), "RADIANT_CONFIG": str(shared_file)}
    module, _, name = service.settings.partition(":")
    settings_class: type[ServiceSettings] = getattr(importlib.import_module(module), name)
    settings_class.from_env(environ)
    unknown = {key for key in environ if key.startswith("RADIANT_")} - service.variables
    assert unknown == set(), "each file has variables of its service only"


def test_owner_file_and_shared_file_have_known_keys() -> None:
    assert SuiteSettings.from_env(variables("owner.env")).database_url.startswith("postgresql://")
    keys = {line.partition(":")[0] for line in EXAMPLES["radiant.yaml"].splitlines()}
    assert keys <= known_keys()


def test_example_claims_name_a_caller() -> None:
    principal = ClaimRules().principal(json.loads(EXAMPLES["json"]))
    assert (principal.tenant_id, principal.roles) == ("acme", frozenset({"service"}))
