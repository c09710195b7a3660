"""Boards built short."""

from __future__ import annotations

from datetime import timedelta

from neural.domain.model import ANY, Board, BoardKey, BoardRow, LearningMode
from tests.neural.world import YESTERDAY

KEY = BoardKey("acme", ANY, "chat", "general")


def board(revision: str, total: int = 1, key: BoardKey = KEY) -> Board:
    """Builds a board of one model."""
    row = BoardRow(model="m", model_version="", evidence=1.0, score=0.5, total=total)
    return Board(
        key=key,
        revision=revision,
        version=1,
        half_life=timedelta(days=30),
        mode=LearningMode.EVIDENCE_WEIGHTED,
        computed_at=YESTERDAY,
        rows={"m": row},
    )


def revision(number: int) -> str:
    """Returns a revision as the database gives it."""
    return f"{number // 100:010d}{number // 10 % 10:012d}{number % 10:018d}"
