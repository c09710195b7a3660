"""The one table of what OpenTelemetry attributes mean here. Whoever changes a row raises MAPPING_VERSION.

Rows of one field stand in order of preference: the first attribute that is present and not empty counts. A span whose
attributes give no operation of OPERATIONS is not an output and is ignored. Text of prompts is hashed and left behind.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAPPING_VERSION = 1
"""Raised with every change of a meaning below."""
CONVENTIONS = "OpenTelemetry semantic conventions 1.44 (GenAI, development)"
"""What the rows follow; names of earlier versions and of other conventions are kept as aliases."""
GENAI, GENAI_OLD = "GenAI 1.44", "GenAI before 1.37"
OPENINFERENCE, OPENLLMETRY, VENDORS, OWN = "OpenInference", "OpenLLMetry", "other instrumentations", "this product"


class Reads(enum.Enum):
    """How the value of an attribute is read."""

    TEXT = "text; whole numbers are taken as text"
    WORD = "text in lower case, surrounding blanks removed"
    COUNT = "whole number from 0 to 2^31-1; also as text"
    NUMBER = "finite number; also as text"
    SECONDS = "seconds, stored as milliseconds"
    FLAG = "true or false; also as text"
    PROMPT = "SHA-256 of the text (UTF-8), of anything else as compact JSON with sorted keys; the text is not kept"


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute and the field that it fills."""

    attribute: str
    """Its name; `N` between dots stands for an index from 0."""
    target: str
    """Field of ExecutionManifest, or of an evaluation; `operation` decides whether a span is an output."""
    reads: Reads
    """How its value is read."""
    origin: str
    """Who names it so."""

    @property
    def indexed(self) -> bool:
        """Whether it stands for many attributes."""
        return ".N." in self.attribute


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MANIFEST = (
    Row("gen_ai.operation.name", "operation", Reads.WORD, GENAI),
    Row("openinference.span.kind", "operation", Reads.WORD, OPENINFERENCE),
    Row("llm.request.type", "operation", Reads.WORD, OPENLLMETRY),
    Row("gen_ai.response.id", "output_id", Reads.TEXT, GENAI),
    Row("user.id", "user_id", Reads.TEXT, GENAI),
    Row("enduser.id", "user_id", Reads.TEXT, GENAI),
    Row("enduser.pseudo.id", "user_id", Reads.TEXT, GENAI),
    Row("traceloop.association.properties.user_id", "user_id", Reads.TEXT, OPENLLMETRY),
    Row("langfuse.user.id", "user_id", Reads.TEXT, VENDORS),
    Row("gen_ai.conversation.id", "conversation_id", Reads.TEXT, GENAI),
    Row("session.id", "conversation_id", Reads.TEXT, OPENINFERENCE),
    Row("traceloop.association.properties.session_id", "conversation_id", Reads.TEXT, OPENLLMETRY),
    Row("langfuse.session.id", "conversation_id", Reads.TEXT, VENDORS),
    Row("radiant.message_id", "message_id", Reads.TEXT, OWN),
    Row("gen_ai.request.model", "models_used", Reads.TEXT, GENAI),
    Row("llm.model_name", "models_used", Reads.TEXT, OPENINFERENCE),
    Row("gen_ai.response.model", "model_versions", Reads.TEXT, GENAI),
    Row("gen_ai.provider.name", "services_used", Reads.TEXT, GENAI),
    Row("gen_ai.system", "services_used", Reads.TEXT, GENAI_OLD),
    Row("llm.provider", "services_used", Reads.TEXT, OPENINFERENCE),
    Row("llm.system", "services_used", Reads.TEXT, OPENINFERENCE),
    Row("gen_ai.agent.id", "orchestration_id", Reads.TEXT, GENAI),
    Row("gen_ai.agent.name", "orchestration_name", Reads.TEXT, GENAI),
    Row("gen_ai.workflow.name", "orchestration_name", Reads.TEXT, GENAI),
    Row("gen_ai.usage.input_tokens", "input_tokens", Reads.COUNT, GENAI),
    Row("gen_ai.usage.prompt_tokens", "input_tokens", Reads.COUNT, GENAI_OLD),
    Row("llm.token_count.prompt", "input_tokens", Reads.COUNT, OPENINFERENCE),
    Row("llm.usage.prompt_tokens", "input_tokens", Reads.COUNT, OPENLLMETRY),
    Row("gen_ai.usage.output_tokens", "output_tokens", Reads.COUNT, GENAI),
    Row("gen_ai.usage.completion_tokens", "output_tokens", Reads.COUNT, GENAI_OLD),
    Row("llm.token_count.completion", "output_tokens", Reads.COUNT, OPENINFERENCE),
    Row("llm.usage.completion_tokens", "output_tokens", Reads.COUNT, OPENLLMETRY),
    Row("gen_ai.response.time_to_first_chunk", "time_to_first_token_ms", Reads.SECONDS, GENAI),
    Row("gen_ai.response.time_to_first_token", "time_to_first_token_ms", Reads.SECONDS, VENDORS),
    Row("gen_ai.server.time_to_first_token", "time_to_first_token_ms", Reads.SECONDS, VENDORS),
    Row("gen_ai.request.stream", "was_streamed", Reads.FLAG, GENAI),
    Row("llm.is_streaming", "was_streamed", Reads.FLAG, OPENLLMETRY),
    Row("gen_ai.usage.cost", "total_cost", Reads.NUMBER, VENDORS),
    Row("gen_ai.usage.total_cost", "total_cost", Reads.NUMBER, VENDORS),
    Row("llm.cost.total", "total_cost", Reads.NUMBER, OPENINFERENCE),
    Row("gen_ai.input.messages", "input_prompt_hash", Reads.PROMPT, GENAI),
    Row("gen_ai.prompt", "input_prompt_hash", Reads.PROMPT, GENAI_OLD),
    Row("gen_ai.prompt.N.content", "input_prompt_hash", Reads.PROMPT, OPENLLMETRY),
    Row("llm.input_messages.N.message.content", "input_prompt_hash", Reads.PROMPT, OPENINFERENCE),
    Row("input.value", "input_prompt_hash", Reads.PROMPT, OPENINFERENCE),
    Row("radiant.task_type", "task_type", Reads.WORD, OWN),
    Row("radiant.domain_mode", "domain_mode", Reads.WORD, OWN),
    Row("radiant.decision_id", "decision_id", Reads.TEXT, OWN),
    Row("radiant.propensity", "propensity", Reads.NUMBER, OWN),
    Row("radiant.experiment_id", "experiment_id", Reads.TEXT, OWN),
    Row("radiant.variant", "variant", Reads.TEXT, OWN),
    Row("radiant.experiment_epoch", "experiment_epoch", Reads.COUNT, OWN),
)
"""Attributes of spans. Latency is the span's duration, create_time its end (of an unended span its start).

models_used is the model that was asked for, and model_versions what answered to that name; without the former the
latter is the model. Without an output_id it is `<trace id>-<span id>` in hex, without a user_id it is NOBODY.
"""

