"""A random world of outputs and feedback, told to the service, and what stands of it by a plain reading."""

from __future__ import annotations

import asyncio
import random
import statistics
from dataclasses import dataclass, field
from typing import Any

from ingest.api.convert.enums import SIGNALS
from ingest.domain.model import SENTIMENTS
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import BEGIN, TENANT, Serving, at, batch, manifest, name, rows, signal, thumb

DAY = 86_400
USERS = "abcd"
SPOKEN = (
    "INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format,"
    " source, status, sentiment) VALUES ($1, $2, $3, gen_random_uuid(), to_timestamp($4), 'k', 'wav', 'api', $5, $6)"
)


@dataclass
class Unit:
    """What one user said of one output, each with its time, and until when it was withdrawn."""

    votes: list[tuple[float, int, tuple[int, ...], str]] = field(default_factory=list)
    """Time, rating -1, 0 or 1, categories, comment."""
    signals: list[tuple[float, int]] = field(default_factory=list)
    voice: list[tuple[float, float | None]] = field(default_factory=list)
    """Time and sentiment, None where it was not heard."""
    until: dict[int, float] = field(default_factory=dict)
    """By kind."""

    def stands(self, kind: int, moment: float) -> bool:
        """Tells whether something of that time was not withdrawn."""
        return moment > self.until.get(kind, -1.0)

    @property
    def vote(self) -> tuple[float, int, tuple[int, ...], str] | None:
        """The last vote, unless it was withdrawn."""
        last = max(self.votes, default=None)
        return last if last is not None and self.stands(pb.FEEDBACK_KIND_EXPLICIT, last[0]) else None

    @property
    def kinds(self) -> list[int]:
        """Types of all signals that stand."""
        return [kind for moment, kind in self.signals if self.stands(pb.FEEDBACK_KIND_IMPLICIT, moment)]

    @property
    def heard(self) -> float | None:
        """Sentiment of the last comment that was heard and stands."""
        kept = [each for each in self.voice if each[1] is not None and self.stands(pb.FEEDBACK_KIND_VOICE, each[0])]
        return max(kept)[1] if kept else None

    @property
    def score(self) -> float | None:
        """Weighted score; None when nothing stands."""
        parts: list[tuple[int, float]] = []
        if self.vote is not None:
            parts.append((3, self.vote[1]))
        if self.kinds:
            parts.append((1, statistics.fmean(SENTIMENTS[SIGNALS[kind]] for kind in set(self.kinds))))
        if self.heard is not None:
            parts.append((2, self.heard))
        return sum(w * s for w, s in parts) / sum(w for w, _ in parts) if parts else None


@dataclass
class World:
    """Outputs by name, and what was said of them."""

    manifests: dict[str, manifest_pb2.ExecutionManifest] = field(default_factory=dict)
    units: dict[tuple[str, str], Unit] = field(default_factory=dict)

    def of(self, output: str) -> dict[str, Unit]:
        """Returns by user what stands of an output."""
        return {u: unit for (o, u), unit in self.units.items() if o == output and unit.score is not None}

    def newest_first(self) -> list[str]:
        """Returns all names in the order of lists."""
        return sorted(self.manifests, key=lambda o: (self.manifests[o].create_time.ToMicroseconds(), o), reverse=True)


def counts(units: list[Unit], users: int | None = None) -> pb.FeedbackCounts:
    """Counts what stands in units that have something."""
    ratings = [unit.vote[1] for unit in units if unit.vote]
    return pb.FeedbackCounts(
        positive=ratings.count(1),
        neutral=ratings.count(0),
        negative=ratings.count(-1),
        comments=sum(bool(unit.vote and unit.vote[3]) for unit in units),
        signals=sum(len(unit.kinds) for unit in units),
        voice=sum(unit.heard is not None for unit in units),
        users=len(units) if users is None else users,
    )


async def played(ingest: Serving, chance: random.Random, outputs: int, days: int = 4) -> World:
    """Tells the service a random world and returns it."""
    world = World()
    for index in range(outputs):
        world.manifests[f"o{index}"] = _output(chance, f"o{index}", chance.randrange(days * 6) * DAY / 6)
    request = pb.BatchRecordManifestsRequest(request_id=name(), manifests=world.manifests.values())
    await ingest.call("BatchRecordManifests", request)
    calls: list[tuple[str, Any]] = []
    for output in world.manifests:
        for user in chance.sample(USERS, chance.choice([0, 0, 1, 3])):
            world.units[output, user] = unit = Unit()
            calls += await _say(ingest, chance, output, user, unit)
    await asyncio.gather(*(ingest.call(*each) for each in calls))
    return world


def _output(chance: random.Random, output: str, seconds: float) -> manifest_pb2.ExecutionManifest:
    models = chance.sample(["m", "n", "p"], chance.choice([1, 2]))
    message: manifest_pb2.ExecutionManifest = manifest(
        output,
        *models,
        seconds=seconds,
        conversation_id=chance.choice(["", "c1", "c2"]),
        domain_mode=chance.choice(["general", "legal"]),
        input_language=chance.choice(["en", "de"]),
        total_cost=chance.choice([0, 0.25]),
        decision_id=chance.choice(["", "d"]),
    ).manifest
    message.user_id, message.task_type = chance.choice(USERS), chance.choice(["chat", "code"])
    return message


async def _say(ingest: Serving, chance: random.Random, output: str, user: str, unit: Unit) -> list[tuple[str, Any]]:
    calls: list[tuple[str, Any]] = []
    for _ in range(chance.choice([0, 1, 2])):
        said = (chance.randrange(100), chance.choice([-1, 0, 1]), tuple(chance.sample([1, 2, 3], chance.randrange(3))))
        comment = chance.choice(["", "Nice"])
        if said[0] not in {moment for moment, *_ in unit.votes}:
            unit.votes.append((*said, comment))
            categories = [feedback_pb2.FeedbackCategory.ValueType(each) for each in said[2]]
            request = thumb(output, said[1] + 2, user, said[0], categories=categories, comment=comment)
            calls.append(("SubmitExplicitFeedback", request))
    unit.signals = [(chance.randrange(100), chance.randrange(1, 5)) for _ in range(chance.choice([0, 0, 1, 3]))]
    if unit.signals:
        calls.append(("BatchSubmitImplicitSignals", batch(signal(output, k, user, s) for s, k in unit.signals)))
    for moment in chance.sample(range(100), chance.choice([0, 0, 0, 1, 2])):
        sentiment = chance.choice([None, 0.5, -0.25])
        unit.voice.append((moment, sentiment))
        status = "pending" if sentiment is None else "completed"
        await rows(ingest.database_url, SPOKEN, TENANT, output, user, BEGIN + moment, status, sentiment)
    if chance.random() < 0.3:
        kinds, until = chance.sample([1, 2, 3], chance.choice([1, 2])), chance.randrange(100)
        unit.until = dict.fromkeys(kinds, until)
        request = pb.RetractFeedbackRequest(
            request_id=name(),
            output_id=output,
            user_id=user,
            kinds=[pb.FeedbackKind.ValueType(each) for each in kinds],
            client_time=at(until),
        )
        calls.append(("RetractFeedback", request))
    return calls
