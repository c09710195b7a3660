"""The rules of asking, by themselves: an order of reasons, limits that no sequence passes, and a draw that is even."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.domain.survey_policy import (
    ALWAYS,
    DAY,
    Answer,
    AskLimits,
    History,
    Question,
    Reason,
    decide,
    draw,
    settled,
    wish,
)

LIMITS = AskLimits()
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

limits = st.builds(
    AskLimits,
    per_day=st.integers(0, 6),
    cap_per_day=st.integers(0, 8),
    gap=st.integers(0, 30).map(lambda minutes: minutes * MINUTE),
    ignored_max=st.integers(1, 4),
    per_day_ignored=st.integers(0, 2),
    first_outputs=st.integers(0, 5),
    probability=st.floats(0, 1),
)
steps = st.lists(
    st.tuples(
        st.integers(0, 600),  # minutes since the step before
        st.booleans(),  # one of the user's first outputs
        st.booleans(),  # its check failed
        st.sampled_from([None, 0.2, 0.9]),  # how sure the Brain was
        st.booleans(),  # answered when asked
    ),
    max_size=60,
)


def question(output: str = "o", **more: Any) -> Question:
    """Builds a question of an output that is known."""
    facts: dict[str, Any] = {"answered": False, "known": True, **more}
    return Question(tenant_id="t", user_id="u", output_id=output, **facts)


def undrawn() -> str:
    """Returns an output that is not drawn."""
    return next(f"o{n}" for n in range(100) if draw("t", "u", f"o{n}") >= LIMITS.probability)


def drawn() -> str:
    """Returns an output that is drawn."""
    return next(f"o{n}" for n in range(1000) if draw("t", "u", f"o{n}") < LIMITS.probability)


def asked(*minutes_ago: float, answered: bool = True) -> History:
    """Builds a history of asks so long ago, newest first."""
    moments = [NOW - each * MINUTE for each in minutes_ago]
    return History(now=NOW, asked_at=moments, answered=[answered] * len(moments))


def test_reasons_come_in_their_order() -> None:
    everything: dict[str, Any] = {
        "first": True,
        "verification_failed": True,
        "contradiction_found": True,
        "confidence": 0.1,
    }
    reasons = []
    for name in everything:
        reasons.append(wish(question(**everything), LIMITS).reason)
        everything[name] = None if name == "confidence" else False
    assert reasons == ["first_outputs", "verification_failed", "contradiction", "low_confidence"]
    assert wish(question(drawn()), LIMITS) == Answer(reason=Reason.SAMPLED, probability=0.1)
    assert wish(question(undrawn()), LIMITS) == Answer(reason=Reason.NOT_SAMPLED, probability=0.1)


@pytest.mark.parametrize(("confidence", "low"), [(None, False), (0.0, True), (0.499, True), (0.5, False), (1.0, False)])
def test_the_brain_is_unsure_below_a_half(confidence: float | None, low: bool) -> None:
    found = wish(question(undrawn(), confidence=confidence), LIMITS)
    assert (found.reason is Reason.LOW_CONFIDENCE, found.probability) == (low, 1.0 if low else 0.1)


def test_what_was_answered_or_is_unknown_needs_no_rules() -> None:
    assert settled(question(answered=True, known=False)) == Answer(reason=Reason.ANSWERED, probability=0)
    assert settled(question(known=False, first=True)) == Answer(reason=Reason.UNSPECIFIED, probability=0)
    assert settled(question("")) == Answer(reason=Reason.UNSPECIFIED, probability=0)
    assert settled(question(verification_failed=True)) is None


@pytest.mark.parametrize(
    ("history", "tired"),
    [
        (asked(), False),
        (asked(1.99), True),
        (asked(2), False),
        (asked(10, 20, 30, 40), False),
        (asked(10, 20, 30, 40, 50), True),
        (asked(10, 20, 30, 40, 24 * 60 - 0.01), True),
        (asked(10, 20, 30, 40, 24 * 60), False),
        (asked(10, 20, answered=False), False),
        (asked(10, 20, 30, answered=False), True),
        (asked(24 * 60 - 1, 2000, 3000, answered=False), True),
        (asked(24 * 60, 2000, 3000, answered=False), False),
        (History(now=NOW, asked_at=[NOW - 9 * MINUTE] * 3, answered=[False, False, True]), False),
        (asked(-1), True),
    ],
)
def test_fatigue_spares_from_what_is_not_always_asked(history: History, tired: bool) -> None:
    for name in (Reason.LOW_CONFIDENCE, Reason.SAMPLED, Reason.NOT_SAMPLED):
        wished = Answer(reason=name, probability=0.1)
        assert decide(wished, history, LIMITS) == (Answer(reason=Reason.FATIGUE, probability=0) if tired else wished)
    for name in ALWAYS:
        assert decide(Answer(reason=name, probability=1), history, LIMITS).reason is name


def test_nothing_passes_the_cap() -> None:
    for name in Reason:
        found = decide(Answer(reason=name, probability=1), asked(*range(5, 25)), LIMITS)
        assert found == Answer(reason=Reason.FATIGUE, probability=0)
    assert decide(Answer(reason=Reason.FIRST_OUTPUTS, probability=1), asked(*range(5, 24)), LIMITS).ask


@given(limits=limits, steps=steps)
def test_no_sequence_is_asked_too_often(
    limits: AskLimits, steps: list[tuple[int, bool, bool, float | None, bool]]
) -> None:
    now, asks = NOW, list[tuple[datetime, bool, Reason]]()
    for number, (minutes, first, failed, confidence, answers) in enumerate(steps):
        now += minutes * MINUTE
        latest = asks[::-1][: limits.remembered]
        history = History(now=now, asked_at=[each[0] for each in latest], answered=[each[1] for each in latest])
        asking = question(f"o{number}", first=first, verification_failed=failed, confidence=confidence)
        found = decide(wish(asking, limits), history, limits)
        assert found == decide(wish(asking, limits), history, limits)
        assert found.ask <= (found.probability > 0)
        if not found.ask:
            continue
        before = [moment for moment, _, _ in asks if now - moment < DAY]
        assert len(before) < limits.cap_per_day
        if found.reason not in ALWAYS:
            assert len(before) < limits.per_day
            assert not asks or now - asks[-1][0] >= limits.gap
            ignored = [not answered for _, answered, _ in asks[-limits.ignored_max :]]
            if len(ignored) == limits.ignored_max and all(ignored):
                assert len(before) < limits.per_day_ignored
        asks.append((now, answers, found.reason))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_draw_is_even_whatever_the_names(share: float) -> None:
    names = [(f"t{n % 7}", f"user {n % 211}", f"output-{n}") for n in range(20_000)]
    hits = sum(draw(*each) < share for each in names)
    spread = math.sqrt(len(names) * share * (1 - share))
    assert abs(hits - len(names) * share) < 4.5 * spread
    assert [draw(*each) for each in names[:100]] == [draw(*each) for each in names[:100]]
    assert all(0 <= draw(*each) < 1 for each in names)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_the_draw_of_one_tenant_user_or_output_says_nothing_of_another(part: int) -> None:
    names = [["t", "u", f"o{n}"] for n in range(5_000)]
    others = [[*each[:part], each[part] + "x", *each[part + 1 :]] for each in names]
    both = sum(draw(*a) < 0.5 and draw(*b) < 0.5 for a, b in zip(names, others, strict=True))
    assert abs(both - 1250) < 4.5 * math.sqrt(5_000 * 0.25 * 0.75)


@given(share=st.sampled_from([0.0, 1.0]), output=st.text())
def test_none_and_all_are_shares_too(share: float, output: str) -> None:
    found = wish(question(output), AskLimits(probability=share))
    assert (found.reason is Reason.SAMPLED, found.probability) == (share == 1, share)
