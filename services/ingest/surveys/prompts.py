"""Questions to users: what is known of them, whether to ask, and that it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.domain.survey_policy import Answer, AskLimits, History, Question, Reason, decide, settled, wish
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "surveys.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a widget is told of one user and one output."""

    rating: int | None
    """The thumb that stands, -1, 0 or 1; None without one."""
    answer: Answer


NOBODY = Prompt(rating=None, answer=Answer(reason=Reason.UNSPECIFIED, probability=0.0))


class Questions:
    """Decides by the rules of `ingest.domain.survey_policy` and keeps the history of a user's prompts for 30 days."""

    def __init__(self, database: Database, limits: AskLimits) -> None:
        self._database, self._limits = database, limits

    async def about(self, tenant: str, user_id: str, output_id: str) -> Prompt:
        """Tells whether to ask; the same question is answered alike, until the user has said something.

        Of an output that was not drawn nothing is remembered; later its reason may be fatigue, but it is not asked of
        either. Without a user or an output nothing is read.
        """
        if not user_id or not output_id:
            return NOBODY
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["question"], tenant, user_id, output_id, self._limits.first_outputs)
            assert row is not None  # noqa: S101 - the outer join always gives a row
            facts = {name: value for name, value in row.items() if name != "rating"}
            question = Question(tenant_id=tenant, user_id=user_id, output_id=output_id, **facts)
            return Prompt(rating=row["rating"], answer=settled(question) or await self._decided(connection, question))

    async def _decided(self, connection: Connection, question: Question) -> Answer:
        who, wished = (question.tenant_id, question.user_id), wish(question, self._limits)
        if wished.ask:
            await connection.fetch(_SQL["one_at_a_time"], *who)
        row = await connection.fetchrow(_SQL["history"], *who, question.output_id, self._limits.remembered)
        assert row is not None  # noqa: S101 - the outer join always gives a row
        if row["reason"] is not None:
            return Answer(reason=Reason(row["reason"]), probability=row["probability"])
        history = History(now=row["now"], asked_at=row["asked_at"], answered=row["answered"])
        answer = decide(wished, history, self._limits)
        if wished.ask:
            ask = (question.output_id, row["now"], answer.reason.value, answer.probability)
            await connection.execute(_SQL["remember_ask"], *who, *ask)
        return answer
