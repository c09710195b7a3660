"""Finds the rating that a text states in numbers or stars, such as "8 out of 10", "cinco de diez" or four stars."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.text.ratings.numbers import HALF_WORDS, NUMBER, folded, value_of

STARS_MAX = 5.0
SCALES = (STARS_MAX, 10.0, 20.0, 100.0)
"""Highest values of accepted scales."""
EMPHASIS_MAX = 2.0
"""Largest value, as a multiple of the scale, that counts as its highest value, such as 11 out of 10."""
CONTEXT_CHARACTERS = 40
"""Length of the text before a number in which words of rating and negations are searched."""

_SCHOOL_CUES = (
    r"doy|pongo|pondría|daría|nota|puntuación|calificación|valoración|do|darei|voto|punteggio|dou|daria|avaliação|geef|"
    r"gaf|cijfer"
)
"""Words of rating in languages whose schools grade from 0 or 1 to 10, so that a bare number has that scale."""
_CUES = (
    rf"{_SCHOOL_CUES}|rate|rating|rated|score|scored|give|gave|grade|mark|puntaje|donne|donnerais|mets|mettrais|note|"
    r"notation|gebe|geb|gäbe|vergebe|bewerte|bewertung|valutazione|avalio|beoordeling|daję|dałbym|dałabym|ocena|"
    r"oceniam|ставлю|поставлю|оценка|даю|أعطي|أعطيه|تقييم|تقييمي|रेटिंग|puan|veriyorum|評価は|点数は"
)
_NEGATIONS = r"not|isn[’']t|wasn[’']t|hardly|never|no|pas|kein|keine|nicht|non|não|niet|geen|nie|не|ليس|नहीं|değil"
_STARS = (
    r"stars?|estrellas?|étoiles?|sternen?|stern|stell[ae]|estrelas?|sterren|ster|gwiazdk[aię]|gwiazdek|зв[её]зд[аыу]?|"
    r"نجوم|نجمات|نجمة|सितारे|सितारा|स्टार|yıldız"
)
_POINTS = r"points?|puntos?|pontos?|punkten?|punkt|punt[io]|punten|punkt(?:ów|y)|балл(?:ов|а)?|نقاط|अंक|puan"
_UNIT = rf"(?:[\s-]*(?:{_STARS}|{_POINTS})(?!\w))?"
_OF = r"(?:out of|over|of|sobre|de|sur|von|aus|su|em|op|van de|van|uit|na|из|من|auf)"
_FOLLOWERS = (
    r"for|but|because|and|would|from|to|easily|overall|though|if|since|so|just|on|with|por|pero|porque|y|para|pour|mais|"
    r"parce|car|et|sans|für|aber|weil|und|würde|da|mit|leider|per|ma|perché|e|mas|pela|pelo|voor|maar|omdat|want|en|za|"
    r"ale|bo|i|dla|за|но|потому|и|لأن|لكن|क्योंकि|लेकिन"
)
"""Words that may follow a rating. Other words follow a quantity, such as facts in "8 out of 10 facts"."""
_CUE = re.compile(rf"(?<!\w)(?:{_CUES})(?!\w)[^.!?。]*$")
_NEGATION = re.compile(rf"(?<!\w)(?:{_NEGATIONS})(?!\w)[^.,;:!?。、]{{0,16}}$")
_END = re.compile(rf"\s*(?:$|[^\w\s'’%/-]|[-–—]\s|(?:{_FOLLOWERS})(?!\w))")
_DATE = re.compile(r"(?:[/\d-]|(?<!\w)(?:on|el|am|le|il|em|no dia|op|dnia|since|until|del|vom|bis|due|by)\s*)$")
_PLACE = re.compile(r"h[oô]tel|отель|فندق|होटल|ホテル|호텔|酒店|resort|restaura|ristorante|ресторан|general")
_N, _M = f"(?P<n>{NUMBER})", f"(?P<m>{NUMBER})"
_BARE = rf"(?!(?:an?|un|una|uno|ein|eine|einen|een|um|uma)\s+\w){_N}"
"""A number that is not an article before another word."""
_START, _STOP = r"(?:^|(?<=[。,、!:\s]))", r"(?=$|[。,、!.])"


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of stating a rating. The groups of the pattern are n, the value, and m, the highest value."""

    pattern: re.Pattern[str]
    scale: float = 0.0
    """Highest value of forms without the group m; 0 is 10 for values up to 10 and 100 for greater ones."""
    is_checked: bool = False
    """Whether the words around it must show that it is a rating and not a quantity."""
    value_min: float = 0.0
    """Smallest value, except 0, for which the scale is clear."""


