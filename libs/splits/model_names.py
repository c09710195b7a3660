"""Names of models: which model and version a name stands for without a table of aliases.

Programs name one model in several ways. The rules here apply to every tenant and depend on the name alone:

1. The name of a provider in front of a slash is removed: `openai/gpt-4o` is `gpt-4o`. Other prefixes, such as the owner
   of an open model in `meta-llama/Llama-3-8B`, belong to the name.
2. A date at the end is a version: `gpt-4o-2024-08-06` and `claude-3-5-sonnet@20240620` are versions of `gpt-4o` and
   `claude-3-5-sonnet`. The version is the name without the provider.
3. A name that extends the requested name by a number is a version of it: `gpt-4-0613` for the requested `gpt-4`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

_PROVIDER_NAMES = """
anthropic azure azure_ai bedrock cerebras cohere databricks deepinfra deepseek fireworks fireworks_ai gemini github
google groq huggingface litellm litellm_proxy mistral mistralai models ollama openai openrouter perplexity replicate
sambanova together together_ai vertex_ai x-ai xai
"""
PROVIDERS = frozenset(_PROVIDER_NAMES.split())
"""Prefixes that name a provider or a proxy, in lower case."""
VERSION_CHARACTERS_MAX = 100
_DATED = re.compile(
    r"(?P<model>.*[^-@:])[-@:](?P<version>20\d\d(?P<dash>-?)(?:0[1-9]|1[0-2])(?P=dash)(?:0[1-9]|[12]\d|3[01]))"
)
_NUMBER = re.compile(r"[-@:]\d[\d-]{2,}")


class ModelName(NamedTuple):
    """A model and its version; the version is empty if the name states none."""

    model: str
    version: str


@lru_cache(maxsize=4096)
def without_provider(name: str) -> str:
    """Returns a name without the names of providers in front of it."""
    prefix, slash, rest = name.partition("/")
    while slash and rest and prefix.lower() in PROVIDERS:
        name = rest
        prefix, slash, rest = name.partition("/")
    return name


@lru_cache(maxsize=4096)
def model_name(name: str, requested: str = "") -> ModelName:
    """Returns the model that a name stands for, given the name of the model that was requested, if it is known."""
    short = without_provider(name)
    found = _DATED.fullmatch(short)
    if found is not None:
        version = short if len(short) <= VERSION_CHARACTERS_MAX else found["version"]
        return ModelName(model_name(found["model"]).model, version)
    if requested:
        base = model_name(requested).model
        rest = short.removeprefix(base)
        if rest != short and _NUMBER.fullmatch(rest) and len(short) <= VERSION_CHARACTERS_MAX:
            return ModelName(base, short)
    return ModelName(short, "")


class ModelNames:
    """The names of the models of a tenant: its aliases, then the rules."""

    def __init__(
        self,
        aliases: Mapping[str, ModelName] = MappingProxyType({}),
        observed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Takes the models that the aliases of the tenant stand for, and those that answered for a requested name."""
        self._aliases, self._observed = aliases, observed

    def alias(self, name: str) -> ModelName | None:
        """Returns the model of the tenant's alias with exactly this name; None without one."""
        return self._aliases.get(name)

    def resolve(self, name: str, requested: str = "") -> ModelName:
        """Returns the model and the version that a name stands for.

        An alias of the tenant for the name takes precedence over the rules, and so does one for the model that the
        rules give.
        """
        alias = self._aliases.get(name)
        if alias is not None:
            return alias
        found = model_name(name, requested)
        alias = self._aliases.get(found.model) if found.model != name else None
        return found if alias is None else ModelName(alias.model, alias.version or found.version)

    def model(self, name: str) -> str:
        """Returns the model that a name stands for."""
        return self.resolve(name).model

    def learned_model(self, name: str, learned: Collection[str]) -> str:
        """Returns the model whose feedback applies to a name; `learned` holds the models with feedback.

        A name that has feedback of its own, as earlier releases stored it, keeps it until its model has feedback. The
        model that answered for a requested name applies only if the name is not a model with feedback.
        """
        model = self.model(name)
        if model in learned or name in learned:
            return model if model in learned else name
        observed = self._observed.get(name) or self._observed.get(model) or ""
        return observed if observed in learned else model
