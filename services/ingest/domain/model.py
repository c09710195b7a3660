"""Types of write requests and their results. All times are integers: microseconds since 1970-01-01 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
"""Sentiment of each signal type, in [-1, 1]. The database function `get_implicit_sentiment` holds the same table."""


class ItemOutcome(IntEnum):
    """Result of storing one item. The numbers are those of the API."""

    ACCEPTED = 1
    DUPLICATE = 2
    REPLACED = 3
    SUPERSEDED = 4
    REJECTED = 5


class FeedbackKind(StrEnum):
    """A kind of feedback that can be retracted."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    VOICE = "voice"


class WriteMethod(StrEnum):
    """RPC that received a write. Its name is stored with the response."""

    RECORD_MANIFEST = "RecordManifest"
    BATCH_RECORD_MANIFESTS = "BatchRecordManifests"
    SUBMIT_EXPLICIT_FEEDBACK = "SubmitExplicitFeedback"
    SUBMIT_IMPLICIT_SIGNAL = "SubmitImplicitSignal"
    BATCH_SUBMIT_IMPLICIT_SIGNALS = "BatchSubmitImplicitSignals"
    STREAM_SIGNALS = "StreamSignals"
    SUBMIT_VOICE_FEEDBACK = "SubmitVoiceFeedback"
    RETRACT_FEEDBACK = "RetractFeedback"
    RECORD_OUTCOME = "RecordOutcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBounds:
    """Range of the times that a request may state."""

    now_us: int
    """Time of receipt. It replaces a time that the request does not state."""
    earliest_us: int
    latest_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalColumns:
    """Implicit signals as columns of equal length, in the form of query arguments."""

    output_ids: list[str] = field(default_factory=list)
    user_ids: list[str] = field(default_factory=list)
    signal_ids: list[str] = field(default_factory=list)
    """UUIDs in any of the forms that the API accepts."""
    times_us: list[int] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    sentiments: list[float] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)
    """Details as JSON text; None without details."""

    def __len__(self) -> int:
        """Returns the number of signals."""
        return len(self.signal_ids)

    def extend(self, other: SignalColumns) -> None:
        """Appends the columns of another object."""
        self.output_ids.extend(other.output_ids)
        self.user_ids.extend(other.user_ids)
        self.signal_ids.extend(other.signal_ids)
        self.times_us.extend(other.times_us)
        self.types.extend(other.types)
        self.sentiments.extend(other.sentiments)
        self.values.extend(other.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Explicit feedback of one user on one output. Two equal votes count as one vote that was sent twice."""

    output_id: str
    user_id: str
    rating: int
    """-1, 0 or 1."""
    categories: tuple[str, ...]
    comment: str
    comment_language: str
    """ISO 639-1 code; empty if unknown."""
    source: str
    user_agent: str
    time_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAlias:
    """Another name of a model."""

    alias: str
    model: str
    version: str
    """Empty if the alias states none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The execution manifest of one output."""

    output_id: str
    conversation_id: str
    created_us: int
    fingerprint: bytes
    """Digest of the manifest as the client sent it."""
    language: str
    """Language of the prompt as an ISO 639-1 code; empty if unknown."""
    row: Mapping[str, object]
    """Columns of the row by name, with values that JSON can represent."""
    requested_models: Mapping[str, str] = field(default_factory=dict)
    """Name under which a model was requested, by name of the model that answered, where they differ."""
    model_aliases: Sequence[ModelAlias] = ()
    """Aliases of models that follow from the manifest."""
    output_aliases: Sequence[str] = ()
    """Other names of the output."""
    user_aliases: Sequence[tuple[str, str]] = ()
    """Names of the output in feedback of one user, each with the user."""
    is_id_foreign: bool = False
    """Whether the output id comes from another system and may belong to outputs of several users."""

    @property
    def user_id(self) -> str:
        """Returns the user that the output was made for; may be empty."""
        return str(self.row["user_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A voice comment. Its audio is stored in the object store."""

    voice_id: UUID
    """Derived from the request and its content: a repeat of the request has the same identifier."""
    output_id: str
    user_id: str
    source: str
    created_us: int
    """Time of the comment as the client states it."""
    audio_key: str
    audio_format: str
    audio_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """Retraction of the feedback of one user on one output with a time up to and including `until_us`."""

    output_id: str
    user_id: str
    kinds: frozenset[FeedbackKind]
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOutcome:
    """The outcome of an output's call, and values that complete its manifest."""

    output_id: str
    values: Mapping[str, str | float | None]
    """Columns of the row by name. None for a value that is not stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeResult:
    """Result of storing an outcome."""

    outcome: ItemOutcome
    """REJECTED if it contradicts what is stored."""
    contradicted: Sequence[str] = ()
    """Columns whose stored values differ."""
    superseded: Sequence[str] = ()
    """Columns of which the manifest states a different value, which counts."""
    is_manifest_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestResult:
    """Result of storing one manifest."""

    outcome: ItemOutcome
    """REJECTED if a different manifest of the same output is stored."""
    created_us: int
    """Creation time of the stored manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractionResult:
    """Feedback that a retraction newly retracted."""

    is_explicit_retracted: bool
    signals: int
    """Number of signals."""
    voice: int
    """Number of voice comments."""


@dataclass(slots=True, kw_only=True)
class WriteResult:
    """Results of the items of a write."""

    duplicate_signals: frozenset[int] = frozenset()
    """Positions of the signals that were already stored."""
    votes: Sequence[ItemOutcome] = ()
    manifests: Sequence[ManifestResult] = ()
    is_manifest_known: bool = False
    """Whether the output of the first vote has a manifest. Set only if `Write.needs_manifest_lookup` is set."""
    retraction: RetractionResult | None = None
    outcome: OutcomeResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write request. Its items are stored in one transaction, all or none."""

    tenant_id: str
    request_id: UUID
    stated_id: str
    """`request_id` as the client wrote it."""
    method: WriteMethod
    fingerprint: bytes
    """Digest of the whole request. A request with the same identifier and another digest is not a repeat."""
    id_field: str = "request_id"
    """Path of the field that carried `request_id`, for error messages."""
    manifests: Sequence[Manifest] = ()
    votes: Sequence[Vote] = ()
    signals: SignalColumns = field(default_factory=SignalColumns)
    recording: Recording | None = None
    retraction: Retraction | None = None
    outcome: StatedOutcome | None = None
    needs_manifest_lookup: bool = False
    """Whether `WriteResult.is_manifest_known` is needed."""

    @property
    def users(self) -> frozenset[str]:
        """Returns the users whose data the write stores; the empty user of a manifest is left out."""
        users = {vote.user_id for vote in self.votes} | {manifest.user_id for manifest in self.manifests}
        users.update(self.signals.user_ids)
        if self.recording is not None:
            users.add(self.recording.user_id)
        if self.retraction is not None:
            users.add(self.retraction.user_id)
        return frozenset(users - {""})

    @property
    def item_count(self) -> int:
        """Returns the number of items, at least 1."""
        return len(self.manifests) + len(self.votes) + len(self.signals) or 1
