"""Queries of the database under test."""

from pathlib import Path

from kit.postgres.queries import Queries

SQL = Queries((Path(__file__).parent / "queries.sql").read_text(), "bench/resilience/chaos")
