"""What was answered and what people thought of it, written as intake writes it: facts and work in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

Connection = asyncpg.Connection | Any

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = TODAY - timedelta(days=1)

_ENQUEUE = """
INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id)
VALUES (ingest.shard_of($1, CASE $3 WHEN '' THEN $2 ELSE $3 END), $1, $2, $3)
"""
_OUTPUT = """
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
VALUES ($1, $2, $3, '', '')
"""
_MANIFEST = """
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id,
  orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, was_user_override,
  output_tokens, total_latency_ms, total_cost, was_streamed, steps, decision_id)
VALUES ($1, $2, $3, $11, '', '', 'chat', $4, $5, 0, $6, $7, $8, '', $9, '{}', '{}', '', false, 0, 0, $10, false,
  '[]', '')
"""
_VOTE = """
INSERT INTO ingest.explicit_feedback AS f (tenant_id, output_id, user_id, rating, categories, comment, source,
  user_agent, client_time, request_id)
VALUES ($1, $2, $3, $4, $5, '', 'api', '', $6, $7)
ON CONFLICT (tenant_id, output_id, user_id) DO UPDATE SET rating = excluded.rating, categories = excluded.categories,
  client_time = excluded.client_time, request_id = excluded.request_id
WHERE (excluded.client_time, excluded.request_id) > (f.client_time, f.request_id)
"""
_SIGNAL = """
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
VALUES ($1, $2, $3, $4, $5, $6, ingest_api_v1.get_implicit_sentiment($6))
"""
_VOICE = """
INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format,
  source, status, sentiment)
VALUES ($1, $2, $3, $4, $5, 'k', 'wav', 'api', 'completed', $6)
"""
_RETRACTION = """
INSERT INTO ingest.retractions AS r (tenant_id, output_id, user_id, explicit_until, implicit_until, voice_until)
VALUES ($1, $2, $3, $4, $4, $4)
ON CONFLICT (tenant_id, output_id, user_id) DO UPDATE SET
  explicit_until = greatest(r.explicit_until, excluded.explicit_until),
  implicit_until = greatest(r.implicit_until, excluded.implicit_until),
  voice_until = greatest(r.voice_until, excluded.voice_until)
"""
_TRUST = "INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ($1, $2, $3)"


@dataclass(frozen=True)
class World:
    """Writes facts as the superuser, whom no row security binds; each call is one transaction unless one runs."""

    connection: Connection
    tenant: str = "acme"

    def of(self, tenant: str) -> World:
        """Returns the same world as another tenant's."""
        return World(self.connection, tenant)

    async def _write(self, output: str, user: str, *statements: tuple[Any, ...]) -> None:
        async with self.connection.transaction():
            for query, *values in statements:
                await self.connection.execute(query, self.tenant, output, *values)
            await self.connection.execute(_ENQUEUE, self.tenant, output, user)

    async def manifest(
        self,
        output: str,
        *models: str,
        versions: Sequence[str] = (),
        task: str = "chat",
        domain: str = "general",
        at: datetime = YESTERDAY,
        orchestration: str = "",
        services: Sequence[str] = (),
        cost: float = 0,
        owner: str = "u",
    ) -> None:
        """Records what produced an output."""
        used = list(models or ("m",))
        named = list(versions or [""] * len(used))
        details = (at, task, domain, used, named, orchestration, list(services), cost, owner)
        await self._write(output, "", (_OUTPUT, at), (_MANIFEST, *details))

    async def vote(
        self, output: str, rating: int = 1, user: str = "u", seconds: float = 0, categories: Sequence[str] = ()
    ) -> None:
        """Stores a vote; of several the latest stands."""
        moment = TODAY + timedelta(seconds=seconds)
        await self._write(output, user, (_VOTE, user, rating, list(categories), moment, uuid.uuid4()))

    async def signal(self, output: str, kind: str = "copy_response", user: str = "u", seconds: float = 0) -> None:
        """Stores a signal."""
        moment = TODAY + timedelta(seconds=seconds)
        await self._write(output, user, (_SIGNAL, user, uuid.uuid4(), moment, kind))

    async def voice(self, output: str, sentiment: float, user: str = "u", seconds: float = 0) -> None:
        """Stores a heard comment."""
        moment = TODAY + timedelta(seconds=seconds)
        await self._write(output, user, (_VOICE, user, uuid.uuid4(), moment, sentiment))

    async def retract(self, output: str, user: str = "u", seconds: float = 0) -> None:
        """Withdraws what a user said of an output until then."""
        await self._write(output, user, (_RETRACTION, user, TODAY + timedelta(seconds=seconds)))

    async def trust(self, user: str, trust: float) -> None:
        """Sets a rater's trust, before anything of theirs is learned."""
        await self.connection.execute(_TRUST, self.tenant, user, trust)

    async def liked(self, model: str, ratings: Sequence[int], user: str = "u", **manifest: Any) -> None:
        """Lets a user judge as many new outputs of a model as there are ratings."""
        for rating in ratings:
            output = str(uuid.uuid4())
            await self.manifest(output, model, **manifest)
            await self.vote(output, rating, user)
