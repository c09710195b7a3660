"""Trust that an operator fixes or gives back to the arithmetic, once per request."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from kit.errors import NotFound
from kit.ids import user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.once import Asked, once
from kit.postgres.pool import Connection, Database, use_tenant
from kit.postgres.queries import load_queries
from neural.domain.rater_trust import TRUST_NEUTRAL, Factor
from neural.rebuild.versions import as_learner
from neural.trust.rounds import apply_trust, judgements, read_population, trust_row

_SQL = load_queries("neural", "trust.sql")
_REQUESTS = load_queries("neural", "boards.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRequest:
    """A request to pin or clear a rater's trust."""

    tenant_id: str
    request_id: str
    method: str
    fingerprint: bytes
    user_id: str
    trust: float | None
    """In [0.1, 1]; None clears the pin."""
    explanation: str = ""
    """Who pinned it and why, as it is listed."""
    actor: str
    reason: str = ""


class TrustPins:
    """Pins and clears trust; what the rater said before is learned again with it."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        """`changed` is called when units wait to be learned again."""
        self._database, self._changed = database, changed

    async def change(self, request: PinRequest, render: Callable[[asyncpg.Record], bytes]) -> bytes:
        """Pins or clears and returns the rendered trust score; a repeat returns the first answer.

        Raises NotFound (RATER_UNKNOWN) when there is no score to clear, Invalid (REQUEST_ID_REUSED) when the
        identifier named another request before.
        """
        asked = Asked(
            tenant_id=request.tenant_id,
            request_id=request.request_id,
            method=request.method,
            fingerprint=request.fingerprint,
        )
        async with as_learner(self._database) as connection:
            await use_tenant(connection, request.tenant_id)

            async def work() -> bytes:
                await _change(connection, request)
                score = await connection.fetchrow(_SQL["trust_score"], request.tenant_id, request.user_id)
                assert score is not None  # noqa: S101 - it was kept above
                return render(score)

            answer = await once(connection, _REQUESTS["stored_answer"], _REQUESTS["store_answer"], asked, work)
        self._changed()
        return answer


async def _change(connection: Connection, request: PinRequest) -> None:
    tenant, user = request.tenant_id, request.user_id
    held = await connection.fetchrow(_SQL["trust_of_raters"], tenant, [user])
    if held is None and request.trust is None:
        raise NotFound("Nothing is known of that rater.", reason="RATER_UNKNOWN")
    population = await read_population(connection, tenant)
    judgement = (await judgements(connection, tenant, [user], population))[user]
    if request.trust is not None:
        factors = (*judgement.factors, Factor("pinned", request.trust, request.explanation))
        judgement = dataclasses.replace(judgement, trust=request.trust, factors=factors)
    before = held["trust"] if held is not None else TRUST_NEUTRAL
    moved = [user] if judgement.trust != before else []
    row = trust_row(user, judgement, pinned=request.trust is not None)
    await apply_trust(connection, tenant, [row], moved, by_operator=True)
    entry = AuditEntry(
        tenant_id=tenant,
        actor=request.actor,
        action="trust.clear" if request.trust is None else "trust.pin",
        target=user_digest(tenant, user),
        reason=_unnamed(request.reason, user),
        detail={"before": before, "after": judgement.trust},
    )
    await append_audit(connection, entry)


def _unnamed(text: str, user: str) -> str:
    """Returns the text without the user's name: the audit log outlasts users."""
    return re.sub(rf"(?<!\w){re.escape(user)}(?!\w)", "the user", text)
