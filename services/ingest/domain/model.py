"""The nouns of intake. No I/O; all times are microseconds since 1970 in UTC, as integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from uuid import UUID

SENTIMENTS: Mapping[str, float] = {
    "favorite_added": 0.9,
    "share_response": 0.9,
    "copy_response": 0.7,
    "export_response": 0.6,
    "continue_conversation": 0.3,
    "scroll_to_end": 0.2,
    "response_time_short": 0.2,
    "edit_and_resend": 0.0,
    "response_time_long": 0.0,
    "abandon_conversation": -0.3,
    "scroll_bounce": -0.4,
    "manual_model_switch": -0.6,
    "abandon_mid_response": -0.7,
    "regenerate": -0.8,
    "report_content": -1.0,
}
"""Sentiment of each signal type, in [-1, 1]; the database holds the same table."""


class Outcome(IntEnum):
    """What became of one item; numbered as in the API."""

    ACCEPTED = 1
    DUPLICATE = 2
    REPLACED = 3
    SUPERSEDED = 4
    REJECTED = 5


class Kind(StrEnum):
    """A kind of feedback that can be withdrawn."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What times a request may state, as of its receipt."""

    now_us: int
    """Time of receipt; stands in for a time that is not stated."""
    earliest_us: int
    latest_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Implicit signals as columns of equal length, as they go to the database."""

    outputs: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    times_us: list[int] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    sentiments: list[float] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)
    """Details as JSON text."""

    def __len__(self) -> int:
        """Counts the signals."""
        return len(self.ids)

    def extend(self, others: Signals) -> None:
        """Appends the other columns."""
        self.outputs.extend(others.outputs)
        self.users.extend(others.users)
        self.ids.extend(others.ids)
        self.times_us.extend(others.times_us)
        self.types.extend(others.types)
        self.sentiments.extend(others.sentiments)
        self.values.extend(others.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Explicit feedback of one user on one output. Of several the greatest (time, request) stands."""

    output_id: str
    user_id: str
    rating: int
    """-1, 0 or 1."""
    categories: tuple[str, ...]
    comment: str
    comment_language: str
    """ISO 639-1; empty when unknown."""
    source: str
    user_agent: str
    time_us: int

    def says_the_same(self, other: Vote) -> bool:
        """Tells whether both are one act of the user, sent twice."""
        return self == other


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The provenance of one output."""

    output_id: str
    conversation_id: str
    created_us: int
    fingerprint: bytes
    """Digest of all that the sender stated."""
    language: str
    """Of the prompt, ISO 639-1; empty when unknown."""
    row: Mapping[str, object]
    """Columns of the stored row that JSON can hold, by name."""

    @property
    def user_id(self) -> str:
        """Returns whom the output was made for; may be empty."""
        return str(self.row["user_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A spoken comment whose audio is kept beside the database."""

    voice_id: UUID
    """Follows from the request and all that it holds: the same comment sent again has the same one."""
    output_id: str
    user_id: str
    source: str
    created_us: int
    """When the user spoke."""
    audio_key: str
    audio_format: str
    audio_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """Withdraws feedback of one user on one output, up to and including a time."""

    output_id: str
    user_id: str
    kinds: frozenset[Kind]
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestVerdict:
    """What became of a manifest."""

    outcome: Outcome
    """Rejected when another manifest of that output is known."""
    created_us: int
    """Time that sets the age of the output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted:
    """What a retraction withdrew."""

    explicit: bool
    signals: int
    voice: int


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What became of the items of a write."""

    duplicates: frozenset[int] = frozenset()
    """Positions of the signals that were known before."""
    votes: Sequence[Outcome] = ()
    manifests: Sequence[ManifestVerdict] = ()
    manifest_known: bool = False
    """Whether the output voted on has a manifest; set only when the write asks for it."""
    retracted: Retracted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One request to store something: all of it is committed together, or none."""

    tenant_id: str
    request_id: UUID
    method: str
    fingerprint: bytes
    """Digest of the whole request, to tell a repeat from another request under the same identifier."""
    answer: Callable[[Verdict], bytes]
    """Makes the answer that is stored for repeats. Raises RadiantError when nothing of the write was stored."""
    id_field: str = "request_id"
    """Name of the field that carried `request_id`."""
    manifests: Sequence[Manifest] = ()
    votes: Sequence[Vote] = ()
    signals: Signals = field(default_factory=Signals)
    recording: Recording | None = None
    retraction: Retraction | None = None
    asks_manifest: bool = False
    """Whether the verdict shall tell if the manifest of the first vote is known."""

    @property
    def users(self) -> frozenset[str]:
        """Users of whom something is stored; a manifest without a user is nobody's."""
        named = {vote.user_id for vote in self.votes} | {manifest.user_id for manifest in self.manifests}
        named.update(self.signals.users)
        if self.recording is not None:
            named.add(self.recording.user_id)
        if self.retraction is not None:
            named.add(self.retraction.user_id)
        return frozenset(named - {""})

    @property
    def weight(self) -> int:
        """Number of items; at least 1."""
        return len(self.manifests) + len(self.votes) + len(self.signals) or 1
