"""The table of span attributes and the fields that they set. Increment MAPPING_VERSION with each change.

Rows with the same target are listed in order of preference: the first attribute that is present, not empty and valid
is used. operations.py decides which spans are outputs. Prompts are stored as hashes only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

MAPPING_VERSION = 2
"""Incremented when the meaning of a row changes."""
CONVENTIONS = "OpenTelemetry semantic conventions 1.44 (GenAI, development)"
"""Base of the rows. Attributes of earlier versions and of other conventions are accepted as aliases."""
GENAI, GENAI_OLD = "GenAI 1.44", "GenAI before 1.37"
OPENINFERENCE, OPENLLMETRY, OTHER, RADIANT = "OpenInference", "OpenLLMetry", "other instrumentations", "Radiant"
LITELLM, LANGFUSE, VERCEL, GENERAL = "LiteLLM", "Langfuse", "Vercel AI SDK", "general conventions"


class ValueType(enum.Enum):
    """Type of an attribute's value."""

    TEXT = "string; an integer is converted"
    USER = "user id of at most 200 characters; replaced by its user key"
    KEYWORD = "string, converted to lower case without surrounding blanks"
    COUNT = "integer from 0 to 1,000,000,000, also as a string"
    NUMBER = "finite number, also as a string"
    SECONDS = "seconds from 0 to 86,400, stored as milliseconds"
    MILLISECONDS = "milliseconds from 0 to 86,400,000"
    INSTANT = "time in ISO 8601, stored as milliseconds after the start of the span"
    BOOLEAN = "true or false, also as a string"
    PROMPT = "stored as SHA-256 of the UTF-8 text; of other values as compact JSON with sorted keys"


@dataclass(frozen=True, slots=True)
class Row:
    """An attribute and the field that it sets."""

    attribute: str
    """Name of the attribute; `N` between dots is an index from 0."""
    target: str
    """Field of ExecutionManifest or of an evaluation; `operation` decides whether the span is an output."""
    value_type: ValueType
    """Type of the value."""
    convention: str
    """Convention that defines the attribute."""
    member: str = ""
    """Member of the JSON object that the attribute contains as a string; empty for the whole attribute."""

    @property
    def is_indexed(self) -> bool:
        """Whether the row stands for one attribute for each index."""
        return ".N." in self.attribute

    @property
    def name(self) -> str:
        """Name for messages: the attribute, and its member in brackets."""
        return f"{self.attribute}[{self.member}]" if self.member else self.attribute


_TEXT, _USER, _KEYWORD, _COUNT, _NUMBER = (
    ValueType.TEXT,
    ValueType.USER,
    ValueType.KEYWORD,
    ValueType.COUNT,
    ValueType.NUMBER,
)
_INVOCATION = "llm.invocation_parameters"
_LANGFUSE_USAGE, _LANGFUSE_COST = "langfuse.observation.usage_details", "langfuse.observation.cost_details"
_VERCEL_METADATA, _ASSOCIATION = "ai.telemetry.metadata", "traceloop.association.properties"

OPERATION_ROWS = (
    Row("gen_ai.operation.name", "operation", _KEYWORD, GENAI),
    Row("openinference.span.kind", "operation", _KEYWORD, OPENINFERENCE),
    Row("ai.operationId", "operation", _KEYWORD, VERCEL),
    Row("langfuse.observation.type", "operation", _KEYWORD, LANGFUSE),
    Row("llm.request.type", "operation", _KEYWORD, OPENLLMETRY),
    Row("traceloop.span.kind", "operation", _KEYWORD, OPENLLMETRY),
)

