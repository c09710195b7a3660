"""What is doubtful is called doubtful."""

from __future__ import annotations

from voice.engine.availability import why_off
from voice.engine.quality import Attempt, Quality, confidence, doubt, over_windows


def test_plain_speech_is_trusted() -> None:
    quality = Quality(0.95, -0.2, 1.1)
    assert 0.7 < confidence(quality) < 0.9
    assert doubt(quality, [], 0.3) == ""


def test_a_wrong_language_that_sounds_sure_is_caught() -> None:
    quality = Quality(0.74, -1.44, 1.2)
    assert confidence(quality) < 0.2
    assert "unlikely" in doubt(quality, [], 0.3)


def test_a_loop_is_caught_however_sure_the_model_is() -> None:
    attempt = Attempt("Thank you. " * 40, -0.05, 0.0)
    assert not attempt.good
    quality = over_windows([attempt], [3000], 0.99)
    assert confidence(quality) < 0.1
    assert "repeats" in doubt(quality, [], 0.3)
    assert "translation" in doubt(Quality(0.9, -0.2, 1.1), [attempt], 0.3)


def test_confidence_stays_between_zero_and_one() -> None:
    assert confidence(Quality(1.0, 0.5, 0.0)) == 1.0
    assert confidence(Quality(0.0, -9.0, 30.0)) == 0.0


def test_windows_weigh_as_much_as_they_are_long() -> None:
    quality = over_windows([Attempt("a", -0.1, 0), Attempt("b", -0.7, 0)], [3000, 1000], 0.9)
    assert abs(quality.avg_logprob + 0.25) < 1e-9


def test_voice_is_on_where_its_extra_is_installed() -> None:
    assert why_off() == ""
