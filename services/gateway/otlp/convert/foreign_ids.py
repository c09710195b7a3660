"""Ids that spans and log records carry from other systems, such as the response id of a provider."""

from __future__ import annotations

from kit.ids import digest_id
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

OUTPUT_ID_CHARACTERS_MAX, ALIAS_CHARACTERS_MAX = 100, 1000


def output_id_of(foreign_id: str) -> str:
    """Returns the output_id of an id of another system: the id, or its digest if it is no valid output_id.

    The digest depends on the id alone, so that a span and the feedback on it have the same output_id.
    """
    has_control_characters = any(each < " " or each == "\x7f" for each in foreign_id)
    is_valid = len(foreign_id) <= OUTPUT_ID_CHARACTERS_MAX and not has_control_characters
    return foreign_id if is_valid else digest_id(foreign_id)


def set_output_id(manifest: ExecutionManifest, foreign_id: str) -> None:
    """Sets the output_id for an id of another system, and keeps an id that is no valid output_id as an alias."""
    manifest.output_id = output_id_of(foreign_id)
    if manifest.output_id != foreign_id:
        manifest.output_aliases.append(foreign_id[:ALIAS_CHARACTERS_MAX])