EVALUATION = (
    Row("gen_ai.evaluation.name", "name", Reads.TEXT, GENAI),
    Row("gen_ai.evaluation.score.value", "value", Reads.NUMBER, GENAI),
    Row("gen_ai.evaluation.score.label", "label", Reads.WORD, GENAI),
    Row("gen_ai.evaluation.explanation", "explanation", Reads.TEXT, GENAI),
    Row("gen_ai.response.id", "output_id", Reads.TEXT, GENAI),
    Row("user.id", "user_id", Reads.TEXT, GENAI),
    Row("enduser.id", "user_id", Reads.TEXT, GENAI),
    Row("enduser.pseudo.id", "user_id", Reads.TEXT, GENAI),
)
"""Attributes of the event EVALUATION_EVENT, on a log record or on a span.

The output is named by gen_ai.response.id, else it is that of the span which the event is on or which the log record
names. A log record's user is its own or the evaluator; what its span says of the user did not come with it.
"""

ANNOTATION = (
    Row("annotations.N.annotation.name", "name", Reads.TEXT, OPENINFERENCE),
    Row("annotations.N.annotation.score", "value", Reads.NUMBER, OPENINFERENCE),
    Row("annotations.N.annotation.label", "label", Reads.WORD, OPENINFERENCE),
    Row("annotations.N.annotation.explanation", "explanation", Reads.TEXT, OPENINFERENCE),
    Row("annotations.N.annotation.annotator_kind", "judge", Reads.WORD, OPENINFERENCE),
    Row("evaluations.N.evaluation.name", "name", Reads.TEXT, OPENINFERENCE),
    Row("evaluations.N.evaluation.score", "value", Reads.NUMBER, OPENINFERENCE),
    Row("evaluations.N.evaluation.label", "label", Reads.WORD, OPENINFERENCE),
    Row("evaluations.N.evaluation.explanation", "explanation", Reads.TEXT, OPENINFERENCE),
    Row("evaluations.N.evaluation.annotator_kind", "judge", Reads.WORD, OPENINFERENCE),
)
"""Attributes of a span that judge it: evaluations of that span, at its end. A judge of JUDGES is not its user."""