INHERITED_ROWS = (
    Row("user.id", "user_id", _USER, GENAI),
    Row("enduser.id", "user_id", _USER, GENAI),
    Row("enduser.pseudo.id", "user_id", _USER, GENAI),
    Row(f"{_ASSOCIATION}.user_id", "user_id", _USER, OPENLLMETRY),
    Row("langfuse.user.id", "user_id", _USER, LANGFUSE),
    Row(f"{_VERCEL_METADATA}.userId", "user_id", _USER, VERCEL),
    Row(f"{_VERCEL_METADATA}.user_id", "user_id", _USER, VERCEL),
    Row("gen_ai.user", "user_id", _USER, OPENLLMETRY),
    Row("llm.user", "user_id", _USER, LITELLM),
    Row("metadata.user_api_key_end_user_id", "user_id", _USER, LITELLM),
    Row(_INVOCATION, "user_id", _USER, OPENINFERENCE, "user"),
    Row("metadata.user_api_key_user_id", "user_id", _USER, LITELLM),
    Row("gen_ai.conversation.id", "conversation_id", _TEXT, GENAI),
    Row("session.id", "conversation_id", _TEXT, OPENINFERENCE),
    Row(f"{_ASSOCIATION}.session_id", "conversation_id", _TEXT, OPENLLMETRY),
    Row(f"{_ASSOCIATION}.chat_id", "conversation_id", _TEXT, OPENLLMETRY),
    Row("langfuse.session.id", "conversation_id", _TEXT, LANGFUSE),
    Row(f"{_VERCEL_METADATA}.sessionId", "conversation_id", _TEXT, VERCEL),
    Row(f"{_VERCEL_METADATA}.session_id", "conversation_id", _TEXT, VERCEL),
    Row("radiant.task_type", "task_type", _KEYWORD, RADIANT),
    Row(f"{_ASSOCIATION}.task_type", "task_type", _KEYWORD, OPENLLMETRY),
    Row(f"{_VERCEL_METADATA}.taskType", "task_type", _KEYWORD, VERCEL),
    Row("langfuse.trace.metadata.task_type", "task_type", _KEYWORD, LANGFUSE),
    Row("radiant.domain_mode", "domain_mode", _KEYWORD, RADIANT),
    Row(f"{_ASSOCIATION}.domain_mode", "domain_mode", _KEYWORD, OPENLLMETRY),
    Row(f"{_VERCEL_METADATA}.domainMode", "domain_mode", _KEYWORD, VERCEL),
    Row("langfuse.trace.metadata.domain_mode", "domain_mode", _KEYWORD, LANGFUSE),
    Row("gen_ai.agent.id", "orchestration_id", _TEXT, GENAI),
    Row("gen_ai.agent.name", "orchestration_name", _TEXT, GENAI),
    Row("gen_ai.workflow.name", "orchestration_name", _TEXT, GENAI),
    Row("traceloop.workflow.name", "orchestration_name", _TEXT, OPENLLMETRY),
    Row("agent.name", "orchestration_name", _TEXT, OPENINFERENCE),
)
"""A span without a valid attribute of the target inherits the value of its nearest ancestor in the request, or else of
the resource."""

