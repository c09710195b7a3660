"""The table of OpenTelemetry attributes and the fields that they set. Increment MAPPING_VERSION with each change.

Rows with the same target are listed in order of preference: the first attribute that is present and not empty is
used. A span without an operation of REQUEST_TYPES is not an output and is ignored. Prompts are stored as hashes only.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAPPING_VERSION = 1
"""Incremented when the meaning of a row changes."""
CONVENTIONS = "OpenTelemetry semantic conventions 1.44 (GenAI, development)"
"""Base of the rows. Attributes of earlier versions and of other conventions are accepted as aliases."""
GENAI, GENAI_OLD = "GenAI 1.44", "GenAI before 1.37"
OPENINFERENCE, OPENLLMETRY, OTHER, RADIANT = "OpenInference", "OpenLLMetry", "other instrumentations", "Radiant"


class ValueType(enum.Enum):
    """Type of an attribute's value."""

    TEXT = "string; an integer is converted"
    KEYWORD = "string, converted to lower case without surrounding blanks"
    COUNT = "integer from 0 to 1,000,000,000, also as a string"
    NUMBER = "finite number, also as a string"
    SECONDS = "seconds from 0 to 86,400, stored as milliseconds"
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
    """Type of the attribute's value."""
    convention: str
    """Convention that defines the attribute."""

    @property
    def is_indexed(self) -> bool:
        """Whether the row stands for one attribute for each index."""
        return ".N." in self.attribute


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


MANIFEST_ROWS = (
    Row("gen_ai.operation.name", "operation", ValueType.KEYWORD, GENAI),
    Row("openinference.span.kind", "operation", ValueType.KEYWORD, OPENINFERENCE),
    Row("llm.request.type", "operation", ValueType.KEYWORD, OPENLLMETRY),
    Row("gen_ai.response.id", "output_id", ValueType.TEXT, GENAI),
    Row("user.id", "user_id", ValueType.TEXT, GENAI),
    Row("enduser.id", "user_id", ValueType.TEXT, GENAI),
    Row("enduser.pseudo.id", "user_id", ValueType.TEXT, GENAI),
    Row("traceloop.association.properties.user_id", "user_id", ValueType.TEXT, OPENLLMETRY),
    Row("langfuse.user.id", "user_id", ValueType.TEXT, OTHER),
    Row("gen_ai.conversation.id", "conversation_id", ValueType.TEXT, GENAI),
    Row("session.id", "conversation_id", ValueType.TEXT, OPENINFERENCE),
    Row("traceloop.association.properties.session_id", "conversation_id", ValueType.TEXT, OPENLLMETRY),
    Row("langfuse.session.id", "conversation_id", ValueType.TEXT, OTHER),
    Row("radiant.message_id", "message_id", ValueType.TEXT, RADIANT),
    Row("gen_ai.request.model", "models_used", ValueType.TEXT, GENAI),
    Row("llm.model_name", "models_used", ValueType.TEXT, OPENINFERENCE),
    Row("gen_ai.response.model", "model_versions", ValueType.TEXT, GENAI),
    Row("gen_ai.provider.name", "services_used", ValueType.TEXT, GENAI),
    Row("gen_ai.system", "services_used", ValueType.TEXT, GENAI_OLD),
    Row("llm.provider", "services_used", ValueType.TEXT, OPENINFERENCE),
    Row("llm.system", "services_used", ValueType.TEXT, OPENINFERENCE),
    Row("gen_ai.agent.id", "orchestration_id", ValueType.TEXT, GENAI),
    Row("gen_ai.agent.name", "orchestration_name", ValueType.TEXT, GENAI),
    Row("gen_ai.workflow.name", "orchestration_name", ValueType.TEXT, GENAI),
    Row("gen_ai.usage.input_tokens", "input_tokens", ValueType.COUNT, GENAI),
    Row("gen_ai.usage.prompt_tokens", "input_tokens", ValueType.COUNT, GENAI_OLD),
    Row("llm.token_count.prompt", "input_tokens", ValueType.COUNT, OPENINFERENCE),
    Row("llm.usage.prompt_tokens", "input_tokens", ValueType.COUNT, OPENLLMETRY),
    Row("gen_ai.usage.output_tokens", "output_tokens", ValueType.COUNT, GENAI),
    Row("gen_ai.usage.completion_tokens", "output_tokens", ValueType.COUNT, GENAI_OLD),
    Row("llm.token_count.completion", "output_tokens", ValueType.COUNT, OPENINFERENCE),
    Row("llm.usage.completion_tokens", "output_tokens", ValueType.COUNT, OPENLLMETRY),
    Row("gen_ai.response.time_to_first_chunk", "time_to_first_token_ms", ValueType.SECONDS, GENAI),
    Row("gen_ai.response.time_to_first_token", "time_to_first_token_ms", ValueType.SECONDS, OTHER),
    Row("gen_ai.server.time_to_first_token", "time_to_first_token_ms", ValueType.SECONDS, OTHER),
    Row("gen_ai.request.stream", "was_streamed", ValueType.BOOLEAN, GENAI),
    Row("llm.is_streaming", "was_streamed", ValueType.BOOLEAN, OPENLLMETRY),
    Row("gen_ai.usage.cost", "total_cost", ValueType.NUMBER, OTHER),
    Row("gen_ai.usage.total_cost", "total_cost", ValueType.NUMBER, OTHER),
    Row("llm.cost.total", "total_cost", ValueType.NUMBER, OPENINFERENCE),
    Row("gen_ai.input.messages", "input_prompt_hash", ValueType.PROMPT, GENAI),
    Row("gen_ai.prompt", "input_prompt_hash", ValueType.PROMPT, GENAI_OLD),
    Row("gen_ai.prompt.N.content", "input_prompt_hash", ValueType.PROMPT, OPENLLMETRY),
    Row("llm.input_messages.N.message.content", "input_prompt_hash", ValueType.PROMPT, OPENINFERENCE),
    Row("input.value", "input_prompt_hash", ValueType.PROMPT, OPENINFERENCE),
    Row("radiant.task_type", "task_type", ValueType.KEYWORD, RADIANT),
    Row("radiant.domain_mode", "domain_mode", ValueType.KEYWORD, RADIANT),
    Row("radiant.decision_id", "decision_id", ValueType.TEXT, RADIANT),
    Row("radiant.propensity", "propensity", ValueType.NUMBER, RADIANT),
    Row("radiant.experiment_id", "experiment_id", ValueType.TEXT, RADIANT),
    Row("radiant.variant", "variant", ValueType.TEXT, RADIANT),
    Row("radiant.experiment_epoch", "experiment_epoch", ValueType.COUNT, RADIANT),
)
"""Attributes of spans. Latency is the duration of the span, at most 24 hours; create_time is its end, or its start if
it has no end.

models_used is the requested model and model_versions the model of the response; a span without a requested model uses
the model of the response. The output is credited to the model of the response, with the requested one as an alias. An
output_id of more than 100 characters is replaced by its SHA-256. The default of output_id is `<trace id>-<span id>` in
hex, of user_id ANONYMOUS_USER.
"""

