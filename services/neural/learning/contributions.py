"""Contributions of units to a version of the scores, replaced inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import asyncpg

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.cells import COUNTS, SUMS, CellKey, Delta, boards_of, cell_deltas, companion_deltas
from neural.domain.model import ANY, BoardKey, Contribution, ScoreVersion, UnitKey
from neural.domain.scoring import contribution_of
from neural.learning.unit_facts import key_columns, read_facts

_SQL = load_queries("neural", "learning.sql")

HEAVY_RATER_UNITS_MIN = 20
"""Units of a user in a cell from which the share of the user is limited (`neural.excess_of` in SQL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Changes by a replacement of contributions."""

    boards: set[BoardKey] = field(default_factory=set)
    """Boards that changed."""
    removed: Sequence[Contribution] = ()
    added: Sequence[Contribution] = ()


async def replace_contributions(connection: Connection, version: ScoreVersion, units: Iterable[UnitKey]) -> Replacement:
    """Replaces the contributions of units by those of their present facts, and returns the changes.

    The caller holds the shards of the units. The resulting sums are those of the present rows: repeated
    calls and other orders of calls give the same sums.
    """
    keys = sorted(set(units))
    if not keys:
        return Replacement()
    rows = await connection.fetch(_SQL["contributions"], version.number, *key_columns(keys))
    old = {each.key: each for each in map(_contribution_of_row, rows)}
    new: dict[UnitKey, Contribution] = {}
    for facts in await read_facts(connection, keys):
        contribution = contribution_of(facts, version.mode, version.half_life)
        if contribution is not None:
            new[facts.key] = contribution
    added = [each for key, each in new.items() if old.get(key) != each]
    removed = [each for key, each in old.items() if new.get(key) != each]
    if not added and not removed:
        return Replacement()
    await _store_contributions(connection, version, [each.key for each in removed if each.key not in new], added)
    deltas = cell_deltas(removed, added)
    await _add_to_cells(connection, version, deltas)
    companions = companion_deltas(removed, added)
    if companions:
        text = json.dumps(
            [{**key._asdict(), "evidence": str(e), "score_sum": str(s)} for key, (e, s) in companions.items()]
        )
        await connection.execute(_SQL["add_to_companions"], version.number, text)
    boards = boards_of(deltas)
    boards |= {BoardKey(key.tenant_id, ANY, key.task_type, key.domain_mode) for key in companions}
    return Replacement(boards=boards, removed=removed, added=added)


async def _store_contributions(
    connection: Connection, version: ScoreVersion, deleted: Sequence[UnitKey], added: Sequence[Contribution]
) -> None:
    if deleted:
        await connection.execute(_SQL["delete_contributions"], version.number, *key_columns(deleted))
    if added:
        text = json.dumps([_row_of_contribution(each) for each in added])
        await connection.execute(_SQL["upsert_contributions"], version.number, text)


async def _add_to_cells(connection: Connection, version: ScoreVersion, deltas: dict[CellKey, Delta]) -> None:
    """Adds changes to the cells of users first, because their counts determine the rater counts of the tenant's."""
    of_users = {key: delta for key, delta in deltas.items() if key.user_id != ANY}
    raters: dict[CellKey, int] = {}
    heavy: list[CellKey] = []
    text = json.dumps([_row_of_delta(key, delta, 0) for key, delta in of_users.items()])
    for row in await connection.fetch(_SQL["add_to_cells"], version.number, text):
        key = CellKey(*(row[name] for name in CellKey._fields))
        after, change = row["total_count"], of_users[key][-1]
        step = int(after > 0) - int(after - change > 0)
        tenant_key = key._replace(user_id=ANY)
        raters[tenant_key] = raters.get(tenant_key, 0) + step
        if max(after, after - change) >= HEAVY_RATER_UNITS_MIN:
            heavy.append(key)
    if heavy:
        columns = [[getattr(key, name) for key in heavy] for name in CellKey._fields]
        await connection.execute(_SQL["update_heavy_raters"], version.number, *columns, HEAVY_RATER_UNITS_MIN)
    of_tenants = {key: delta for key, delta in deltas.items() if key.user_id == ANY}
    raters_only = {key: [0] * len(SUMS + COUNTS) for key, step in raters.items() if step and key not in of_tenants}
    rows = [_row_of_delta(key, delta, raters.get(key, 0)) for key, delta in {**of_tenants, **raters_only}.items()]
    if rows:
        await connection.fetch(_SQL["add_to_cells"], version.number, json.dumps(rows))


def _row_of_delta(key: CellKey, delta: Delta, raters: int) -> dict[str, object]:
    sums, counts = delta[: len(SUMS)], delta[len(SUMS) :]
    return {**key._asdict(), "sums": [str(each) for each in sums], "counts": counts, "raters": raters}


def _row_of_contribution(unit: Contribution) -> dict[str, object]:
    return {
        "tenant_id": unit.key.tenant_id,
        "output_id": unit.key.output_id,
        "user_id": unit.key.user_id,
        "task_type": unit.task_type,
        "domain_mode": unit.domain_mode,
        "models": unit.models,
        "model_versions": unit.model_versions,
        "evidence": str(unit.evidence),
        "score_sum": str(unit.score_sum),
        "rating": unit.rating,
        "implicit_sign": unit.implicit_sign,
        "aspects": unit.aspects,
        "orchestration_id": unit.orchestration_id,
        "services_used": unit.services_used,
        "created_at": unit.created_at.isoformat(),
        "epochs": unit.epochs,
        "established": unit.is_established,
    }


def _contribution_of_row(row: asyncpg.Record) -> Contribution:
    return Contribution(
        key=UnitKey(row["tenant_id"], row["output_id"], row["user_id"]),
        task_type=row["task_type"],
        domain_mode=row["domain_mode"],
        models=tuple(row["models"]),
        model_versions=tuple(row["model_versions"]),
        evidence=int(row["evidence"]),
        score_sum=int(row["score_sum"]),
        rating=row["rating"],
        implicit_sign=row["implicit_sign"],
        aspects=tuple(row["aspects"]),
        orchestration_id=row["orchestration_id"],
        services_used=tuple(row["services_used"]),
        created_at=row["created_at"],
        epochs=tuple(row["epochs"]),
        is_established=row["established"],
    )