OWN_ROWS = (
    Row("gen_ai.response.id", "output_id", _TEXT, GENAI),
    Row("ai.response.id", "output_id", _TEXT, VERCEL),
    Row("radiant.message_id", "message_id", _TEXT, RADIANT),
    Row("gen_ai.request.model", "models_used", _TEXT, GENAI),
    Row("llm.request.model_name", "models_used", _TEXT, OPENINFERENCE),
    Row(_INVOCATION, "models_used", _TEXT, OPENINFERENCE, "model"),
    Row("ai.model.id", "models_used", _TEXT, VERCEL),
    Row("gen_ai.response.model", "model_versions", _TEXT, GENAI),
    Row("llm.response.model_name", "model_versions", _TEXT, OPENINFERENCE),
    Row("llm.model_name", "model_versions", _TEXT, OPENINFERENCE),
    Row("ai.response.model", "model_versions", _TEXT, VERCEL),
    Row("langfuse.observation.model.name", "model_versions", _TEXT, LANGFUSE),
    Row("gen_ai.provider.name", "services_used", _TEXT, GENAI),
    Row("gen_ai.system", "services_used", _TEXT, GENAI_OLD),
    Row("llm.provider", "services_used", _TEXT, OPENINFERENCE),
    Row("llm.system", "services_used", _TEXT, OPENINFERENCE),
    Row("ai.model.provider", "services_used", _TEXT, VERCEL),
    Row("gen_ai.usage.input_tokens", "input_tokens", _COUNT, GENAI),
    Row("gen_ai.usage.prompt_tokens", "input_tokens", _COUNT, GENAI_OLD),
    Row("llm.token_count.prompt", "input_tokens", _COUNT, OPENINFERENCE),
    Row("llm.usage.prompt_tokens", "input_tokens", _COUNT, OPENLLMETRY),
    Row("ai.usage.inputTokens", "input_tokens", _COUNT, VERCEL),
    Row("ai.usage.promptTokens", "input_tokens", _COUNT, VERCEL),
    Row(_LANGFUSE_USAGE, "input_tokens", _COUNT, LANGFUSE, "input"),
    Row(_LANGFUSE_USAGE, "input_tokens", _COUNT, LANGFUSE, "prompt_tokens"),
    Row(_LANGFUSE_USAGE, "input_tokens", _COUNT, LANGFUSE, "input_tokens"),
    Row("gen_ai.usage.output_tokens", "output_tokens", _COUNT, GENAI),
    Row("gen_ai.usage.completion_tokens", "output_tokens", _COUNT, GENAI_OLD),
    Row("llm.token_count.completion", "output_tokens", _COUNT, OPENINFERENCE),
    Row("llm.usage.completion_tokens", "output_tokens", _COUNT, OPENLLMETRY),
    Row("ai.usage.outputTokens", "output_tokens", _COUNT, VERCEL),
    Row("ai.usage.completionTokens", "output_tokens", _COUNT, VERCEL),
    Row(_LANGFUSE_USAGE, "output_tokens", _COUNT, LANGFUSE, "output"),
    Row(_LANGFUSE_USAGE, "output_tokens", _COUNT, LANGFUSE, "completion_tokens"),
    Row(_LANGFUSE_USAGE, "output_tokens", _COUNT, LANGFUSE, "output_tokens"),
    Row("gen_ai.response.time_to_first_chunk", "time_to_first_token_ms", ValueType.SECONDS, GENAI),
    Row("gen_ai.response.time_to_first_token", "time_to_first_token_ms", ValueType.SECONDS, OTHER),
    Row("gen_ai.server.time_to_first_token", "time_to_first_token_ms", ValueType.SECONDS, OTHER),
    Row("ai.response.msToFirstChunk", "time_to_first_token_ms", ValueType.MILLISECONDS, VERCEL),
    Row("langfuse.observation.completion_start_time", "time_to_first_token_ms", ValueType.INSTANT, LANGFUSE),
    Row("gen_ai.request.stream", "was_streamed", ValueType.BOOLEAN, GENAI),
    Row("gen_ai.is_streaming", "was_streamed", ValueType.BOOLEAN, OPENLLMETRY),
    Row("llm.is_streaming", "was_streamed", ValueType.BOOLEAN, LITELLM),
    Row(_INVOCATION, "was_streamed", ValueType.BOOLEAN, OPENINFERENCE, "stream"),
    Row("gen_ai.usage.cost", "total_cost", _NUMBER, OTHER),
    Row("gen_ai.usage.total_cost", "total_cost", _NUMBER, OTHER),
    Row("gen_ai.cost.total_cost", "total_cost", _NUMBER, LITELLM),
    Row("llm.cost.total", "total_cost", _NUMBER, OPENINFERENCE),
    Row(_LANGFUSE_COST, "total_cost", _NUMBER, LANGFUSE, "total"),
    Row("gen_ai.input.messages", "input_prompt_hash", ValueType.PROMPT, GENAI),
    Row("gen_ai.prompt", "input_prompt_hash", ValueType.PROMPT, GENAI_OLD),
    Row("gen_ai.prompt.N.content", "input_prompt_hash", ValueType.PROMPT, OPENLLMETRY),
    Row("llm.input_messages.N.message.content", "input_prompt_hash", ValueType.PROMPT, OPENINFERENCE),
    Row("input.value", "input_prompt_hash", ValueType.PROMPT, OPENINFERENCE),
    Row("ai.prompt.messages", "input_prompt_hash", ValueType.PROMPT, VERCEL),
    Row("ai.prompt", "input_prompt_hash", ValueType.PROMPT, VERCEL),
    Row("langfuse.observation.input", "input_prompt_hash", ValueType.PROMPT, LANGFUSE),
    Row("radiant.decision_id", "decision_id", _TEXT, RADIANT),
    Row("radiant.propensity", "propensity", _NUMBER, RADIANT),
    Row("radiant.experiment_id", "experiment_id", _TEXT, RADIANT),
    Row("radiant.variant", "variant", _TEXT, RADIANT),
    Row("radiant.experiment_epoch", "experiment_epoch", _COUNT, RADIANT),
)
"""Attributes that are not inherited: those of the call itself."""

MANIFEST_ROWS = (*OPERATION_ROWS, *INHERITED_ROWS, *OWN_ROWS)
"""Attributes of spans. Latency is the duration of the span, at most 24 hours; it is absent if the start or the end is
0, or if the end is before the start. create_time is the later of both.

models_used is the requested model and model_versions the model of the response; a span without a requested model uses
the model of the response. The output is credited to the model of the response, with the requested one as an alias. An
output_id of more than 100 characters is replaced by its SHA-256. The default of output_id is `<trace id>-<span id>` in
hex, of user_id ANONYMOUS_USER.
"""

FIRST_TOKEN_EVENTS = frozenset({"First Token Stream Event", "gen_ai.content.completion.chunk", "ai.stream.firstChunk"})
"""Names of span events of the first token (OpenInference, OpenLLMetry, Vercel AI SDK). The first one after the start of
the span sets time_to_first_token_ms if no attribute does."""
ANONYMOUS_USER = "anonymous"
"""User of an output if neither the span nor its ancestors have a user."""
DEFAULT_TASK_TYPE = "chat"
"""Task type of an output if neither the span nor its ancestors have one."""