EVALUATION_ROWS = (
    Row("gen_ai.evaluation.name", "name", ValueType.TEXT, GENAI),
    Row("gen_ai.evaluation.score.value", "value", ValueType.NUMBER, GENAI),
    Row("gen_ai.evaluation.score.label", "label", ValueType.KEYWORD, GENAI),
    Row("gen_ai.evaluation.explanation", "explanation", ValueType.TEXT, GENAI),
    Row("gen_ai.response.id", "output_id", ValueType.TEXT, GENAI),
    Row("user.id", "user_id", ValueType.TEXT, GENAI),
    Row("enduser.id", "user_id", ValueType.TEXT, GENAI),
    Row("enduser.pseudo.id", "user_id", ValueType.TEXT, GENAI),
)
"""Attributes of an evaluation: a log record or a span event named EVALUATION_EVENT_NAME.

gen_ai.response.id is the output_id. Its default is the output of the span that contains the event, or to which the log
record refers. The default of user_id is the user of the span for an event, and the evaluator for a log record, because
a log record does not contain the attributes of its span.
"""

ANNOTATION_ROWS = (
    Row("annotations.N.annotation.name", "name", ValueType.TEXT, OPENINFERENCE),
    Row("annotations.N.annotation.score", "value", ValueType.NUMBER, OPENINFERENCE),
    Row("annotations.N.annotation.label", "label", ValueType.KEYWORD, OPENINFERENCE),
    Row("annotations.N.annotation.explanation", "explanation", ValueType.TEXT, OPENINFERENCE),
    Row("annotations.N.annotation.annotator_kind", "annotator_kind", ValueType.KEYWORD, OPENINFERENCE),
    Row("evaluations.N.evaluation.name", "name", ValueType.TEXT, OPENINFERENCE),
    Row("evaluations.N.evaluation.score", "value", ValueType.NUMBER, OPENINFERENCE),
    Row("evaluations.N.evaluation.label", "label", ValueType.KEYWORD, OPENINFERENCE),
    Row("evaluations.N.evaluation.explanation", "explanation", ValueType.TEXT, OPENINFERENCE),
    Row("evaluations.N.evaluation.annotator_kind", "annotator_kind", ValueType.KEYWORD, OPENINFERENCE),
)
"""Attributes with which a span contains its own evaluations, dated at its end. If the annotator kind is one of
AUTOMATED_ANNOTATORS, the evaluation does not count as feedback of the user."""

