"""Confidence in transcripts, and reasons for doubt."""

from __future__ import annotations

from voice.engine.availability import unavailable_reason
from voice.engine.quality import Hypothesis, Quality, confidence, doubt, over_windows, without_loops


def test_confidence_of_clear_speech_is_high_without_doubt() -> None:
    quality = Quality(0.95, -0.2, 1.1)
    assert 0.7 < confidence(quality) < 0.9
    assert doubt(quality, [], 0.3) == ""


def test_confidence_with_wrong_language_is_low_with_doubt() -> None:
    quality = Quality(0.74, -1.44, 1.2)
    assert confidence(quality) < 0.2
    assert "unlikely" in doubt(quality, [], 0.3)


def test_confidence_of_repeated_text_with_high_probability_is_low_with_doubt() -> None:
    hypothesis = Hypothesis("Thank you. " * 40, -0.05, 0.0)
    assert not hypothesis.is_acceptable
    quality = over_windows([hypothesis], [3000], 0.99)
    assert confidence(quality) < 0.1
    assert "repeats" in doubt(quality, [], 0.3)
    assert "translation" in doubt(Quality(0.9, -0.2, 1.1), [hypothesis], 0.3)


def test_confidence_of_extreme_values_stays_between_zero_and_one() -> None:
    assert confidence(Quality(1.0, 0.5, 0.0)) == 1.0
    assert confidence(Quality(0.0, -9.0, 30.0)) == 0.0


def test_quality_over_windows_weights_them_by_length() -> None:
    quality = over_windows([Hypothesis("a", -0.1, 0), Hypothesis("b", -0.7, 0)], [3000, 1000], 0.9)
    assert abs(quality.avg_logprob + 0.25) < 1e-9


def test_unavailable_reason_with_extra_installed_is_empty() -> None:
    assert unavailable_reason() == ""


def test_without_loops_cuts_loop_to_one_occurrence() -> None:
    assert (
        without_loops("We want to understand, to understand, to understand, to understand") == "We want to understand"
    )
    assert without_loops("no no no no no no no") == "no"
    assert (
        without_loops("ありがとうございますありがとうございますありがとうございますありがとうございます")
        == "ありがとうございます"
    )


def test_without_loops_keeps_speech_that_repeats_words() -> None:
    for text in (
        "It is very, very, very good.",
        "New York, New York",
        "ha ha ha",
        "はい、はい、はい",
        "哈哈哈哈",
        "1 2 3",
    ):
        assert without_loops(text) == text


def test_hypothesis_with_short_loop_is_not_acceptable_and_lowers_confidence() -> None:
    hypothesis = Hypothesis("He began to understand, to understand, to understand, to understand.", -0.1, 0.0)
    assert hypothesis.compression < 2.4
    assert not hypothesis.is_acceptable
    quality = over_windows([hypothesis], [3000], 1.0)
    assert confidence(quality) <= 0.5
    assert "repeats itself" in doubt(quality, [], 0.3)