EVALUATION_EVENT = "gen_ai.evaluation.result"
"""Name of the event; a log record gives it as its event name or as an attribute of EVENT_NAME."""
EVENT_NAME = "event.name"
"""Attribute in which earlier versions named the event of a log record."""
JUDGES = frozenset({"llm", "code"})
"""Kinds of annotators that are no person."""
NOBODY = "anonymous"
"""User of an output whose span names none."""
EVALUATOR = "evaluator:"
"""Before the evaluation's name: the user of an evaluation that has none."""
DEFAULT_TASK = "chat"
"""Task of a span that names none."""

OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "chat": "REQUEST_TYPE_CHAT",
        "generate_content": "REQUEST_TYPE_CHAT",
        "llm": "REQUEST_TYPE_CHAT",
        "text_completion": "REQUEST_TYPE_COMPLETION",
        "completion": "REQUEST_TYPE_COMPLETION",
        "invoke_agent": "REQUEST_TYPE_ORCHESTRATION",
    }
)
"""Operations that are outputs, and the request type of each."""

POSITIVE_FROM = 0.5
"""A score in [0, 1] from here on is a thumb up, below it a thumb down; other scores are neutral."""
POSITIVE_LABELS = _words(
    "pass passed good great excellent correct relevant yes true positive thumbs_up up like liked accept accepted "
    "approved safe helpful complete faithful grounded factual accurate"
)
"""A known label decides before the score does."""
NEGATIVE_LABELS = _words(
    "fail failed bad poor incorrect wrong irrelevant not_relevant no false negative thumbs_down down dislike disliked "
    "reject rejected unsafe harmful toxic unhelpful not_helpful incomplete unfaithful ungrounded hallucinated "
    "inaccurate"
)
"""Likewise. Labels are compared in lower case, blanks and hyphens as underscores."""
INVERTED_NAMES = _words(
    "hallucination toxicity harmfulness harm bias unsafe violence self_harm sexual hate hate_unfairness profanity"
)
"""Evaluations of which a high score, and a label of yes or true, is bad."""
INVERTED_LABELS = frozenset({"yes", "true", "positive"}), frozenset({"no", "false", "negative"})
"""Labels that turn around with the name: those that are bad then, those that are good."""

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
"""Category by the evaluation's name, compared as labels are; another name is FEEDBACK_CATEGORY_OTHER."""


def plain(word: str) -> str:
    """Returns a name or label as it is compared."""
    return word.strip().lower().replace("-", "_").replace(" ", "_")
