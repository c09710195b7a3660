"""Ids that spans and log records carry from other systems, such as the response id of a provider."""

from __future__ import annotations

from kit.ids import digest_id

OUTPUT_ID_CHARACTERS_MAX = 100


def output_id_of(foreign_id: str) -> str:
    """Returns the output_id of an id of another system: the id, or its digest if it is no valid output_id.

    The digest depends on the id alone, so that a span and the feedback on it have the same output_id.
    """
    has_control_characters = any(each < " " or each == "\x7f" for each in foreign_id)
    is_valid = len(foreign_id) <= OUTPUT_ID_CHARACTERS_MAX and not has_control_characters
    return foreign_id if is_valid else digest_id(foreign_id)
