"""Replaces what units contribute to a version of the scores; runs inside the caller's transaction."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.cells import COUNTS, SUMS, CellKey, Delta, boards_of, cell_deltas, companion_deltas
from neural.domain.model import ANY, BoardKey, Contribution, LearningMode, UnitFacts, UnitKey
from neural.domain.scoring import contribution_of

_SQL = load_queries("neural", "learning.sql")

HEAVY_MIN = 20
"""Units of a user in a cell from which the user's share of it is watched (neural.excess_of in SQL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the scores, with the parameters that its numbers are made with."""

    number: int
    mode: LearningMode
    half_life: timedelta


def columns(units: Iterable[UnitKey]) -> tuple[list[str], list[str], list[str]]:
    """Returns tenants, outputs and users as columns."""
    rows = list(units)
    return [each.tenant_id for each in rows], [each.output_id for each in rows], [each.user_id for each in rows]


Shifts = Mapping[tuple[str, str, str, str], Sequence[datetime]]
"""When the quality of a model shifted, in order, by (tenant, task, domain, model)."""


async def read_facts(connection: Connection, units: Iterable[UnitKey]) -> list[UnitFacts]:
    """Reads what stands and bears on the units; those whose manifest is unknown are left out."""
    wanted = list(units)
    shifts = await _read_shifts(connection, {each.tenant_id for each in wanted})
    return [facts_of(row, shifts) for row in await connection.fetch(_SQL["unit_facts"], *columns(wanted))]


async def _read_shifts(connection: Connection, tenants: Iterable[str]) -> Shifts:
    found: dict[tuple[str, str, str, str], list[datetime]] = defaultdict(list)
    for row in await connection.fetch(_SQL["shifts"], sorted(tenants)):
        found[row["tenant_id"], row["task_type"], row["domain_mode"], row["model"]].append(row["shifted_at"])
    return found


def facts_of(row: asyncpg.Record, shifts: Shifts) -> UnitFacts:
    """Returns a row of unit facts as such."""
    place = row["tenant_id"], row["task_type"], row["domain_mode"]
    epochs: tuple[int, ...] = ()
    if shifts:
        epochs = tuple(bisect_right(shifts.get((*place, model), ()), row["created_at"]) for model in row["models_used"])
    return UnitFacts(
        key=UnitKey(row["tenant_id"], row["output_id"], row["user_id"]),
        created_at=row["created_at"],
        task_type=row["task_type"],
        domain_mode=row["domain_mode"],
        models=tuple(row["models_used"]),
        model_versions=tuple(row["model_versions"]),
        orchestration_id=row["orchestration_id"],
        services_used=tuple(row["services_used"]),
        rating=row["rating"],
        categories=tuple(row["categories"] or ()),
        sentiments=tuple(row["sentiments"] or ()),
        voice=row["voice"],
        trust=row["trust"],
        epochs=epochs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a replacement of contributions changed."""

    boards: set[BoardKey] = field(default_factory=set)
    gone: Sequence[Contribution] = ()
    come: Sequence[Contribution] = ()


async def replace_contributions(connection: Connection, version: Version, units: Iterable[UnitKey]) -> Replaced:
    """Takes away what the units contributed, adds what they contribute now; returns what changed.

    The caller holds the units' shards. However often and in whatever order this runs, the sums are those of the
    rows as they stand.
    """
    wanted = sorted(set(units))
    if not wanted:
        return Replaced()
    rows = await connection.fetch(_SQL["contributions"], version.number, *columns(wanted))
    old = {each.key: each for each in map(_contribution_of_row, rows)}
    new: dict[UnitKey, Contribution] = {}
    for facts in await read_facts(connection, wanted):
        contribution = contribution_of(facts, version.mode, version.half_life)
        if contribution is not None:
            new[facts.key] = contribution
    come = [each for key, each in new.items() if old.get(key) != each]
    gone = [each for key, each in old.items() if new.get(key) != each]
    if not come and not gone:
        return Replaced()
    await _keep(connection, version, [each.key for each in gone if each.key not in new], come)
    deltas = cell_deltas(gone, come)
    await _add(connection, version, deltas)
    companions = companion_deltas(gone, come)
    if companions:
        text = json.dumps(
            [{**key._asdict(), "evidence": str(e), "score_sum": str(s)} for key, (e, s) in companions.items()]
        )
        await connection.execute(_SQL["add_to_companions"], version.number, text)
    changed = boards_of(deltas)
    changed |= {BoardKey(key.tenant_id, ANY, key.task_type, key.domain_mode) for key in companions}
    return Replaced(boards=changed, gone=gone, come=come)


async def _keep(
    connection: Connection, version: Version, forgotten: Sequence[UnitKey], come: Sequence[Contribution]
) -> None:
    if forgotten:
        await connection.execute(_SQL["forget_contributions"], version.number, *columns(forgotten))
    if come:
        text = json.dumps([_row_of_contribution(each) for each in come])
        await connection.execute(_SQL["keep_contributions"], version.number, text)


async def _add(connection: Connection, version: Version, deltas: dict[CellKey, Delta]) -> None:
    """Adds the users' cells first: they tell whether a user came to a cell of the tenant, or left it."""
    of_users = {key: delta for key, delta in deltas.items() if key.user_id != ANY}
    raters: dict[CellKey, int] = {}
    heavy: list[CellKey] = []
    text = json.dumps([_row_of_delta(key, delta, 0) for key, delta in of_users.items()])
    for row in await connection.fetch(_SQL["add_to_cells"], version.number, text):
        key = CellKey(*(row[name] for name in CellKey._fields))
        after, change = row["total_count"], of_users[key][-1]
        step = int(after > 0) - int(after - change > 0)
        whole = key._replace(user_id=ANY)
        raters[whole] = raters.get(whole, 0) + step
        if max(after, after - change) >= HEAVY_MIN:
            heavy.append(key)
    if heavy:
        names = [[getattr(key, name) for key in heavy] for name in CellKey._fields]
        await connection.execute(_SQL["note_heavy_raters"], version.number, *names, HEAVY_MIN)
    of_tenants = {key: delta for key, delta in deltas.items() if key.user_id == ANY}
    silent = {key: [0] * len(SUMS + COUNTS) for key, step in raters.items() if step and key not in of_tenants}
    rows = [_row_of_delta(key, delta, raters.get(key, 0)) for key, delta in {**of_tenants, **silent}.items()]
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
    )
