"""Sentences in several scripts, and passages of limited length."""

import pytest

from voice.text.sentences import passages, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good. Fast, too! Why 3.5 stars?", ["Good.", "Fast, too!", "Why 3.5 stars?"]),
        ("很好。就是太慢！", ["很好。", "就是太慢！"]),
        ("अच्छा है। पर धीमा है।", ["अच्छा है।", "पर धीमा है।"]),
        ("هل هذا صحيح؟ لا.", ["هل هذا صحيح؟", "لا."]),
        ("one\n\ntwo", ["one", "two"]),
        ("  ", []),
    ],
)
def test_sentences_of_several_scripts_are_split(text: str, expected: list[str]) -> None:
    assert sentences(text, 100) == expected


@pytest.mark.parametrize("text", ["word " * 500, "字" * 2500, "a" * 301 + " b"])
def test_sentences_of_long_text_keep_limit_and_all_characters(text: str) -> None:
    parts = sentences(text, 300)
    assert max(map(len, parts)) <= 300
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize("count", [0, 1, 16, 17, 100])
def test_passages_of_any_number_of_sentences_keep_limit_and_all_sentences(count: int) -> None:
    parts = passages(" ".join(f"Sentence {number}." for number in range(count)), 16, 300)
    assert len(parts) <= 16
    assert " ".join(parts).count("Sentence") == count
