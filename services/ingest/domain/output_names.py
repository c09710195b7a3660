"""Names of outputs: the keys under which aliases are stored, and ids that are derived from names."""

from __future__ import annotations

from kit.ids import digest_id

ALIAS_CHARACTERS_MAX = 100
"""Longest alias that is its own key: the longest output id."""


def alias_key(name: str) -> str:
    """Returns the key of an alias: the name, or its digest if it is long or contains control characters."""
    has_control_characters = any(each < " " or each == "\x7f" for each in name)
    return digest_id(name) if len(name) > ALIAS_CHARACTERS_MAX or has_control_characters else name


def id_of_user(output_id: str, user_id: str) -> str:
    """Returns the id of a user's output whose own id belongs to an output of another user."""
    return digest_id(output_id, user_id)
