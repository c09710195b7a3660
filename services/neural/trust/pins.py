"""Pins: trust that an operator sets instead of the computed value, until the pin is cleared."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from kit.errors import NotFound
from kit.ids import user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.trust.rater_trust import TRUST_NEUTRAL, TrustFactor
from neural.store.access import ANSWERS, LEARNER
from neural.trust.scores import compute_scores, read_tenant_votes, score_row, store_scores

_SQL = load_queries("neural", "trust.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRequest:
    """A request to pin or clear the trust of a rater."""

    key: IdempotencyKey
    user_id: str
    trust: float | None
    """In [0.1, 1]; None clears the pin. A rater with a pin of at least the neutral trust is established."""
    explanation: str = ""
    """Explanation of the factor "pinned", with actor and reason."""
    actor: str
    reason: str = ""


class TrustPins:
    """Pins and clears trust. The units of the rater are learned again."""

    def __init__(self, database: Database, on_enqueued: Callable[[], None]) -> None:
        """`on_enqueued` is called when units are queued for learning."""
        self._database, self._on_enqueued = database, on_enqueued

    async def change(self, request: PinRequest, render: Callable[[asyncpg.Record], bytes]) -> bytes:
        """Pins or clears, and returns the rendered trust score. A repeated request returns the stored answer.

        Raises NotFound (RATER_UNKNOWN) if there is no score to clear, Invalid (REQUEST_ID_REUSED) if the identifier
        belongs to another request.
        """
        tenant = request.key.tenant_id
        async with self._database.as_role(LEARNER, tenant) as connection:

            async def change() -> bytes:
                await _change(connection, request)
                score = await connection.fetchrow(_SQL["trust_score"], tenant, request.user_id)
                assert score is not None  # noqa: S101 - stored above
                return render(score)

            answer = await ANSWERS.once(connection, request.key, change)
        self._on_enqueued()
        return answer


async def _change(connection: Connection, request: PinRequest) -> None:
    tenant, user = request.key.tenant_id, request.user_id
    stored = await connection.fetchrow(_SQL["lock_trust"], tenant, [user])
    if stored is None and request.trust is None:
        raise NotFound("The rater has no trust score. Check user_id.", reason="RATER_UNKNOWN")
    everyone = await read_tenant_votes(connection, tenant)
    score = (await compute_scores(connection, tenant, [user], everyone))[user]
    if request.trust is not None:
        factors = (*score.factors, TrustFactor("pinned", request.trust, request.explanation))
        is_established = request.trust >= TRUST_NEUTRAL
        score = dataclasses.replace(score, trust=request.trust, factors=factors, is_established=is_established)
    before, was_established = (stored["trust"], stored["established"]) if stored is not None else (TRUST_NEUTRAL, False)
    changed = [user] if (score.trust, score.is_established) != (before, was_established) else []
    row = score_row(user, score, is_pinned=request.trust is not None)
    await store_scores(connection, tenant, [row], changed, is_operator=True)
    entry = AuditEntry(
        tenant_id=tenant,
        actor=request.actor,
        action="trust.clear" if request.trust is None else "trust.pin",
        target=user_digest(tenant, user),
        reason=_without_user(request.reason, user),
        detail={"before": before, "after": score.trust},
    )
    await append_audit(connection, entry)


def _without_user(text: str, user: str) -> str:
    """Returns the text without the user ID, because erasures do not change the audit log."""
    return re.sub(rf"(?<!\w){re.escape(user)}(?!\w)", "the user", text)
