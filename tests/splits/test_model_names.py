"""Names of models: the rules and the aliases of a tenant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splits.model_names import ModelName, ModelNames, model_name


@pytest.mark.parametrize(
    ("name", "requested", "model", "version"),
    [
        ("gpt-4o", "", "gpt-4o", ""),
        ("openai/gpt-4o", "", "gpt-4o", ""),
        ("openrouter/openai/gpt-4o", "", "gpt-4o", ""),
        ("models/gemini-1.5-pro", "", "gemini-1.5-pro", ""),
        ("meta-llama/Llama-3-8B", "", "meta-llama/Llama-3-8B", ""),
        ("gpt-4o-2024-08-06", "", "gpt-4o", "gpt-4o-2024-08-06"),
        ("azure/gpt-4o-2024-08-06", "", "gpt-4o", "gpt-4o-2024-08-06"),
        ("claude-3-5-sonnet-20240620", "", "claude-3-5-sonnet", "claude-3-5-sonnet-20240620"),
        ("claude-3-5-sonnet@20240620", "", "claude-3-5-sonnet", "claude-3-5-sonnet@20240620"),
        ("gpt-4o-2024-13-06", "", "gpt-4o-2024-13-06", ""),
        ("gpt-4o-2024-0806", "", "gpt-4o-2024-0806", ""),
        ("bert-large-1024", "", "bert-large-1024", ""),
        ("20240620", "", "20240620", ""),
        ("openai/", "", "openai/", ""),
        ("gpt-4-0613", "gpt-4", "gpt-4", "gpt-4-0613"),
        ("gpt-4-0613", "openai/gpt-4", "gpt-4", "gpt-4-0613"),
        ("gemini-1.5-pro-002", "gemini-1.5-pro", "gemini-1.5-pro", "gemini-1.5-pro-002"),
        ("gpt-4o-mini", "gpt-4o", "gpt-4o-mini", ""),
        ("gpt-4-32k", "gpt-4", "gpt-4-32k", ""),
        ("gpt-4o-2024-08-06", "auto", "gpt-4o", "gpt-4o-2024-08-06"),
    ],
)
def test_model_name_follows_rules(name: str, requested: str, model: str, version: str) -> None:
    assert model_name(name, requested) == (model, version)


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_rules_do_not_change_the_model_of_a_name(name: str, requested: str) -> None:
    found = model_name(name, requested)
    assert found.model
    assert len(found.version) <= 100
    assert model_name(found.model) == (found.model, "")


def test_aliases_of_tenant_precede_rules() -> None:
    names = ModelNames(
        {
            "auto": ModelName("router", ""),
            "gpt-4o-2024-05-13": ModelName("gpt-4o-2024-05-13", ""),
            "gpt-4o": ModelName("four-o", ""),
        }
    )
    assert names.resolve("auto") == ("router", "")
    assert names.resolve("gpt-4o-2024-05-13") == ("gpt-4o-2024-05-13", "")
    assert names.resolve("openai/gpt-4o-2024-08-06") == ("four-o", "gpt-4o-2024-08-06")
    assert names.model("other") == "other"