_FORMS = (
    _Form(re.compile(rf"{_M}点(?:満点)?(?:中|で|なら|のうち|だと|として)[、,はの ]*{_N}点")),
    _Form(re.compile(rf"{_M}点満点[、,はの ]*{_N}点")),
    _Form(re.compile(rf"{_M}점\s*만점(?:에서?|중에?|으로)?\s*{_N}\s*점")),
    _Form(re.compile(rf"[满滿満]分\s*{_M}分?[^\d。!?]{{0,8}}?{_N}分")),
    _Form(re.compile(rf"{_M}分?(?:[满滿満]分|制)[^\d。!?]{{0,8}}?{_N}分")),
    _Form(re.compile(rf"{_N}分\s*\(\s*[满滿満]分\s*{_M}分?\s*\)")),
    _Form(re.compile(rf"(?:打|给|评)(?:了|你|它|个|出)?\s*{_N}分(?![钟之])")),
    _Form(re.compile(rf"{_START}{_N}分{_STOP}")),
    _Form(re.compile(rf"{_START}{_N}点(?:です|かな|だ|だね|ですね)?{_STOP}")),
    _Form(re.compile(r"(?:百|十|100|10)?点?満点|(?:一百|十|100|10)?分?[满滿満]分|만점")),
    _Form(re.compile(rf"星\s*{_N}(?:つ|個|こ)?(?![\d年月日])"), STARS_MAX),
    _Form(re.compile(rf"{_N}\s*(?:つ|個の|颗|顆|个)星"), STARS_MAX),
    _Form(re.compile(rf"(?:打|给)(?:了|你|它|个)?\s*{_N}星"), STARS_MAX),
    _Form(re.compile(rf"{_N}星级?(?:好评|差评|推荐)|{_START}(?P<n2>{NUMBER})星{_STOP}"), STARS_MAX),
    _Form(re.compile(rf"별점?\s*{_N}\s*[개점]"), STARS_MAX),
    _Form(re.compile(rf"{_M}\s*(?:में से|üzerinden)\s*{_N}")),
    _Form(re.compile(rf"{_N}{_UNIT}\s*{_OF}\s+{_M}{_UNIT}"), is_checked=True),
    _Form(re.compile(rf"{_N}\s*/\s*{_M}{_UNIT}"), is_checked=True),
    _Form(re.compile(rf"{_N}[\s-]*(?:{_STARS})(?P<half>{HALF_WORDS})?(?!\w)"), STARS_MAX, is_checked=True),
    _Form(re.compile(rf"نجمة (?P<n>{NUMBER})"), STARS_MAX, is_checked=True),
    _Form(re.compile(rf"{_N}\s*[★⭐🌟]|[★⭐🌟]\s*(?P<n2>{NUMBER})"), STARS_MAX),
    _Form(re.compile(rf"(?<!\w)(?:{_CUES})(?!\w)[^\d.!?]{{0,24}}?{_N}\s*%()"), 100.0),
    _Form(re.compile(rf"(?<!\w)(?:{_SCHOOL_CUES})(?!\w)(?:\W+[^\W\d]+){{0,3}}?\W+{_BARE}{_UNIT}"), is_checked=True),
    _Form(re.compile(rf"(?<!\w)(?:{_CUES})(?!\w)(?:\W+[^\W\d]+){{0,3}}?\W+{_BARE}{_UNIT}"), 0.0, True, 6.5),
    _Form(re.compile(rf"^\W*(?:a|an|een|un|um|una|uma)\s+(?:[^\W\d]+\s+)?{_N}(?=\W*$)"), 10.0, False, 5.5),
)
_ROW_OF_STARS = re.compile(r"([★⭐🌟]+)([☆✩]*)")


def stated_rating(text: str) -> float | None:
    """Returns the last rating that a text states, in [-1, 1]; None without one.

    5 stars and 10 of 10 give 1. Stars n of 5 give (n - 3) / 2, other scales 2 n / max - 1. Numbers that count things,
    dates and negated ratings are no ratings.
    """
    rest = folded(text)
    found = list[tuple[int, float]]()
    for stars in _ROW_OF_STARS.finditer(rest):
        count, total = len(stars[1]), len(stars[1] + stars[2])
        if (total in (5, 10) and total > 1) or (count > 1 and not stars[2]):
            found.append((stars.start(), _scaled(count, max(STARS_MAX, total))))
            rest = _masked(rest, stars)
    for form in _FORMS:
        for match in form.pattern.finditer(rest):
            value = _value(form, match)
            if value is not None and not _is_excluded(form, match, rest):
                found.append((match.start(), value))
            rest = _masked(rest, match)
    return max(found)[1] if found else None


def _masked(text: str, match: re.Match[str]) -> str:
    """Returns the text with the match replaced by marks of the same length, which no further form matches."""
    return text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]


def _value(form: _Form, match: re.Match[str]) -> float | None:
    """Returns the value in [-1, 1]; None for a scale that is not accepted."""
    groups = match.groupdict()
    number = groups.get("n") or groups.get("n2")
    if number is None:
        return 1.0  # the highest value without a number
    value = value_of(number) + (0.5 if groups.get("half") else 0.0)
    if value and value < form.value_min:
        return None
    scale = value_of(groups["m"]) if groups.get("m") else form.scale or (10.0 if value <= 10 else 100.0)
    if scale not in SCALES or value > EMPHASIS_MAX * scale:
        return None
    return _scaled(value, scale)


def _scaled(value: float, scale: float) -> float:
    scaled = (value - 3) / 2 if scale == STARS_MAX else 2 * value / scale - 1
    return max(-1.0, min(1.0, scaled))


def _is_excluded(form: _Form, match: re.Match[str], text: str) -> bool:
    """Returns whether the text around a match shows that it is a negated rating, a quantity, a date or a place."""
    before, after = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()], text[match.end() :]
    if _NEGATION.search(before) or (form.scale == STARS_MAX and _PLACE.search(before + after[:CONTEXT_CHARACTERS])):
        return True
    if "/" in match[0] and (_DATE.search(before) or after[:1] == "/"):
        return True
    return form.is_checked and not (_END.match(after) or _CUE.search(before))
