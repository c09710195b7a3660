"""Names of outputs: the keys under which aliases are stored, and ids that are derived from names."""

from __future__ import annotations

import re

from kit.ids import digest_id

ALIAS_CHARACTERS_MAX = 100
"""Longest alias that is its own key: the longest output id."""
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


def alias_key(name: str) -> str:
    """Returns the key of an alias: the name, or its digest if it is long or contains control characters."""
    if len(name) <= ALIAS_CHARACTERS_MAX and not _CONTROL_CHARACTER.search(name):
        return name
    return digest_id(name)


def id_of_user(output_id: str, user_id: str) -> str:
    """Returns the id of a user's output whose own id belongs to an output of another user."""
    return digest_id(output_id, user_id)