EVALUATION_EVENT_NAME = "gen_ai.evaluation.result"
"""Name of the event. A log record contains it as its event name or in the attribute EVENT_NAME_ATTRIBUTE."""
EVENT_NAME_ATTRIBUTE = "event.name"
"""Attribute with the event name of a log record in earlier versions of OTLP."""
AUTOMATED_ANNOTATORS = frozenset({"llm", "code"})
"""Annotator kinds that are not a person."""
ANONYMOUS_USER = "anonymous"
"""User of an output if the span has no user."""
EVALUATOR_PREFIX = "evaluator:"
"""Prefix of the user id of an evaluation without a user; the name of the evaluation follows."""
DEFAULT_TASK_TYPE = "chat"
"""Task type of a span without one."""

REQUEST_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "chat": "REQUEST_TYPE_CHAT",
        "generate_content": "REQUEST_TYPE_CHAT",
        "llm": "REQUEST_TYPE_CHAT",
        "text_completion": "REQUEST_TYPE_COMPLETION",
        "completion": "REQUEST_TYPE_COMPLETION",
        "invoke_agent": "REQUEST_TYPE_ORCHESTRATION",
    }
)
"""Request type of each operation that produces an output."""

POSITIVE_SCORE_MIN = 0.5
"""A score in [0, 1] is positive if it is at least this value, else negative. Scores outside of [0, 1] are neutral."""
POSITIVE_LABELS = _word_set(
    "pass passed good great excellent correct relevant yes true positive thumbs_up up like liked accept accepted "
    "approved safe helpful complete faithful grounded factual accurate"
)
"""Labels of a positive evaluation. A known label takes precedence over the score."""
NEGATIVE_LABELS = _word_set(
    "fail failed bad poor incorrect wrong irrelevant not_relevant no false negative thumbs_down down dislike disliked "
    "reject rejected unsafe harmful toxic unhelpful not_helpful incomplete unfaithful ungrounded hallucinated "
    "inaccurate"
)
"""Labels of a negative evaluation. Labels are compared after `normalize_name`."""
INVERTED_NAMES = _word_set(
    "hallucination toxicity harmfulness harm bias unsafe violence self_harm sexual hate hate_unfairness profanity"
)
"""Names of evaluations whose high score is negative."""
INVERTED_NEGATIVE_LABELS = frozenset({"yes", "true", "positive"})
"""Labels that are negative for an evaluation of INVERTED_NAMES."""
INVERTED_POSITIVE_LABELS = frozenset({"no", "false", "negative"})
"""Labels that are positive for an evaluation of INVERTED_NAMES."""

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "relevance": "RELEVANCE",
        "answer_relevance": "RELEVANCE",
        "context_relevance": "RELEVANCE",
        "helpfulness": "RELEVANCE",
        "intent_resolution": "RELEVANCE",
        "accuracy": "ACCURACY",
        "correctness": "ACCURACY",
        "factuality": "ACCURACY",
        "faithfulness": "ACCURACY",
        "groundedness": "ACCURACY",
        "hallucination": "ACCURACY",
        "tone": "TONE",
        "politeness": "TONE",
        "format": "FORMAT",
        "fluency": "FORMAT",
        "coherence": "FORMAT",
        "conciseness": "FORMAT",
        "speed": "SPEED",
        "latency": "SPEED",
        "safety": "SAFETY",
        "toxicity": "SAFETY",
        "harmfulness": "SAFETY",
        "bias": "SAFETY",
        "violence": "SAFETY",
        "self_harm": "SAFETY",
        "sexual": "SAFETY",
        "hate_unfairness": "SAFETY",
        "creativity": "CREATIVITY",
        "completeness": "COMPLETENESS",
        "task_adherence": "COMPLETENESS",
    }
)
"""Feedback category by the normalized name of the evaluation; other names are FEEDBACK_CATEGORY_OTHER."""


def normalize_name(name: str) -> str:
    """Returns a name or label in lower case, with underscores instead of blanks and hyphens."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")
