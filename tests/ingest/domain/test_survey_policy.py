"""Survey policy: order of the reasons, limits over any sequence of prompts, and an even distribution of sampling."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.domain.survey_policy import (
    DAY,
    PRIORITY_REASONS,
    PromptContext,
    PromptDecision,
    PromptHistory,
    PromptLimits,
    PromptReason,
    apply_limits,
    decide_without_history,
    decide_without_limits,
    sampling_value,
)

LIMITS = PromptLimits()
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

limits = st.builds(
    PromptLimits,
    daily_max=st.integers(0, 6),
    daily_hard_max=st.integers(0, 8),
    interval_min=st.integers(0, 30).map(lambda minutes: minutes * MINUTE),
    ignored_max=st.integers(1, 4),
    ignored_daily_max=st.integers(0, 2),
    first_outputs_max=st.integers(0, 5),
    confidence_min=st.floats(0, 1),
    sampling_probability=st.floats(0, 1),
)
steps = st.lists(
    st.tuples(
        st.integers(0, 600),  # minutes since the step before
        st.booleans(),  # one of the user's first outputs
        st.booleans(),  # its verification failed
        st.sampled_from([None, 0.2, 0.9]),  # confidence of the Brain
        st.booleans(),  # answered when asked
    ),
    max_size=60,
)


def context(output: str = "o", **more: Any) -> PromptContext:
    """Returns the context of an output with a manifest."""
    facts: dict[str, Any] = {"is_answered": False, "is_manifest_known": True, **more}
    return PromptContext(tenant_id="t", user_id="u", output_id=output, **facts)


def not_sampled() -> str:
    """Returns an output that is not sampled."""
    return next(f"o{n}" for n in range(100) if sampling_value("t", "u", f"o{n}") >= LIMITS.sampling_probability)


def sampled() -> str:
    """Returns an output that is sampled."""
    return next(f"o{n}" for n in range(1000) if sampling_value("t", "u", f"o{n}") < LIMITS.sampling_probability)


def prompted(*minutes_ago: float, answered: bool = True) -> PromptHistory:
    """Returns a history of prompts a number of minutes ago, newest first."""
    moments = [NOW - each * MINUTE for each in minutes_ago]
    return PromptHistory(now=NOW, prompted_at=moments, answered=[answered] * len(moments))


def test_reason_with_several_applicable_is_first_in_order() -> None:
    everything: dict[str, Any] = {
        "is_first_output": True,
        "is_verification_failed": True,
        "has_contradiction": True,
        "confidence": 0.1,
    }
    reasons = []
    for name in everything:
        reasons.append(decide_without_limits(context(**everything), LIMITS).reason)
        everything[name] = None if name == "confidence" else False
    assert reasons == ["first_outputs", "verification_failed", "contradiction", "low_confidence"]
    assert decide_without_limits(context(sampled()), LIMITS) == PromptDecision(
        reason=PromptReason.SAMPLED, probability=0.1
    )
    assert decide_without_limits(context(not_sampled()), LIMITS) == PromptDecision(
        reason=PromptReason.NOT_SAMPLED, probability=0.1
    )


@pytest.mark.parametrize(("confidence", "low"), [(None, False), (0.0, True), (0.499, True), (0.5, False), (1.0, False)])
def test_reason_with_confidence_below_half_is_low_confidence(confidence: float | None, low: bool) -> None:
    found = decide_without_limits(context(not_sampled(), confidence=confidence), LIMITS)
    assert (found.reason is PromptReason.LOW_CONFIDENCE, found.probability) == (low, 1.0 if low else 0.1)


def test_decision_for_answered_or_unknown_output_needs_no_history() -> None:
    assert decide_without_history(context(is_answered=True, is_manifest_known=False)) == PromptDecision(
        reason=PromptReason.ANSWERED, probability=0
    )
    assert decide_without_history(context(is_manifest_known=False, is_first_output=True)) == PromptDecision(
        reason=PromptReason.UNSPECIFIED, probability=0
    )
    assert decide_without_history(context("")) == PromptDecision(reason=PromptReason.UNSPECIFIED, probability=0)
    assert decide_without_history(context(is_verification_failed=True)) is None


@pytest.mark.parametrize(
    ("history", "tired"),
    [
        (prompted(), False),
        (prompted(1.99), True),
        (prompted(2), False),
        (prompted(10, 20, 30, 40), False),
        (prompted(10, 20, 30, 40, 50), True),
        (prompted(10, 20, 30, 40, 24 * 60 - 0.01), True),
        (prompted(10, 20, 30, 40, 24 * 60), False),
        (prompted(10, 20, answered=False), False),
        (prompted(10, 20, 30, answered=False), True),
        (prompted(24 * 60 - 1, 2000, 3000, answered=False), True),
        (prompted(24 * 60, 2000, 3000, answered=False), False),
        (PromptHistory(now=NOW, prompted_at=[NOW - 9 * MINUTE] * 3, answered=[False, False, True]), False),
        (prompted(-1), True),
    ],
)
def test_limits_with_recent_prompts_apply_to_reasons_without_priority(history: PromptHistory, tired: bool) -> None:
    for name in (PromptReason.LOW_CONFIDENCE, PromptReason.SAMPLED, PromptReason.NOT_SAMPLED):
        wished = PromptDecision(reason=name, probability=0.1)
        assert apply_limits(wished, history, LIMITS) == (
            PromptDecision(reason=PromptReason.FATIGUE, probability=0) if tired else wished
        )
    for name in PRIORITY_REASONS:
        assert apply_limits(PromptDecision(reason=name, probability=1), history, LIMITS).reason is name


def test_limits_at_daily_hard_max_refuse_every_reason() -> None:
    for name in PromptReason:
        found = apply_limits(PromptDecision(reason=name, probability=1), prompted(*range(5, 25)), LIMITS)
        assert found == PromptDecision(reason=PromptReason.FATIGUE, probability=0)
    assert apply_limits(
        PromptDecision(reason=PromptReason.FIRST_OUTPUTS, probability=1), prompted(*range(5, 24)), LIMITS
    ).is_prompt


NONE_A_DAY = PromptLimits(
    daily_max=0,
    daily_hard_max=1,
    interval_min=timedelta(),
    ignored_max=1,
    ignored_daily_max=2,
    first_outputs_max=0,
    sampling_probability=0.0,
)


@given(limits=limits, steps=steps)
@example(  # the user ignores a prompt after a failed verification; the next output has low confidence
    limits=NONE_A_DAY, steps=[(0, False, True, None, False), (24 * 60, False, False, 0.2, False)]
)
@example(
    limits=PromptLimits(daily_max=0, ignored_daily_max=2, ignored_max=1),
    steps=[(0, True, False, None, False), (30, False, False, 0.2, False)],
)
def test_limits_over_any_sequence_are_never_exceeded(
    limits: PromptLimits, steps: list[tuple[int, bool, bool, float | None, bool]]
) -> None:
    now, asks = NOW, list[tuple[datetime, bool, PromptReason]]()
    for number, (minutes, first, failed, confidence, answers) in enumerate(steps):
        now += minutes * MINUTE
        latest = asks[::-1][: limits.history_max]
        history = PromptHistory(
            now=now, prompted_at=[each[0] for each in latest], answered=[each[1] for each in latest]
        )
        asking = context(f"o{number}", is_first_output=first, is_verification_failed=failed, confidence=confidence)
        found = apply_limits(decide_without_limits(asking, limits), history, limits)
        assert found == apply_limits(decide_without_limits(asking, limits), history, limits)
        assert found.is_prompt <= (found.probability > 0)
        if not found.is_prompt:
            continue
        before = [moment for moment, _, _ in asks if now - moment < DAY]
        assert len(before) < limits.daily_hard_max
        if found.reason not in PRIORITY_REASONS:
            assert len(before) < limits.daily_max
            assert not asks or now - asks[-1][0] >= limits.interval_min
            ignored = [not answered for _, answered, _ in asks[-limits.ignored_max :]]
            if len(ignored) == limits.ignored_max and all(ignored):
                assert len(before) < limits.ignored_daily_max
        asks.append((now, answers, found.reason))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_sampling_value_over_many_names_is_even(share: float) -> None:
    names = [(f"t{n % 7}", f"user {n % 211}", f"output-{n}") for n in range(20_000)]
    hits = sum(sampling_value(*each) < share for each in names)
    spread = math.sqrt(len(names) * share * (1 - share))
    assert abs(hits - len(names) * share) < 4.5 * spread
    assert [sampling_value(*each) for each in names[:100]] == [sampling_value(*each) for each in names[:100]]
    assert all(0 <= sampling_value(*each) < 1 for each in names)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_sampling_value_with_one_name_changed_is_independent(part: int) -> None:
    names = [["t", "u", f"o{n}"] for n in range(5_000)]
    others = [[*each[:part], each[part] + "x", *each[part + 1 :]] for each in names]
    both = sum(sampling_value(*a) < 0.5 and sampling_value(*b) < 0.5 for a, b in zip(names, others, strict=True))
    assert abs(both - 1250) < 4.5 * math.sqrt(5_000 * 0.25 * 0.75)


@given(share=st.sampled_from([0.0, 1.0]), output=st.text())
def test_sampling_with_probability_0_or_1_selects_none_or_all(share: float, output: str) -> None:
    found = decide_without_limits(context(output), PromptLimits(sampling_probability=share))
    assert (found.reason is PromptReason.SAMPLED, found.probability) == (share == 1, share)
