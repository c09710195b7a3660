"""Rebuild of generated events compared with one hand-written aggregation of the same rows in PostgreSQL."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg

from bench.performance.figures import verdict
from bench.performance.rebuild.duckdb_baseline import group_by_seconds
from bench.performance.rebuild.memory import watched
from bench.performance.stack import PASSWORD, Servers
from cli.addresses import role_url
from kit.postgres.pool import Database, PostgresSettings, open_database
from kit.postgres.queries import Queries
from neural.domain.model import LearningMode
from neural.rebuild.rebuild import Rebuild
from neural.settings import LearningSettings
from neural.store.versions import ensure_live_version

SQL = Queries((Path(__file__).parent / "queries.sql").read_text(), "bench/performance/rebuild")
ROWS = int(os.environ.get("RADIANT_BENCH_ROWS", "10000000"))
RATIO_MAX, MEMORY_MAX_GIB = 1.5, 2.0


async def run(on: Servers) -> bool:
    """Runs the benchmark. Returns True if the bounds are met."""
    print(f"rebuild of {ROWS:,} raw rows")
    connection = await asyncpg.connect(on.postgres_url)
    try:
        await _generate(connection, ROWS * 3 // 10)
        rows = await connection.fetchval(SQL["raw_rows"])
        await connection.fetch(SQL["tune"])
        baseline_s = [await _sql_baseline(connection)]
        async with open_database(_settings(on)) as database:
            first, peak_first, _ = await _rebuild(on, database)
            seconds, peak, version = await _rebuild(on, database)
        different = await connection.fetchval(SQL["differences"], version, timeout=3600)
        baseline_s.append(await _sql_baseline(connection))
        duck = await group_by_seconds(connection)
    finally:
        await connection.close()
    base = sum(baseline_s) / len(baseline_s)
    print(f"  one SQL statement, before and after: {baseline_s[0]:.1f} s and {baseline_s[1]:.1f} s")
    print(f"  rebuild: first {first:.1f} s, with a live version {seconds:.1f} s, {rows / seconds:,.0f} raw rows/s")
    print(f"  DuckDB, the same group-by over Parquet: {duck:.1f} s; rebuild over DuckDB {seconds / duck:.1f}")
    kept = verdict("rebuild time over the SQL statement's", seconds / base, "", RATIO_MAX, at_least=False)
    kept &= verdict(
        "peak memory of all processes", max(peak, peak_first) / 2**30, " GiB", MEMORY_MAX_GIB, at_least=False
    )
    return kept & verdict("cells that differ from the SQL statement's", different, "", 0, at_least=False)


def _settings(on: Servers) -> PostgresSettings:
    url = role_url(on.postgres_url, "radiant_neural", PASSWORD)
    return PostgresSettings(url=url, application_name="bench", statement_timeout=timedelta(seconds=15))


async def _generate(connection: asyncpg.Connection, outputs: int) -> None:
    begun = time.perf_counter()
    for name in ("outputs", "manifests", "votes", "signals"):
        await connection.execute(SQL[name].replace("$1::bigint", f"{outputs}::bigint"), timeout=3600)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=600)
    print(f"  generated in {time.perf_counter() - begun:.0f} s", flush=True)


async def _sql_baseline(connection: asyncpg.Connection) -> float:
    await connection.execute(SQL["drop_cells"])
    begun = time.perf_counter()
    await connection.execute(SQL["aggregate"], timeout=3600)
    await connection.execute(SQL["create_index"], timeout=3600)
    print(f"  one SQL statement: {time.perf_counter() - begun:.1f} s", flush=True)
    return time.perf_counter() - begun


async def _rebuild(on: Servers, database: Database) -> tuple[float, int, int]:
    await ensure_live_version(database, LearningMode.EVIDENCE_WEIGHTED, timedelta(days=30))
    async with watched([os.getpid(), on.postgres_pid]) as peak:
        begun = time.perf_counter()
        report = await Rebuild(database, LearningSettings(), lambda: None).run(str(uuid4()))
        seconds = time.perf_counter() - begun
    print(
        f"  rebuilt {report['units']:,} units, {report['cells']:,} cells,"
        f" {report['changed_cells']:,} changed: {seconds:.1f} s"
    )
    return seconds, peak.bytes, report["table_version"]
