"""Baseline: a DuckDB group-by over the same rows in Parquet files."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import asyncpg
import duckdb

_TABLES = {
    "votes": "SELECT tenant_id, output_id, user_id, rating, categories FROM ingest.explicit_feedback",
    "signals": "SELECT tenant_id, output_id, user_id, signal_type, sentiment FROM ingest.implicit_signals",
    "manifests": "SELECT tenant_id, output_id, created_at, task_type, domain_mode, models_used[1] AS model, "
    "model_versions[1] AS model_version FROM ingest.execution_manifests",
}
_AGGREGATE = """
CREATE TABLE cells AS
WITH implicit AS (
  SELECT tenant_id, output_id, user_id, avg(sentiment) AS sentiment
  FROM (SELECT tenant_id, output_id, user_id, signal_type, min(sentiment) AS sentiment FROM '{folder}/signals/*.parquet'
        GROUP BY ALL)
  GROUP BY ALL
), scored AS (
  SELECT tenant_id, user_id, m.task_type, m.domain_mode, m.model, m.model_version, e.rating, e.categories, i.sentiment,
    ((3 * coalesce(e.rating, 0) + coalesce(i.sentiment, 0))
      / (3 * (e.rating IS NOT NULL)::int + (i.sentiment IS NOT NULL)::int) + 1) / 2 AS score,
    pow(2, (epoch(m.created_at) - epoch(now())) / 2592000) AS weight
  FROM '{folder}/votes/*.parquet' e
  FULL JOIN implicit i USING (tenant_id, output_id, user_id)
  JOIN '{folder}/manifests/*.parquet' m USING (tenant_id, output_id)
)
SELECT tenant_id, user_id, task_type, domain_mode, model, model_version, sum(weight) AS evidence,
  sum(weight * score) AS score_sum,
  sum(weight) FILTER (WHERE list_contains(categories, 'accuracy')) AS accuracy_evidence,
  sum(weight * score) FILTER (WHERE list_contains(categories, 'accuracy')) AS accuracy_sum,
  sum(weight) FILTER (WHERE list_contains(categories, 'relevance')) AS relevance_evidence,
  sum(weight * score) FILTER (WHERE list_contains(categories, 'relevance')) AS relevance_sum,
  sum(weight) FILTER (WHERE list_contains(categories, 'speed')) AS speed_evidence,
  sum(weight * score) FILTER (WHERE list_contains(categories, 'speed')) AS speed_sum,
  count(*) FILTER (WHERE rating = 1) AS positive_count, count(*) FILTER (WHERE rating = -1) AS negative_count,
  count(*) FILTER (WHERE rating = 0) AS neutral_count, count(*) FILTER (WHERE sentiment > 0) AS implicit_positive_count,
  count(*) FILTER (WHERE sentiment < 0) AS implicit_negative_count, count(*) AS total_count,
  count(DISTINCT user_id) AS raters
FROM scored
GROUP BY GROUPING SETS (
  (tenant_id, user_id, task_type, domain_mode, model, model_version),
  (tenant_id, user_id, task_type, model, model_version), (tenant_id, user_id, model, model_version),
  (tenant_id, task_type, domain_mode, model, model_version), (tenant_id, task_type, model, model_version),
  (tenant_id, model, model_version))
"""


async def group_by_seconds(connection: asyncpg.Connection) -> float:
    """Copies the rows to Parquet files and returns the seconds that DuckDB takes to compute the cells."""
    folder = Path(tempfile.mkdtemp(prefix="radiant-bench-duck-"))
    try:
        with duckdb.connect() as duck:
            duck.execute("SET threads = 2; SET memory_limit = '6GB'; SET preserve_insertion_order = false")
            duck.execute(f"SET temp_directory = '{folder}/spill'")
            for name, query in _TABLES.items():
                await _copy(connection, duck, folder / name, query)
            begun = time.perf_counter()
            duck.execute(_AGGREGATE.format(folder=folder))
            return time.perf_counter() - begun
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _copy(connection: asyncpg.Connection, duck: duckdb.DuckDBPyConnection, folder: Path, query: str) -> None:
    """Copies the rows of a query to a Parquet file through CSV, which both databases process quickly."""
    folder.mkdir()  # noqa: ASYNC240 - no other task runs
    text = folder / "rows.csv"
    await connection.copy_from_query(query, output=text, format="csv", header=True, timeout=600)
    columns = "columns_of"
    duck.execute(f"CREATE OR REPLACE TEMP VIEW {columns} AS SELECT * FROM read_csv('{text}', header = true)")
    chosen = "*"
    if folder.name == "votes":
        chosen = "* REPLACE (string_split(trim(categories, '{}'), ',') AS categories)"
    duck.execute(f"COPY (SELECT {chosen} FROM {columns}) TO '{folder}/rows.parquet' (FORMAT parquet)")
    text.unlink()
