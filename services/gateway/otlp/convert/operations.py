"""Operations of spans: which spans are outputs, and the reasons for which others are not."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

from gateway.otlp.settings import normalize_name

GENAI_PREFIXES = ("gen_ai.", "llm.", "openinference.", "ai.", "traceloop.", "langfuse.", "embedding.")
"""Prefixes of the attributes of generative AI."""


class Reason(enum.Enum):
    """Reason for which a span or a log record is not an output or a vote; the value is its name in metrics."""

    NOT_GENERATIVE_AI = "not_generative_ai"
    EMBEDDING = "embedding"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    OTHER_OPERATION = "other_operation"
    NO_MODEL_OR_USAGE = "no_model_or_usage"
    AGENT = "agent"
    CONTAINS_MODEL_CALL = "contains_model_call"
    INSIDE_MODEL_CALL = "inside_model_call"
    SAME_RESPONSE = "same_response"
    NO_RANGE = "evaluation_without_range"
    SCORE_LIMIT = "evaluation_score_limit"
    FAILED_EVALUATION = "failed_evaluation"


DESCRIPTIONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOT_GENERATIVE_AI: "has no attribute of generative AI",
        Reason.EMBEDDING: "embeds text and is not an output",
        Reason.TOOL: "calls a tool and is not an output",
        Reason.RETRIEVAL: "retrieves or ranks documents and is not an output",
        Reason.OTHER_OPERATION: "has an operation that is not a model call",
        Reason.NO_MODEL_OR_USAGE: "has no known operation, and no model with tokens or a response id",
        Reason.AGENT: "is an agent or a workflow without a model",
        Reason.CONTAINS_MODEL_CALL: "contains the model call that is the output",
        Reason.INSIDE_MODEL_CALL: "is a part of the model call that is the output",
        Reason.SAME_RESPONSE: "has the response id of another span of its trace",
        Reason.NO_RANGE: "is an evaluation whose score has no known range and no label",
        Reason.SCORE_LIMIT: "is a score, and the tenant has as many scores as RADIANT_EVALUATION_SCORES_MAX allows",
        Reason.FAILED_EVALUATION: "is an evaluation that failed",
    }
)
"""Each reason as the predicate of a sentence about a span or a log record."""


class OperationKind(enum.Enum):
    """Kind of an operation."""

    MODEL_CALL = "model call"
    AGENT = "agent"
    UNKNOWN = "unknown"
    NOT_OUTPUT = "not an output"


def _table(entries: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name: value for value, names in entries.items() for name in names.split()})


REQUEST_TYPES = _table(
    {
        "REQUEST_TYPE_CHAT": "chat chat.completions chat_completion chat_completions chat.completion chatcompletion "
        "generate_content agenerate_content generate_content_stream llm call_llm generation generate generate_text "
        "stream_text generatetext streamtext generateobject streamobject dogenerate dostream response responses "
        "aresponses acompletion message messages anthropic_messages converse converse_stream invoke_model "
        "invoke_model_with_response_stream chat_model request_model inference",
        "REQUEST_TYPE_COMPLETION": "completion completions text_completion text.completion "
        "text_completions atext_completion complete",
    }
)
"""Request type of each operation that is a model call, by its name after `normalize_name`, or by its last part."""
AGENT_OPERATIONS = frozenset({"invoke_agent", "agent", "invoke_workflow", "workflow"})
"""Operations of agents. They are outputs if they have a model and contain no model call."""
REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        name: reason
        for reason, names in {
            Reason.EMBEDDING: "embeddings embedding aembedding embed embedmany doembed embed_content",
            Reason.TOOL: "execute_tool tool toolcall function call_tool call_mcp_tool mcp_call",
            Reason.RETRIEVAL: "retrieval retriever reranker rerank arerank dorerank search_memory",
            Reason.OTHER_OPERATION: "create_agent chain task span event guardrail evaluator prompt moderation "
            "amoderation image_generation aimage_generation transcription atranscription speech aspeech "
            "generate_image generatespeech transcribe",
        }.items()
        for name in names.split()
    }
)
"""Operations that are not an output. Those of WRAPPERS are one if they have a model and tokens."""
WRAPPERS = frozenset({"chain", "task", "span"})
"""Operations without a statement about the content. With a model and tokens, the span is a model call."""


_OUTER_OPERATIONS = AGENT_OPERATIONS | WRAPPERS | {"generatetext", "streamtext", "generateobject", "streamobject"}


def may_contain_calls(operation: str) -> bool:
    """Returns whether spans of an operation usually contain the model call, which may be in an earlier request."""
    return normalize_name(operation).rpartition(".")[2] in _OUTER_OPERATIONS


def operation_of(name: str) -> tuple[OperationKind, str, Reason]:
    """Returns kind, request type and the reason that applies if the span is not an output.

    A name such as `openai.chat` or `ai.streamText.doStream` is found by its last part.
    """
    name = normalize_name(name)
    for each in (name, name.replace("/", ".").rpartition(".")[2]):
        if each in REQUEST_TYPES:
            return OperationKind.MODEL_CALL, REQUEST_TYPES[each], Reason.NO_MODEL_OR_USAGE
        if each in AGENT_OPERATIONS:
            return OperationKind.AGENT, "REQUEST_TYPE_ORCHESTRATION", Reason.AGENT
        if each in REASONS:
            kind = OperationKind.UNKNOWN if each in WRAPPERS else OperationKind.NOT_OUTPUT
            return kind, "REQUEST_TYPE_CHAT", REASONS[each]
    return OperationKind.UNKNOWN, "REQUEST_TYPE_CHAT", Reason.NO_MODEL_OR_USAGE
