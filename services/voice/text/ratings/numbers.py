"""Numbers in digits and in the words of fourteen languages, as a regular expression and as values."""

from __future__ import annotations

import re
import unicodedata

WORDS = {
    0: "zero|none|cero|zéro|null|nul|ноль|нуль|صفر|शून्य|零|〇|영",
    1: "one|un|una|uno|une|ein|eine|einen|einer|um|uma|een|één|jeden|jedna|jedną|jedno|"
    "один|одна|одну|واحد|واحدة|एक|一|하나|한|일",
    2: "two|dos|deux|zwei|zwo|due|dois|duas|twee|dwa|dwie|два|две|двух|اثنان|اثنين|दो|二|两|兩|둘|두|이",
    3: "three|tres|trois|drei|tre|três|drie|trzy|три|трёх|ثلاثة|ثلاث|तीन|三|셋|세|삼",
    4: "four|cuatro|quatre|vier|quattro|quatro|cztery|четыре|أربعة|أربع|चार|四|넷|네|사",
    5: "five|cinco|cinq|fünf|cinque|vijf|pięć|пять|пяти|خمسة|خمس|पाँच|पांच|五|다섯|오",
    6: "six|seis|sechs|sei|zes|sześć|шесть|ستة|ست|छह|छः|六|여섯|육",
    7: "seven|siete|sept|sieben|sette|sete|zeven|siedem|семь|سبعة|سبع|सात|七|일곱|칠",
    8: "eight|ocho|huit|acht|otto|oito|osiem|восемь|ثمانية|ثماني|आठ|八|여덟|팔",
    9: "nine|nueve|neuf|neun|nove|negen|dziewięć|девять|تسعة|تسع|नौ|九|아홉|구",
    10: "ten|diez|dix|zehn|dieci|dez|tien|dziesięć|десять|десяти|عشرة|عشر|दस|十|열|십",
    20: "twenty|veinte|vingt|zwanzig|venti|vinte|twintig|dwadzieścia|двадцать|двадцати|عشرين|बीस|二十|이십",
    100: "hundred|a hundred|one hundred|cien|cent|hundert|einhundert|cento|cem|honderd|sto|сто|ста|مئة|सौ|百|一百|백",
}
HALF_WORDS = r" and a half| y medi[ao]| et demie?| e mezz[ao]| e mei[ao]| en een half| i pół| с половиной|半"
"""Words after a number that add a half."""

VALUES = {word: float(number) for number, words in WORDS.items() for word in words.split("|")}
_GERMAN = ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_DUTCH = ("", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")
VALUES |= {f"{word}einhalb": number + 0.5 for number, word in enumerate(_GERMAN) if word}
VALUES |= {
    f"{word}{infix}half": number + 0.5
    for number, word in enumerate(_DUTCH)
    for infix in ("en", "eneen", "ën", "ëneen")
    if word
}

_UNSPACED = {word for word in VALUES if word[0] > "\u2e7f"}
_CJK = "".join(sorted(word for word in _UNSPACED if len(word) == 1))
_KOREAN = "|".join(sorted((word for word in _UNSPACED if len(word) > 1 and word[0] > "\uabff"), key=len, reverse=True))
_TENS = "[一二两三四五六七八九]十[一二三四五六七八九]?|十[一二三四五六七八九]"
_SPACED = "|".join(sorted((word for word in VALUES if word not in _UNSPACED), key=len, reverse=True))
NUMBER = (
    rf"(?:(?<![\d.,])\d{{1,3}}(?:[.,]\d)?(?![\d])(?:{HALF_WORDS})?"
    rf"|(?:{_TENS}|一百|{_KOREAN}|[{_CJK}])半?|(?<!\w)(?:{_SPACED})(?!\w)(?:{HALF_WORDS})?)"
)
"""Matches a number in folded text. A number in words is a whole word in scripts with spaces."""

_HALF = re.compile(rf"(?:{HALF_WORDS})$")


def value_of(number: str) -> float:
    """Returns the value of a match of NUMBER."""
    stem = _HALF.sub("", number)
    half = 0.5 if stem != number else 0.0
    if stem in VALUES:
        return VALUES[stem] + half
    if "十" in stem:
        tens, _, ones = stem.partition("十")
        return 10 * VALUES.get(tens, 1.0) + VALUES.get(ones, 0.0) + half
    return float(stem.replace(",", ".")) + half


def folded(text: str) -> str:
    """Returns the text in lower case with compatible forms of characters and ASCII digits, for the patterns."""
    halves = re.sub(r"(?<=\d)\s?½", ".5", text).replace("\ufe0f", "")  # NFKC would turn 4½ into 41/2
    plain = unicodedata.normalize("NFKC", halves).lower()
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in plain)
