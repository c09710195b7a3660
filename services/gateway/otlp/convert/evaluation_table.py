"""The table of evaluations: their attributes, labels, ranges and categories. Increment MAPPING_VERSION with changes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.otlp.convert.table import GENAI, OPENINFERENCE, RADIANT, Row, ValueType
from gateway.otlp.settings import Range


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVALUATION_ROWS = (
    Row("gen_ai.evaluation.name", "name", ValueType.TEXT, GENAI),
    Row("gen_ai.evaluation.score.value", "value", ValueType.NUMBER, GENAI),
    Row("gen_ai.evaluation.score.label", "label", ValueType.KEYWORD, GENAI),
    Row("gen_ai.evaluation.explanation", "explanation", ValueType.TEXT, GENAI),
    Row("gen_ai.evaluation.score.min", "minimum", ValueType.NUMBER, RADIANT),
    Row("gen_ai.evaluation.score.max", "maximum", ValueType.NUMBER, RADIANT),
    Row("gen_ai.evaluation.score.range", "range", ValueType.TEXT, RADIANT),
    Row("error.type", "error", ValueType.TEXT, GENAI),
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
EVALUATOR_PREFIX = "evaluator:"
"""Prefix of the user id of an evaluation without a user; the name of the evaluation follows."""
AUTOMATED_ANNOTATORS = frozenset({"llm", "code"})
"""Annotator kinds that are not a person."""
POSITIVE_SHARE_MIN = 0.5
"""A score is positive if it is at least this share of the way from the minimum to the maximum of its range, else
negative."""
_UNIT, _STARS, _SEVERITY = (0.0, 1.0), (1.0, 5.0), (0.0, 7.0)


def _ranges(entries: Mapping[str, tuple[Range, ...]]) -> Mapping[str, tuple[Range, ...]]:
    return MappingProxyType({name: ranges for names, ranges in entries.items() for name in names.split()})


RANGES: Mapping[str, tuple[Range, ...]] = _ranges(
    {
        # Azure AI Evaluation scores these from 1 to 5; DeepEval, Phoenix, MLflow and Ragas from 0 to 1.
        "relevance answer_relevance answer_relevancy context_relevance helpfulness intent_resolution accuracy "
        "correctness factuality faithfulness groundedness fluency coherence conciseness completeness "
        "response_completeness task_adherence task_completion tool_call_accuracy similarity retrieval quality tone "
        "politeness format creativity": (_UNIT, _STARS),
        # The harm evaluators of Azure AI Evaluation state a severity from 0 to 7; others a probability.
        "violence self_harm sexual hate_unfairness": (_UNIT, _SEVERITY),
        "hallucination toxicity harmfulness harm bias unsafe hate profanity safety summarization context_precision "
        "context_recall context_entity_recall answer_correctness answer_similarity semantic_similarity exact_match "
        "f1_score bleu bleu_score rouge rouge_score meteor_score gleu_score json_correctness prompt_alignment "
        "contextual_precision contextual_recall contextual_relevancy user_feedback thumbs thumbs_up": (_UNIT,),
        "stars star_rating": (_STARS,),
    }
)
"""Ranges of the scores of evaluations by normalized name, as public evaluators emit them.

RADIANT_OTLP_EVALUATION_RANGES replaces entries, and the attributes of an evaluation take precedence. A name may have
several ranges. A score is a vote if all ranges that contain it give the same sign: a relevance of 1 may be the best
score from 0 to 1 or the worst from 1 to 5, and is no vote.
"""

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
