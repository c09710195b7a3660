"""User keys: the normalised form of user ids. Everything that is stored or computed about a user works on the key.

The key of a user id is, in this order:

1. the Unicode normalisation NFKC,
2. without invisible characters (INVISIBLE),
3. NFKC again, because removed characters may have separated letters and their accents,
4. without BLANKS at both ends.

Keys that differ in case are different users, because the ids of many systems are case-sensitive. They share one hourly
limit of submissions (`limit_key`). `cases.json` contains test vectors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import chain, repeat

BLANKS = " \u1680"
"""Blanks after NFKC, which maps most other blanks to a space."""
INVISIBLE = (
    (0x80, 0x9F),  # control characters of ISO 8859
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero-width characters
    (0x2028, 0x202E),  # separators of lines and paragraphs, control of the writing direction
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D159, 0x1D159),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags, further variation selectors
)
"""First and last code points: the property Default_Ignorable_Code_Point, C1 controls and characters without a glyph.

The ranges do not depend on the version of Unicode in Python, PostgreSQL and JavaScript. NFKC depends on it for
characters that one of them does not support yet. The ASCII control characters, tabs and line breaks among them, are
kept: the services refuse an id that contains one.
"""
CHARACTERS_MAX = 200
"""Longest user id. A longer text is returned as it is, and the services refuse it: NFKC can take quadratic time."""
EXPANDED = (range(0xA0, 0x3400), range(0xF900, 0xFFF0), range(0x1D100, 0x1F300))
"""Code points with all characters that NFKC replaces by several."""
EXPANSION_MAX = 18
"""Largest number of characters that NFKC replaces one by: U+FDFA."""
_UNPRINTABLE = frozenset({"Cc", "Cf"})
"""Categories of control and format characters."""
_INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE) + "]+")


def user_key(user_id: str) -> str:
    """Returns the key of a user id; empty when the id has no visible character. The key of a key is the key.

    NFKC of a long id of expanded characters can cost more than 100 us. If the key would be longer than CHARACTERS_MAX,
    its characters are replaced one by one, which is as long: the services refuse both.
    """
    if len(user_id) > CHARACTERS_MAX:
        return user_id
    if user_id.isascii():
        return user_id.strip(BLANKS)
    if len(user_id) * EXPANSION_MAX > CHARACTERS_MAX and _length_min(user_id) > CHARACTERS_MAX:
        return "".join(map(_expansions()[0].get, user_id, user_id))
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", user_id))
    return unicodedata.normalize("NFKC", visible).strip(BLANKS)


def is_blank(text: str) -> bool:
    """Returns whether a text has no visible character: only white space, control and invisible characters."""
    if "!" <= text[:1] <= "~":
        return False
    return all(each.isspace() or unicodedata.category(each) in _UNPRINTABLE or _INVISIBLE.match(each) for each in text)


def limit_key(key: str) -> str:
    """Returns the name under which the submissions of a user are counted; keys that differ in case share it."""
    return key.lower() if key.isascii() else unicodedata.normalize("NFKC", key.casefold())


def _length_min(user_id: str) -> int:
    """Returns a lower bound of the length of a key: the characters that replace the expanded characters of the id."""
    return sum(map(_expansions()[1].get, user_id, repeat(0)))


@cache
def _expansions() -> tuple[Mapping[str, str], Mapping[str, int]]:
    """Returns the NFKC of each expanded character, and how many characters of it remain in a key in any case."""
    pieces: dict[str, str] = {}
    accents: set[str] = set()
    for character in map(chr, chain(*EXPANDED)):
        piece = unicodedata.normalize("NFKC", character)
        if len(piece) > 1:
            pieces[character] = piece
        else:
            accents.update(unicodedata.normalize("NFD", piece)[1:])  # composed with a character before them
    visible = {character: _INVISIBLE.sub("", piece).strip(BLANKS) for character, piece in pieces.items()}
    return pieces, {character: sum(each not in accents for each in piece) for character, piece in visible.items()}
