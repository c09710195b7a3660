"""Sentiment of emoji."""

from __future__ import annotations

import re

_SENTIMENTS = {
    1.0: "💯❤♥🧡💛💚💙💜🤍🖤💕💖💗💓💞💝😍🥰🤩🏆🥇",
    0.9: "👍👏🎉🙌🥳😘💪🤗🎊",
    0.8: "👌😀😃😄😁😆😊☺😎🙂😇🤘✨🔥✅✔🆗🫶",
    0.6: "🙏😌😉😋",
    -0.5: "😕🙁☹😐😑😒🥱😴🤨😟😬",
    -0.7: "🙄🤦😞😔😣😖😫😩😢😭😓😤💔❌✖🚫⛔🗑",
    -0.9: "👎😡😠🤬🤮🤢💩🖕😾",
}
SENTIMENTS = {emoji: value for value, group in _SENTIMENTS.items() for emoji in group}
"""Sentiment of one emoji in [-1, 1]. Emoji without a clear meaning, such as laughter, are left out."""
_ANY = re.compile("[" + "".join(SENTIMENTS) + "]")


def emoji_sentiment(text: str) -> float | None:
    """Returns the mean sentiment of the distinct emoji of a text, in [-1, 1]; None without a known emoji."""
    found = set(_ANY.findall(text))
    return sum(SENTIMENTS[each] for each in found) / len(found) if found else None
