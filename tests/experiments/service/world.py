"""What was answered and what people thought of it, written as intake writes it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

_OUTPUT = """
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
VALUES ($1, $2, $3, '', '')
"""
_MANIFEST = """
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id,
  orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, was_user_override,
  output_tokens, total_latency_ms, total_cost, was_streamed, steps, decision_id, experiment_id, variant,
  experiment_epoch)
VALUES ($1, $2, $3, $4, '', '', 'chat', 'chat', 'general', 0, '{m}', '{""}', '', '', '{}', '{}', '{}', '', false, 0,
  $5, $6, false, '[]', '', $7, $8, $9)
"""
_VOTE = """
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source,
  user_agent, client_time, request_id)
VALUES ($1, $2, $3, $4, '{}', '', 'api', '', now(), $5)
"""
_SIGNAL = """
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
VALUES ($1, $2, $3, $4, now(), $5, ingest_api_v1.get_implicit_sentiment($5))
"""
_TRUST = "INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ($1, $2, $3)"


@dataclass(frozen=True)
class World:
    """Writes facts as the superuser."""

    connection: asyncpg.Connection
    tenant: str = "acme"

    async def output(
        self,
        user: str,
        experiment_id: str | None = None,
        variant: str = "",
        epoch: int = 0,
        latency: float = 100.0,
        cost: float = 1.0,
    ) -> str:
        """Records an output and returns its identifier."""
        output, moment = str(uuid.uuid4()), datetime.now(UTC)
        await self.connection.execute(_OUTPUT, self.tenant, output, moment)
        values = (user, latency, cost, experiment_id, variant, epoch)
        await self.connection.execute(_MANIFEST, self.tenant, output, moment, *values)
        return output

    async def vote(self, output: str, user: str, rating: int) -> None:
        """Stores a vote of -1, 0 or 1."""
        await self.connection.execute(_VOTE, self.tenant, output, user, rating, uuid.uuid4())

    async def signal(self, output: str, user: str, kind: str) -> None:
        """Stores a signal."""
        await self.connection.execute(_SIGNAL, self.tenant, output, user, uuid.uuid4(), kind)

    async def trust(self, user: str, trust: float) -> None:
        """Sets a rater's trust."""
        await self.connection.execute(_TRUST, self.tenant, user, trust)

    async def judged(
        self, experiment_id: str, variant: str, users: int, positive: int, epoch: int = 1, latency: float = 100.0
    ) -> None:
        """Lets so many new users see a variant, of whom some are pleased and the others are not."""
        async with self.connection.transaction():
            for number in range(users):
                user = f"{variant}-{uuid.uuid4()}"
                output = await self.output(user, experiment_id, variant, epoch, latency=latency)
                await self.vote(output, user, 1 if number < positive else -1)
